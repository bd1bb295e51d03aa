"""What must never be, as data: `invariants.yaml` of a pack, read and checked against the names of the pack.

The lists of dangers, questions, movements and limits are requirements of their own. They name what is asked for at
least, from the evidence, and not from the rows of the pack; else whatever the rows said would be right by definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Final, Literal, TypeAlias, cast, get_args

import attrs

from psoas_rules.conditions import ALWAYS, Condition
from psoas_rules.errors import Issue, PackError
from psoas_rules.hints import nearest, show
from psoas_rules.loading import INVARIANTS, Rulebook, find_builtin, find_data, read_data
from psoas_rules.pack import Level, Limit, Phase, Tree
from psoas_rules.rulebook import Path, compile_offer
from psoas_rules.shapes import structure
from psoas_rules.yaml_reader import Document, read_yaml

Kind: TypeAlias = Literal[
    "dangers_reach_their_level",
    "dangers_give_no_steps",
    "open_questions_give_no_steps",
    "tables_are_kept",
    "movements_are_left_out",
    "limits_are_kept",
    "more_never_loosens",
    "ceilings_are_kept",
    "time_is_kept",
    "phases_are_in_order",
    "always_an_outcome",
    "slots_can_be_filled",
    "everything_can_happen",
    "no_rule_is_covered",
    "advice_can_be_followed",
    "order_does_not_matter",
    "bands_meet",
    "worse_reports_give_no_more",
]
"""What an invariant can ask; `theorems` says for each what is proved."""

Aspect: TypeAlias = Literal["triage", "refusals", "exclusions", "levels", "doses"]

_PARAMETERS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "dangers_give_no_steps": ("level",),
    "more_never_loosens": ("adding", "raising", "forgetting", "keeps", "same_profile"),
    "ceilings_are_kept": ("most",),
    "time_is_kept": ("minutes",),
    "phases_are_in_order": ("warm_up_first",),
    "slots_can_be_filled": ("slots", "conditions_at_most"),
}
"""What can be said about an invariant of each kind, besides its id, its title and what is accepted."""

_NEEDS: Final[Mapping[Kind, str]] = {
    "dangers_reach_their_level": "dangers",
    "dangers_give_no_steps": "dangers",
    "open_questions_give_no_steps": "questions",
    "movements_are_left_out": "left_out",
    "limits_are_kept": "limits",
}
"""The list without which a kind would say nothing."""


@attrs.frozen(kw_only=True)
class Danger:
    """Answers that need help at least this fast.

    `when` is a condition tree, as in a rule; once read, the condition. It is about the answers of a person alone.
    """

    id: str
    when: Tree
    level: Level
    because: str | None = None
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class MustAsk:
    """Questions without whose answers there is no routine: for everybody, or for those of whom `when` holds."""

    questions: tuple[str, ...]
    when: Tree = None
    because: str | None = None


@attrs.frozen(kw_only=True)
class MustLeaveOut:
    """Movements that nobody gets of whose answers `when` holds."""

    id: str
    when: Tree
    properties: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    because: str | None = None
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class MustLimit:
    """The most that anybody gets of whose answers `when` holds."""

    id: str
    when: Tree
    most: tuple[Limit, ...]
    because: str | None = None
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Accepted:
    """A gap that is known and accepted: which claims may fail, or for whom, and why that is all right."""

    name: str
    because: str
    claims: tuple[str, ...] = ()
    when: Tree = None


@attrs.frozen(kw_only=True)
class Invariant:
    """Something that must be so for everybody."""

    id: str
    title: str
    kind: Kind
    because: str | None = None
    accepted: tuple[Accepted, ...] = ()
    level: Level | None = None
    adding: tuple[str, ...] = ()
    raising: tuple[str, ...] = ()
    forgetting: tuple[str, ...] = ()
    keeps: tuple[Aspect, ...] = ()
    same_profile: bool = False
    slots: tuple[str, ...] = ()
    minutes: float | None = None
    most: tuple[Limit, ...] = ()
    conditions_at_most: int | None = None
    warm_up_first: bool = False


@attrs.frozen(kw_only=True)
class Invariants:
    """Everything that is to be proved of a pack."""

    invariants: tuple[Invariant, ...]
    dangers: tuple[Danger, ...] = ()
    questions: tuple[MustAsk, ...] = ()
    left_out: tuple[MustLeaveOut, ...] = ()
    limits: tuple[MustLimit, ...] = ()

    def only(self, ids: Iterable[str]) -> Invariants:
        """The same with these invariants alone.

        Raises:
            KeyError: naming an id that is not there.
        """
        wanted = tuple(ids)
        known = {one.id: one for one in self.invariants}
        for name in wanted:
            if name not in known:
                raise KeyError(name)
        return attrs.evolve(self, invariants=tuple(one for one in self.invariants if one.id in wanted))


GENERAL: Final = Invariants(
    invariants=(
        Invariant(id="tables", title="What a reported condition forbids is in no session.", kind="tables_are_kept"),
        Invariant(
            id="more_conditions",
            title="Another condition or warning sign never loosens anything.",
            kind="more_never_loosens",
            adding=("condition", "red_flag"),
            keeps=get_args(Aspect),
        ),
        Invariant(id="ceilings", title="No dose is over the ceiling of its exercise.", kind="ceilings_are_kept"),
        Invariant(id="time", title="Every session fits the time there is.", kind="time_is_kept"),
        Invariant(id="phases", title="The phases come in order.", kind="phases_are_in_order"),
        Invariant(id="outcome", title="Every intake gets an outcome.", kind="always_an_outcome"),
        Invariant(id="live", title="Everything in the pack can matter to somebody.", kind="everything_can_happen"),
        Invariant(id="covered", title="No rule is covered by others.", kind="no_rule_is_covered"),
        Invariant(id="advice", title="Advice can be followed.", kind="advice_can_be_followed"),
        Invariant(id="order", title="No outcome hangs on the order of rules.", kind="order_does_not_matter"),
        Invariant(id="bands", title="Bands of points meet without gap or overlap.", kind="bands_meet"),
        Invariant(id="reports", title="Worse reports never give more.", kind="worse_reports_give_no_more"),
    )
)
"""What is proved of a pack that has no list of its own: whatever needs none."""


def read_invariants(book: Rulebook, folder: str | FilePath | None = None) -> Invariants:
    """What is to be proved of the pack in a folder; `GENERAL` where it does not say.

    Args:
        book: The rulebook of the pack.
        folder: The folder of the pack; None for the built-in one.

    Raises:
        PackError: listing every problem of the file.
    """
    for file, entry in find_data(find_builtin() if folder is None else FilePath(folder)):
        if file == INVARIANTS:
            return parse_invariants(book, read_data(file, entry))
    return GENERAL


def parse_invariants(book: Rulebook, content: bytes) -> Invariants:
    """What is to be proved, from the content of a file.

    Raises:
        PackError: listing every problem of the file.
    """
    document = read_yaml(content)
    issues = [Issue(INVARIANTS, flaw.line, flaw.column, flaw.code, flaw.message) for flaw in document.flaws]
    found, mismatches = structure(document.data, Invariants) if document.data is not None else (None, ())
    issues += [Issue(INVARIANTS, *document.place(one.path), one.code, one.message) for one in mismatches]
    if found is None or issues:
        raise PackError(tuple(issues) or (Issue(INVARIANTS, 0, 0, "empty", "the file is empty"),))
    reading = _Reading(book, document)
    read = reading.read(found)
    if reading.issues:
        raise PackError(tuple(sorted(reading.issues, key=lambda issue: (issue.line, issue.column))))
    return read


class _Reading:
    """Checks the names of the file against the pack and turns trees into conditions; collects every problem."""

    def __init__(self, book: Rulebook, document: Document) -> None:
        self.book = book
        self.document = document
        self.issues: list[Issue] = []

    def complain(self, path: Path, code: str, message: str) -> None:
        self.issues.append(Issue(INVARIANTS, *self.document.place(path), code, message))

    def read(self, found: Invariants) -> Invariants:
        for key in ("invariants", "dangers", "left_out", "limits"):
            self._own_ids(key, [one.id for one in getattr(found, key)])
        for number, invariant in enumerate(found.invariants):
            self._invariant(found, invariant, ("invariants", number))
        for number, out in enumerate(found.left_out):
            self._names(out, ("left_out", number))
        for number, limit in enumerate(found.limits):
            self._limits(limit.most, ("limits", number, "most"))
        for number, must in enumerate(found.questions):
            for i, name in enumerate(must.questions):
                self._known(name, self.book.lexicon.specs, "question", ("questions", number, "questions", i))
        self._sources(found)
        return attrs.evolve(
            found,
            invariants=tuple(
                attrs.evolve(one, accepted=self._trees(one.accepted, ("invariants", number, "accepted")))
                for number, one in enumerate(found.invariants)
            ),
            **{key: self._trees(getattr(found, key), (key,)) for key in ("dangers", "questions", "left_out", "limits")},
        )

    def _trees(self, rows: Iterable[Any], path: Path) -> tuple[Any, ...]:
        return tuple(
            attrs.evolve(row, when=self._condition(row.when, (*path, number, "when")))
            for number, row in enumerate(rows)
        )

    def _condition(self, tree: Tree, path: Path) -> Condition:
        return ALWAYS if tree is None else compile_offer(tree, self.book.lexicon, self.complain, path, "dosage")

    def _own_ids(self, key: str, ids: Iterable[str]) -> None:
        seen: set[str] = set()
        for number, name in enumerate(ids):
            if name in seen:
                self.complain((key, number, "id"), "duplicate-id", f"{show(name)} is an id already; two need two")
            seen.add(name)

    def _known(self, name: str, known: Iterable[str], what: str, path: Path) -> None:
        names = list(known)
        if name not in names:
            self.complain(path, "unknown-name", f"unknown {what} {show(name)}{nearest(name, names)}")

    def _names(self, must: MustLeaveOut, path: Path) -> None:
        pack = self.book.pack
        for number, name in enumerate(must.properties):
            self._known(name, pack.vocabulary.properties, "property", (*path, "properties", number))
        for number, name in enumerate(must.exercises):
            self._known(name, (one.id for one in pack.exercises), "exercise", (*path, "exercises", number))
        if not (must.properties or must.exercises or must.phases):
            self.complain(path, "missing-key", "say what is left out: properties, exercises or phases")

    def _limits(self, limits: Iterable[Limit], path: Path) -> None:
        pack = self.book.pack
        for number, limit in enumerate(limits):
            here = (*path, number)
            if limit.for_property is not None:
                self._known(limit.for_property, pack.vocabulary.properties, "property", (*here, "for_property"))
            for i, name in enumerate(limit.for_exercises):
                self._known(name, (one.id for one in pack.exercises), "exercise", (*here, "for_exercises", i))
            for key in ("sets_factor", "hold_factor", "rest_factor", "say"):
                if getattr(limit, key) is not None:
                    self.complain((*here, key), "unknown-key", f"'{key}' is no most; write the number itself")

    def _invariant(self, found: Invariants, invariant: Invariant, path: Path) -> None:
        kind = invariant.kind
        allowed = (*("id", "title", "kind", "because", "accepted"), *_PARAMETERS.get(kind, ()))
        for field in attrs.fields(Invariant):
            if field.name not in allowed and getattr(invariant, field.name) != field.default:
                message = f"'{field.name}' says nothing about {kind}; leave it out"
                self.complain((*path, field.name), "unknown-key", message)
        needed = _NEEDS.get(kind)
        if needed is not None and not getattr(found, needed):
            self.complain((*path, "kind"), "missing-key", f"{kind} needs the list '{needed}', which is empty")
        kinds = {spec.kind for spec in self.book.lexicon.specs.values()}
        for key in ("adding", "raising", "forgetting"):
            for number, name in enumerate(getattr(invariant, key)):
                self._known(name, (*sorted(kinds), *self.book.lexicon.specs), "fact", (*path, key, number))
        if kind == "more_never_loosens" and not (invariant.adding or invariant.raising or invariant.forgetting):
            self.complain(path, "missing-key", "say what there is more of: adding, raising or forgetting")
        if kind == "more_never_loosens" and not invariant.keeps:
            self.complain(path, "missing-key", f"'keeps' is missing: {', '.join(get_args(Aspect))}")
        for number, name in enumerate(invariant.slots):
            slots = (slot.id for slot in self.book.pack.sessions.slots)
            self._known(name, slots, "slot", (*path, "slots", number))
        self._limits(invariant.most, (*path, "most"))
        for number, accepted in enumerate(invariant.accepted):
            if not accepted.claims and accepted.when is None:
                message = "say what is accepted: the claims by name, or when"
                self.complain((*path, "accepted", number), "missing-key", message)

    def _sources(self, found: Invariants) -> None:
        known = [source.id for source in self.book.pack.sources]
        rows: Iterator[tuple[str, int, tuple[str, ...]]] = (
            (key, number, row.sources)
            for key in ("dangers", "left_out", "limits")
            for number, row in enumerate(getattr(found, key))
        )
        for key, number, sources in rows:
            for i, name in enumerate(sources):
                self._known(name, known, "source", (key, number, "sources", i))


def condition_of(row: Any) -> Condition:
    """The condition of a row that was read."""
    return ALWAYS if row.when is None else cast(Condition, row.when)
