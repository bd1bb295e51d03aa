"""What changes in meaning from one pack to another, whom it touches, and whether it is proved to be not less safe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

import attrs

from psoas_rules.casebook import read_cases
from psoas_rules.comparing.changes import Change, find_changes, renames
from psoas_rules.comparing.hybrids import hybrid
from psoas_rules.comparing.people import Answers, Translator, answers_lost
from psoas_rules.comparing.proof import Proof, can_prove, find_difference, prove_not_less_safe
from psoas_rules.comparing.reports import Judge, Judgement, Strictness
from psoas_rules.comparing.strictness import shared_by
from psoas_rules.comparing.versions import Bump, VersionStep, step_between
from psoas_rules.comparing.witnesses import Pair, Search, Witness
from psoas_rules.errors import IntakeError, PackError
from psoas_rules.intake import Intake
from psoas_rules.loading import Rulebook, rulebook_of
from psoas_rules.places import Places
from psoas_rules.recommender import load_pack

Verdict: TypeAlias = Literal["no_change", "not_less_safe", "less_safe", "not_decided"]
"""Whether the new pack is as safe as the old one. `no_change` is: no outcome changes."""

SECONDS = 60.0
"""So long proofs may take, if nothing else is said."""

_SECONDS_FOR_A_CHANGE = 10.0

_DECIDED_BY_RULES = ("sign", "measure", "red_flag", "condition", "screen", "rule", "session_limits")
"""Changes that can be proved to change nothing. What the others do is decided by the making of a session."""


@attrs.frozen
class Effect:
    """One change, and a person whose outcome it changes.

    Attributes:
        change: The change.
        place: Where it stands: file and line in the new pack, or in the old one when it was removed.
        witness: The smallest person found for whom it makes a difference; None when none was found, or when only
            words change.
        note: What is known where there is no witness.
    """

    change: Change
    place: str
    witness: Witness | None = None
    note: str = ""


@attrs.frozen
class ProgrammeEffect:
    """One change that programmes can hang on, and what is known about it.

    Attributes:
        change: The change.
        place: Where it stands, as in an `Effect`.
        judgement: Whether every report is decided as strictly as before.
    """

    change: Change
    place: str
    judgement: Judgement


@attrs.frozen
class Safety:
    """Whether the new pack is less strict with anybody than the old one.

    Attributes:
        verdict: What is known about it.
        why: Why, in a sentence.
        witness: Somebody with whom the new pack is less strict.
        to_read: What no proof can judge and a clinician has to read, a line each: exercises that are new, and other
            words where somebody's safety can hang on them.
        tried: How many people were tried on both packs.
        questions: How many questions the solver settled.
    """

    verdict: Verdict
    why: str
    witness: Witness | None = None
    to_read: tuple[str, ...] = ()
    tried: int = 0
    questions: int = 0


@attrs.frozen
class Comparison:
    """What changes from one pack to another.

    Attributes:
        old_name: Name of the old pack.
        new_name: Name of the new pack.
        effects: Every change that an outcome can hang on, with a witness where one was found.
        programmes: Every change that a programme can hang on and no outcome of `recommend`.
        words: Every change for readers alone, and every new name for the same thing.
        answers_lost: What apps could answer before and cannot answer like that any more.
        unread: Packs whose cases were wanted, to find people in, and cannot be read; a line each.
        safety: Whether the new pack is less strict with anybody.
        version: The step from one version to the other.
    """

    old_name: str
    new_name: str
    effects: tuple[Effect, ...]
    words: tuple[Effect, ...]
    answers_lost: tuple[str, ...]
    safety: Safety
    version: VersionStep
    unread: tuple[str, ...] = ()
    programmes: tuple[ProgrammeEffect, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing changes but the layout."""
        return not (self.effects or self.programmes or self.words or self.answers_lost)


