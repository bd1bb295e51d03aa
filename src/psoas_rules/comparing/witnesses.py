"""People for whom two packs decide differently: found by trying answers at the edges of what changed, then made small.

What is tried for a change: the fewest answers for which its rules fire in one pack and not in the other, or fire at
all; a wish for each exercise, so that what is rarely chosen is looked at, too; each on top of people of every pattern.
Whoever compares may try the whole cases of both packs as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias

import attrs

from psoas_rules.cells import fulfilling, telling_apart
from psoas_rules.comparing.changes import Change, turned_round
from psoas_rules.comparing.patterns import CLEAR, people_of_patterns
from psoas_rules.comparing.people import Answers, Translator, answers_lost, size, smaller, with_facts
from psoas_rules.comparing.strictness import Looser, Shared, Strictness, in_new_words
from psoas_rules.comparing.views import Difference, View, Viewer, differences
from psoas_rules.conditions import Value
from psoas_rules.dosing import in_scope
from psoas_rules.loading import MINUTES, Rulebook
from psoas_rules.pack import Exercise
from psoas_rules.rulebook import Rule
from psoas_rules.trace import Conclusion

Facts: TypeAlias = Mapping[str, Value]

_MOST_FOR_A_RULE: Final = 12
_MOST_TRIED: Final = 1_200
_LEAST_TRIED: Final = 150
_TRIED_IN_ALL: Final = 8_000
"""So many people are tried for one change: more when there are few changes."""

_MORE_TRIED: Final = 150
"""So many people more are tried when one was found: another may need fewer words."""

_MOST_WISHES: Final = 12
"""So many exercises are wished for, or all that a change is about."""


@attrs.frozen
class Witness:
    """One person before both packs.

    Attributes:
        answers: The answers, as the plain data of an intake, in the words of the old pack where it has any.
        unread: Fields among them that the new pack does not know; they are left out there.
        unread_before: Fields among them that the old pack did not know; they are left out there.
        old: What the old pack decides.
        new: What the new pack decides.
        differences: What is not the same.
        looser: In which ways the new pack is less strict with this person.
    """

    answers: Mapping[str, Any]
    unread: tuple[str, ...]
    unread_before: tuple[str, ...]
    old: View
    new: View
    differences: tuple[Difference, ...]
    looser: tuple[Looser, ...]

    @property
    def visible(self) -> bool:
        """Whether the outcomes themselves differ, not only what stands behind them."""
        return any(not one.behind for one in self.differences)


class Pair:
    """Two packs that decide about the same people.

    Args:
        old: The old rules.
        new: The new rules.
        translator: Puts answers for the old pack into the words of the new one.
        shared: What both know.
    """

    def __init__(self, old: Rulebook, new: Rulebook, translator: Translator, shared: Shared) -> None:
        self.old = Viewer(old)
        self.new = Viewer(new)
        self.translator = translator
        more = new.lexicon.specs.keys() - old.lexicon.specs.keys()
        self._before = Translator(old.lexicon, {}, alike=not more and not answers_lost(new.lexicon, old.lexicon))
        self._shared = shared
        self._strictness = Strictness(old.pack, new.pack, shared)
        self.tried = 0
        self._known: dict[str, Witness | None] = {}

    def look(self, data: Answers) -> Witness | None:
        """What both decide for a person; None when one of them cannot read the answers."""
        key = json.dumps(data, sort_keys=True, default=str)
        if key not in self._known:
            self._known[key] = self._look(data)
        return self._known[key]

    def _look(self, data: Answers) -> Witness | None:
        self.tried += 1
        translated, unread = self.translator.translate(data)
        known, unread_before = self._before.translate(data)
        old, new = self.old.view(known), self.new.view(translated)
        if old is None or new is None:
            return None
        differ = differences(in_new_words(old, self._shared), new)
        return Witness(data, unread, unread_before, old, new, differ, self._strictness.looser(old, new))

    def looked(self) -> Iterator[Witness]:
        """Everybody who was looked at and could be read."""
        yield from (one for one in self._known.values() if one is not None)

    def smallest(self, data: Answers, still: Callable[[Witness], bool]) -> Witness:
        """The person with the fewest answers for whom something still holds, found by leaving out one after another."""
        found = self.look(data)
        assert found is not None
        smaller_one: Witness | None = found
        while smaller_one is not None:
            found = smaller_one
            tries = (self.look(less) for less in smaller(found.answers))
            smaller_one = next((one for one in tries if one is not None and still(one)), None)
        return found


class Search:
    """Looks for people for whom two packs decide differently.

    Args:
        pair: The two packs.
    """

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self._old, self._new = pair.old.book, pair.new.book
        self.most = _MOST_TRIED
        self._bases: tuple[Answers, ...] | None = None

    def of_change(self, change: Change, alone: Pair | None, people: Iterable[Answers] | None = None) -> Witness | None:
        """The smallest person found for whom a change makes a difference.

        Args:
            change: The change.
            alone: The old pack and the same with this change alone; None when it does not stand alone.
            people: Whom to try; None for people at the edges of the change.
        """
        best: Witness | None = None
        left = self.most
        for data in self.people(change) if people is None else people:
            left -= 1
            if left < 0:
                break
            found = self.pair.look(data)
            if found is None or not found.differences or not _does(alone, data):
                continue
            if best is None or _plainness(found) < _plainness(best):
                best = found
                left = min(left, _MORE_TRIED) if best.visible else left
        return None if best is None else self._smallest(best, alone)

    def _smallest(self, best: Witness, alone: Pair | None) -> Witness:
        kinds, visible = (best.old.kind, best.new.kind), best.visible

        def still(one: Witness) -> bool:
            same_kind = (one.old.kind, one.new.kind) == kinds and (one.visible or not visible)
            return bool(one.differences) and same_kind and _does(alone, one.answers)

        return self.pair.smallest(best.answers, still)

    def share_among(self, changes: int) -> None:
        """Shares what may be tried in all among so many changes."""
        self.most = max(_LEAST_TRIED, min(_MOST_TRIED, _TRIED_IN_ALL // max(1, changes)))

    def around(self, data: Answers, alone: Pair | None) -> Witness | None:
        """The smallest person around these answers for whom something differs; None when nothing does."""
        found = self.pair.look(data)
        if found is None or not found.differences or not _does(alone, data):
            return None
        return self._smallest(found, alone)

    def less_strict(self) -> Witness | None:
        """Of the people who were tried, the smallest with whom the new pack is less strict."""
        looked = [one for one in self.pair.looked() if one.looser]
        best = min(looked, key=_weight, default=None)
        return None if best is None else self.smallest_less_strict(best.answers)

    def smallest_less_strict(self, data: Answers) -> Witness | None:
        """The smallest person around these answers with whom the new pack is less strict in the same way."""
        found = self.pair.look(data)
        if found is None or not found.looser:
            return None
        first = _first(found.looser)
        return self.pair.smallest(data, lambda one: any(_like(other, first) for other in one.looser))

    def people(self, change: Change) -> Iterator[Answers]:
        """People whom a change could touch, those with the fewest answers first, each once."""
        seen: set[str] = set()
        for data in self._people(change):
            key = json.dumps(data, sort_keys=True, default=str)
            if key not in seen:
                seen.add(key)
                yield data

    def _people(self, change: Change) -> Iterator[Answers]:
        lexicons, lexicon = (self._old.lexicon, self._new.lexicon), self._old.lexicon
        points = list(islice(self._points(change), 400))
        yield from (with_facts(CLEAR, facts, *lexicons) for facts in points)
        if change.kind in ("red_flag", "condition", "screen"):
            # A question that is new was not denied by anybody.
            yield {}
            yield {"screen": dict.fromkeys(lexicon.groups, "no")}
            yield with_facts({}, dict.fromkeys(lexicon.required, False), lexicon)
        bases = self.bases()
        yield from (with_facts(base, facts, *lexicons) for base in bases for facts in points[:60])
        wishes = [self._wish(name) for name in self._exercises(change)]
        for base in bases:
            yield from (
                with_facts(base, {**facts, **wish}, *lexicons) for wish in wishes for facts in points[:4] or ({},)
            )

    def bases(self) -> tuple[Answers, ...]:
        """People of every pattern, and the same with time and things at hand."""
        if self._bases is None:
            short = (CLEAR, *people_of_patterns(self.pair.old))
            plenty = (with_facts(data, self._plenty(), self._old.lexicon) for data in short)
            self._bases = (*short, *plenty)
        return self._bases

    def _plenty(self) -> Facts:
        """Experience, time and everything at hand: a person whom nothing but the rules holds back."""
        lexicon, facts = self._old.lexicon, dict[str, Value]()
        for fact, spec in lexicon.specs.items():
            if fact.startswith("preference.equipment."):
                facts[fact] = True
            elif fact in (MINUTES, "preference.level_max") and spec.maximum is not None:
                facts[fact] = spec.maximum
            elif fact == "person.experience" and spec.options:
                facts[fact] = list(spec.options)[-1]
        return facts

    def _wish(self, exercise: str) -> dict[str, Value]:
        return {f"preference.wants.{exercise}": True, "preference.supervised": True}

    def _exercises(self, change: Change) -> tuple[str, ...]:
        """Exercises that a change is about, the others after them."""
        every = self._old.pack.exercises
        if change.kind == "exercise":
            return tuple(one.id for one in every if one.id in (change.id, change.was))
        old, new = ({rule.id: rule for rule in _rules_of(change, book)} for book in (self._old, self._new))
        said = {name: {*rule.then} for name, rule in old.items()}
        now = {name: {*rule.then} for name, rule in new.items()}
        moved = [one for name in {**said, **now} for one in said.get(name, set()) ^ now.get(name, set())]
        about = [one.id for one in every if any(_is_about(conclusion, one) for conclusion in moved)]
        return tuple(dict.fromkeys((*about, *(one.id for one in every))))[: max(_MOST_WISHES, len(about))]

    def _points(self, change: Change) -> Iterator[Facts]:
        """Answers at the edges of what changed."""
        yield from _asked(change)
        if change.kind == "swap_order":
            for (one, _), (other, _) in turned_round(self._old, self._new, change.id):
                facts: dict[str, Value] = {one: True, other: True}
                yield facts
                yield from _cleared(facts)
        if change.kind in ("constant", "format", "drop_order", "session", "preference"):
            yield from self._times()
        old, new = ({rule.id: rule for rule in _rules_of(change, book)} for book in (self._old, self._new))
        lexicons = (self._old.lexicon, self._new.lexicon)
        for name in dict.fromkeys((*old, *new)):
            before, after = old.get(name), new.get(name)
            if before is not None and after is not None:
                yield from islice(telling_apart(before.when, after.when, *lexicons), _MOST_FOR_A_RULE)
            for rule in filter(None, (before, after)):
                for way in islice(fulfilling(rule.when, *lexicons), _MOST_FOR_A_RULE):
                    yield way
                    yield from _cleared(way)

    def _times(self) -> Iterator[Facts]:
        spec = self._old.lexicon.specs[MINUTES]
        ends = [one for one in (spec.minimum, spec.maximum) if one is not None]
        times = {format_.up_to_minutes for book in (self._old, self._new) for format_ in book.pack.sessions.formats}
        for minutes in sorted({*ends, *times, *(time + 1 for time in times)}):
            yield {MINUTES: minutes}


def _asked(change: Change) -> Iterator[Facts]:
    """What the question itself can be answered with."""
    if change.kind in ("red_flag", "condition"):
        fact = f"{change.kind}.{change.was or change.id}"
        for value in (True, "unknown"):
            yield {fact: value}
            yield from _cleared({fact: value})


def _cleared(facts: Facts) -> Iterator[Facts]:
    """The same, with a clinician's agreement to exercise with each condition."""
    conditions = [fact.partition(".")[2] for fact in facts if fact.startswith("condition.")]
    if conditions and not any(fact.startswith("cleared.") for fact in facts):
        yield {**facts, **{f"cleared.{name}": True for name in conditions}}