def compare(
    old: str | Path | None,
    new: str | Path | None,
    *,
    prove: bool = True,
    seconds: float = SECONDS,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """What changes from one pack to another.

    Args:
        old: The folder of the old pack; None for the built-in one.
        new: The folder of the new pack; None for the built-in one.
        prove: Whether to look for a proof, which needs the extra `prove`. Without one the safety of a change is not
            decided, unless somebody is found with whom the new pack is less strict.
        seconds: How long proofs may take.
        progress: Called with what is being done.

    Returns:
        The changes, a witness for each that makes a difference, whether the new pack is proved to be not less safe,
        and the version that follows.

    Raises:
        PackError: if one of the packs cannot be used.
    """
    return _Comparing(old, new, progress or (lambda _: None)).compare(prove=prove, seconds=seconds)


class _Comparing:
    """One comparison under way."""

    def __init__(self, old: str | Path | None, new: str | Path | None, progress: Callable[[str], None]) -> None:
        self.old, self.new = _book(old), _book(new)
        self.places = {"old": Places(old), "new": Places(new)}
        self.progress = progress
        renamed = renames(self.old, self.new)
        self.translator = Translator.of(self.old.lexicon, self.new.lexicon, renamed)
        self.shared = shared_by(self.old, self.new, renamed)
        self.pair = Pair(self.old, self.new, self.translator, self.shared)
        self.folders = dict.fromkeys((old, new))
        self.unread: list[str] = []

    def compare(self, *, prove: bool, seconds: float) -> Comparison:
        changes = find_changes(self.old, self.new)
        self.until = time.monotonic() + (seconds if prove else 0)
        mattering = [change for change in changes if change.matters and not self._order_alone(change)]
        touching = [change for change in mattering if not change.of_programmes]
        judge = Judge(self.old, self.new)
        programmes = tuple(
            ProgrammeEffect(change, self._place(change), judge.judge(change))
            for change in mattering
            if change.of_programmes
        )
        lost = answers_lost(self.old.lexicon, self.new.lexicon)
        search = Search(self.pair)
        search.share_among(len(touching))
        effects = tuple(self._effect(search, change, alone=len(touching) == 1) for change in touching)
        safety = self._safety(search, touching, prove=prove, seconds=seconds)
        safety = _with_programmes(safety, programmes)
        safety = attrs.evolve(safety, to_read=tuple(self._to_read(changes)))
        words = tuple(Effect(change, self._place(change)) for change in changes if not change.matters)
        asked, because = _asked(safety, (*effects, *programmes), words, lost)
        before, after = self.old.pack.info, self.new.pack.info
        return Comparison(
            before.name,
            after.name,
            effects,
            words,
            lost,
            safety,
            VersionStep(before.version, after.version, asked, because, step_between(before.version, after.version)),
            tuple(self.unread),
            programmes,
        )

    def _order_alone(self, change: Change) -> bool:
        """Whether it is proved that rows stand in another order and nobody can tell."""
        left = self.until - time.monotonic()
        if change.kind != "swap_order" or left <= 0:
            return False
        self.progress(f"Looking whether the order matters: {change}")
        return find_difference(self.old, self.new, self.shared, seconds=left, swapped=change.id).holds

    def _effect(self, search: Search, change: Change, *, alone: bool) -> Effect:
        self.progress(f"Looking for people whom it touches: {change}")
        # The old pack and the same with this change alone.
        book = self.new if alone else hybrid(self.old, self.new, change)
        shared = self.shared if alone or book is None else shared_by(self.old, book, {})
        single = self.pair if alone else None
        if book is not None and single is None:
            single = Pair(self.old, book, Translator.of(self.old.lexicon, book.lexicon, {}), shared)
        place, witness = self._place(change), search.of_change(change, single)
        left = self.until - time.monotonic()
        if witness is None and book is not None and left > 0:
            swapped = change.id if change.kind == "swap_order" else None
            proof = find_difference(self.old, book, shared, seconds=min(_SECONDS_FOR_A_CHANGE, left), swapped=swapped)
            if proof.holds and change.kind in _DECIDED_BY_RULES:
                return Effect(change, place, None, proof.why)
            if proof.answers is not None:
                witness = search.around(proof.answers, single)
        if witness is None:
            witness = search.of_change(change, single, self.cases)
        return Effect(change, place, witness)

    @cached_property
    def cases(self) -> tuple[Answers, ...]:
        """The whole cases of both packs. They are many, so they are read when nothing else is left."""
        self.progress("Reading the cases of both packs")
        found: list[Answers] = []
        for folder in self.folders:
            try:
                found += _cases(folder)
            except PackError as error:
                # Cases only help to find people here, so the comparison goes on without them, and says so.
                first = error.issues[0]
                name = "the built-in pack" if folder is None else str(folder)
                self.unread.append(f"{name}: {len(error.issues)} problems, the first one in {first}")
        return tuple(found)

    def _place(self, change: Change) -> str:
        places = self.places["old" if change.what == "removed" else "new"]
        match change.kind:
            case "sign" | "measure" | "red_flag" | "condition":
                found = places.row(f"{change.kind}s", change.id)
            case "rule":
                found = places.rule(change.id)
            case "exercise":
                found = places.exercise(change.id)
            case "session":
                found = places.rule(f"slots.{change.id}")
            case "constant":
                found = places.at("pack.yaml", ("constants", change.id))
            case "text":
                found = places.at("pack.yaml", ("texts", change.id))
            case "programme" | "programme_text":
                # Rows of a list are found by their file alone.
                path = tuple(change.id.split(".", 1)) if change.kind == "programme" else ("texts", change.id)
                found = places.at(change.file, path)
            case "progress_rule":
                found = places.rule(f"progress.{change.id}")
            case _:
                found = places.row(change.file.removesuffix(".yaml"), change.id)
        return str(found or change.file)

    def _safety(self, search: Search, touching: list[Change], *, prove: bool, seconds: float) -> Safety:
        if not touching:
            return Safety("no_change", "No outcome changes: the packs decide alike.", tried=self.pair.tried)
        self.progress("Looking for people with whom the new pack is less strict")
        for data in search.bases():
            self.pair.look(data)
        witness = search.less_strict()
        if witness is None and not (prove and can_prove()):
            for data in self.cases:
                self.pair.look(data)
            witness = search.less_strict()
        if witness is not None:
            return self._refuted(witness)
        if not prove:
            return Safety("not_decided", "Nobody was found, and no proof was looked for.", tried=self.pair.tried)
        self.progress("Looking for a proof")
        proof = prove_not_less_safe(self.old, self.new, self.shared, seconds=seconds)
        return self._proved(search, proof)

    def _to_read(self, changes: Iterable[Change]) -> Iterator[str]:
        for change in changes:
            place = self._place(change)
            if change.kind == "exercise" and change.what == "added":
                yield f"{place}: exercise {change.id} is new; its properties decide who gets it"
            elif change.kind == "exercise" and any(edit.field == "properties" for edit in change.edits):
                yield f"{place}: exercise {change.id} has other properties; they decide who gets it"
            elif change.to_read:
                yield f"{place}: {change.kind} {change.id}, other words in {', '.join(change.to_read)}"

    def _refuted(self, witness: Witness) -> Safety:
        why = f"The new pack is less strict with somebody: {witness.looser[0].text}."
        return Safety("less_safe", why, witness, tried=self.pair.tried)

    def _proved(self, search: Search, proof: Proof) -> Safety:
        tried, questions = self.pair.tried, proof.questions
        if proof.answers is not None:
            # What the solver found is run on both packs; only what shows there counts.
            found = search.smallest_less_strict(proof.answers)
            if found is not None:
                return attrs.evolve(self._refuted(found), questions=questions)
            why = f"The solver found somebody ({proof.why}), and the packs do not bear it out."
            return Safety("not_decided", why, tried=tried, questions=questions)
        verdict: Verdict = "not_less_safe" if proof.holds else "not_decided"
        return Safety(verdict, proof.why, tried=tried, questions=questions)


def _book(folder: str | Path | None) -> Rulebook:
    return rulebook_of(load_pack(folder))


def _cases(folder: str | Path | None) -> Iterator[Answers]:
    for _, case in read_cases(folder).values():
        try:
            yield Intake.from_dict(case.intake).to_dict()
        except IntakeError:
            continue


def _with_programmes(safety: Safety, programmes: tuple[ProgrammeEffect, ...]) -> Safety:
    """What is known about the safety of outcomes and of programmes together: the worse of both counts."""
    found = {effect.judgement.strictness: effect for effect in reversed(programmes)}
    if not found or safety.verdict == "less_safe":
        return safety
    for strictness, verdict in _VERDICT_OF.items():
        effect = found.get(strictness)
        if effect is not None and (verdict != "not_less_safe" or safety.verdict == "no_change"):
            if safety.verdict == "not_decided" and verdict == "not_decided":
                return safety
            why = f"{safety.why} Programmes: {effect.change.id}: {effect.judgement.why}"
            return attrs.evolve(safety, verdict=verdict, why=why)
    return safety


_VERDICT_OF: Mapping[Strictness, Verdict] = {
    "less_strict": "less_safe",
    "to_read": "not_decided",
    "not_less_strict": "not_less_safe",
}
"""What a change of programmes says about the safety of a pack, the worst first."""


def _asked(
    safety: Safety, effects: tuple[Effect | ProgrammeEffect, ...], words: tuple[Effect, ...], lost: tuple[str, ...]
) -> tuple[Bump, str]:
    """The step of the version that follows, and why."""
    if lost:
        return "major", "an answer that was taken before is not taken any more"
    if safety.verdict == "less_safe":
        return "major", "somebody's outcome becomes less strict"
    if safety.verdict == "not_decided":
        return "major", "nobody knows whether somebody's outcome becomes less strict"
    if effects:
        return "minor", "outcomes change, and nobody's becomes less strict"
    if any(effect.change.what != "reworded" for effect in words if effect.change.kind not in ("source", "explainer")):
        return "minor", "something has another name"
    return ("patch", "only words change") if words else ("none", "nothing changes")