def _rules_of(change: Change, book: Rulebook) -> Iterator[Rule]:
    """The rules that a changed thing makes."""
    names = {name for name in (change.id, change.was) if name is not None}
    for rule in book.rules:
        words = rule.id.split(".")
        about = rule.about or ""
        match change.kind:
            case "rule":
                mine = ".".join(words[:2]) in names
            case "red_flag" | "condition":
                mine = about in {f"{change.kind}.{name}" for name in names} or (
                    words[0] == "screening" and not names.isdisjoint(words[1:])
                )
            case "sign" | "measure":
                mine = rule.item in names
            case "screen":
                mine = rule.stage == "screening"
            case _:
                mine = False
        if mine:
            yield rule


def _plainness(witness: Witness) -> tuple[bool, int]:
    return not witness.visible, size(witness.answers)


def _is_about(conclusion: Conclusion, exercise: Exercise) -> bool:
    """Whether a conclusion is about an exercise, not about a person as a whole."""
    limit = conclusion.limit
    if limit is not None:
        return in_scope(limit, exercise)
    names = (exercise.id, exercise.phase, *exercise.properties)
    return conclusion.subject in names or conclusion.other == exercise.id


def _does(alone: Pair | None, data: Answers) -> bool:
    """Whether a change makes a difference by itself; where it cannot stand alone, all changes together count."""
    if alone is None:
        return True
    found = alone.look(data)
    return found is not None and bool(found.differences)


_ORDER: Final = ("outcome", "triage", "screening", "exclusion", "dose", "time")


def _weight(witness: Witness) -> tuple[int, bool, int]:
    """The gravest first; then those for whom it is to be seen in the outcome; then the smallest."""
    gravest = _first(witness.looser)
    return _ORDER.index(gravest.criterion), not gravest.shows, size(witness.answers)


def _first(these: tuple[Looser, ...]) -> Looser:
    return min(these, key=lambda one: (_ORDER.index(one.criterion), not one.shows))


def _like(one: Looser, other: Looser) -> bool:
    """Whether two are of a kind; one that shows stays one that shows."""
    return one.criterion == other.criterion and one.shows >= other.shows
