"""From decided batches to Arrow columns; only those that are asked for are built."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from psoas_rules.cohort import loops
from psoas_rules.cohort.barring import Barring
from psoas_rules.cohort.deciding import Decided
from psoas_rules.cohort.doses import Doses, DoseTables, Source
from psoas_rules.cohort.filling import Filler, Given, Seconds, Sessions, joined
from psoas_rules.cohort.packed import Lists, Maybe, Packed, both, count, either, packed, truths, without
from psoas_rules.cohort.schema import COLUMNS, KINDS, output_type
from psoas_rules.cohort.shown import parts_of, to_arrow, words
from psoas_rules.cohort.weighing import PROFILES, SURENESS
from psoas_rules.dosing import Cap
from psoas_rules.kit import Kit
from psoas_rules.pack import LEVELS, STAGES
from psoas_rules.stages import Compiled, Ready

if TYPE_CHECKING:
    from psoas_rules.cohort.arranging import Arranged

OF_SESSIONS: Final = frozenset({"steps", "seconds", "left_out", "fired"})
"""The columns for which sessions have to be filled."""


@attrs.frozen(eq=False)
class _Part:
    """The sessions of some rows.

    Attributes:
        rows: How many rows they are.
        of_profile: For each pattern the rows that have it.
        formats: For each format the rows to which it applies.
        sessions: The sessions.
        inside: For each exercise the rows in which it is part of the session.
    """

    rows: int
    of_profile: Mapping[str, Maybe]
    formats: Mapping[Source, Maybe]
    sessions: Sequence[Sessions]
    inside: Mapping[str, Maybe]


@attrs.frozen(eq=False)
class _Filled:
    """The sessions of a batch.

    Attributes:
        parts: The sessions of each part of the rows.
        arranged: How the rows are divided; None when there is only one part, and it is the batch as it is.
        doses: The doses of the rows in the order of the parts.
        tenths: The time that the session of each row takes, in tenths of a second.
    """

    parts: Sequence[_Part]
    arranged: Arranged | None
    doses: Doses
    tenths: NDArray[np.int32]


class Builder:
    """Builds the columns of outcomes for one pack.

    Args:
        compiled: The rules.
        kit: The tables of the pack.
        stamp: Name and version of the pack, and its digest.
    """

    def __init__(self, compiled: Compiled, kit: Kit, stamp: tuple[str, str]) -> None:
        rules = tuple(ready for stage in STAGES for ready in compiled.rules[stage])
        self._kit = kit
        self._stamp = stamp
        self._barring = Barring(kit, rules)
        self._filler = Filler(kit, rules)
        self._told: tuple[Ready, ...] = tuple(ready for ready in rules if ready.rule.stage != "screening")
        caps: list[tuple[Source, Cap]] = [(("rule", number), cap) for number, cap in self._barring.caps]
        caps += [(("profile", profile), cap) for profile, those in kit.session_caps.items() for cap in those]
        caps += [(("format", place), cap) for place, those in enumerate(kit.format_caps) for cap in those]
        self._capped = frozenset(number for number, _ in self._barring.caps)
        self._tables = DoseTables(kit, caps, self._barring.targets)
        self._exercises = tuple(kit.exercises)
        self._place = {name: place for place, name in enumerate(self._exercises)}
        self._slots = tuple(kit.slots)
        first = [0, *(len(self._tables.tables[name].doses) for name in self._exercises)]
        self._begins: NDArray[np.int64] = np.cumsum(first)
        self._shown = parts_of(
            (kit.exercises[name].exercise.phase, dose)
            for name in self._exercises
            for dose in self._tables.tables[name].doses
        )
        self._ids = {rule: place for place, rule in enumerate(dict.fromkeys(self._every_id()))}
        self._makers: Mapping[str, Callable[[Decided, _Filled | None], pa.Array]] = {
            "outcome": self._outcome,
            "problem": lambda decided, _: pa.nulls(decided.rows, pa.string()),
            "triage": self._triage,
            "profile": lambda decided, _: self._of_routines(decided, PROFILES, decided.weighing.profile),
            "confidence": lambda decided, _: self._of_routines(decided, SURENESS, decided.weighing.confidence),
            "steps": self._steps,
            "seconds": self._seconds,
            "left_out": self._left_out,
            "fired": self._fired,
            "pack": lambda decided, _: _constant(stamp[0], decided.rows),
            "digest": lambda decided, _: _constant(stamp[1], decided.rows),
        }

    def build(self, decided: Decided, columns: Iterable[str] = COLUMNS) -> dict[str, pa.Array]:
        """These columns for a batch."""
        columns = tuple(columns)
        filled = self._fill(decided) if OF_SESSIONS.intersection(columns) else None
        made = {}
        for name in columns:
            array = self._makers[name](decided, filled)
            made[name] = array if array.type == output_type(name) else array.cast(output_type(name))
        return made

    def _fill(self, decided: Decided) -> _Filled:
        barring = self._barring
        given = barring.given(decided, self._filler.rules)
        minutes = barring.minutes(decided.facts)
        formats = barring.formats(minutes)
        of_profile = {
            profile: both(decided.routine, packed(decided.weighing.profile == place))
            for place, profile in enumerate(PROFILES)
        }
        sources: dict[Source, Maybe] = {("rule", number): decided.fired[number] for number in self._capped}
        sources |= {("profile", profile): rows for profile, rows in of_profile.items()}
        sources |= formats
        doses = Doses(self._tables, sources, barring.sides(decided.fired), decided.rows)
        # Whole tenths fit when they are no more than the whole tenths of it; see `kit.seconds_of`.
        most = np.rint(minutes * 6_000).astype(np.int32) // 10
        if loops.compiled():
            return self._by_pattern(of_profile, given, formats, most, doses)
        part, tenths = self._part(of_profile, given, formats, Seconds(most, doses))
        return _Filled([part], None, doses, tenths)

    def _by_pattern(
        self,
        of_profile: Mapping[str, Maybe],
        given: Given,
        formats: Mapping[Source, Maybe],
        most: NDArray[np.int32],
        doses: Doses,
    ) -> _Filled:
        """Fills the sessions of each pattern by itself: what is chosen for one is not gone through for the others."""
        from psoas_rules.cohort.arranging import Arranged

        arranged = Arranged.by([*of_profile.values()], len(most))
        vectors = arranged.vectors([*formats.values(), *given.vectors()])
        parts, tenths = [], np.zeros(len(most), dtype=np.int32)
        for (profile, here), group, those in zip(of_profile.items(), arranged.groups, vectors, strict=True):
            members = count(here)
            if not members:
                continue
            own = iter(those)
            of_formats = {name: next(own) for name in formats}
            order = arranged.order[group]
            # They come first; whoever is behind them does not count.
            mine = {profile: packed(np.arange(len(order)) < members)}
            seconds = Seconds(most[order], doses.among(order))
            part, taken = self._part(mine, given.with_vectors(own), of_formats, seconds)
            parts.append(part)
            tenths[order[:members]] = taken[:members]
        return _Filled(parts, arranged, doses.among(arranged.order), tenths)

    def _part(
        self, of_profile: Mapping[str, Maybe], given: Given, formats: Mapping[Source, Maybe], seconds: Seconds
    ) -> tuple[_Part, NDArray[np.int32]]:
        """Fills the sessions of some rows, and tells how long they take."""
        sessions = self._filler.sessions(of_profile, given, seconds)
        inside: dict[str, Maybe] = {}
        for one in sessions:
            for place in one.places:
                for name, rows in place.picks:
                    inside[name] = either(inside.get(name), rows)
        return _Part(len(seconds.taken), of_profile, formats, sessions, inside), seconds.taken

    # Columns with one value for each row

    def _outcome(self, decided: Decided, _: _Filled | None) -> pa.Array:
        codes = np.zeros(decided.rows, dtype=np.int8)
        for kind in ("referral", "screening"):
            rows = getattr(decided, kind)
            if rows is not None:
                codes[truths(rows, decided.rows)] = KINDS.index(kind)
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(KINDS))

    def _triage(self, decided: Decided, _: _Filled | None) -> pa.Array:
        missing = None if decided.screening is None else truths(decided.screening, decided.rows)
        return pa.DictionaryArray.from_arrays(pa.array(decided.level.view(np.int8), mask=missing), pa.array(LEVELS))

    def _of_routines(self, decided: Decided, names: Sequence[str], codes: NDArray[np.int8]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=_others(decided)), pa.array(names))

    def _seconds(self, decided: Decided, filled: _Filled | None) -> pa.Array:
        assert filled is not None
        return pa.array((filled.tenths / 10).astype(np.float32), mask=_others(decided))

    # Columns with a list for each row

    def _steps(self, decided: Decided, filled: _Filled | None) -> pa.Array:
        assert filled is not None
        lists = Lists.joined(
            [
                Lists.of(((self._place[name], rows) for name, rows in self._in_order(part)), part.rows)
                for part in filled.parts
            ]
        )
        if filled.arranged is None:
            places = filled.doses.places(lists, self._exercises, self._begins)
            parts: Sequence[NDArray[Any]] = tuple(part.take(places, mode="clip") for part in self._shown)
        else:
            codes = filled.doses.table(lists, self._exercises)
            doses = filled.doses.classes.of, codes, self._begins
            lists, parts = filled.arranged.steps(lists, doses, self._shown)
        items = pa.StructArray.from_arrays(
            [words(lists.values, self._exercises), *to_arrow(parts)], fields=list(output_type("steps").value_type)
        )
        return _listed(lists, items, decided)

    def _in_order(self, part: _Part) -> Iterable[tuple[str, Packed]]:
        """The picks of all sessions, so that those of each row are in order; nobody has two patterns."""
        by_slot: dict[str, list[tuple[str, Packed]]] = {slot: [] for slot in self._slots}
        for one in part.sessions:
            order = [self._slots.index(place.use.slot) for place in one.places]
            if order != sorted(order):
                return [pick for each in part.sessions for place in each.places for pick in place.picks]
            for place in one.places:
                by_slot[place.use.slot] += place.picks
        return [pick for picks in by_slot.values() for pick in joined(picks)]

    def _left_out(self, decided: Decided, filled: _Filled | None) -> pa.Array:
        assert filled is not None
        known: dict[tuple[int, int], int] = {}
        of_parts = []
        for part in filled.parts:
            entries = []
            for exercise, slot, rows in _missing(part):
                name = -1 if exercise is None else self._place[exercise]
                where = -1 if slot is None else self._slots.index(slot)
                entries.append((known.setdefault((name, where), len(known)), rows))
            of_parts.append(Lists.of(entries, part.rows))
        lists = Lists.joined(of_parts)
        if filled.arranged is not None:
            lists = filled.arranged.back(lists)
        names, places = np.array([*known], dtype=np.int16).reshape(-1, 2).T
        items = pa.StructArray.from_arrays(
            [words(names.take(lists.values), self._exercises), words(places.take(lists.values), self._slots)],
            fields=list(output_type("left_out").value_type),
        )
        return _listed(lists, items, decided)

    def _fired(self, decided: Decided, filled: _Filled | None) -> pa.Array:
        assert filled is not None
        rules = [(self._ids[ready.rule.id], decided.fired[ready.number]) for ready in self._told]
        if filled.arranged is None:
            (part,) = filled.parts
            lists = Lists.of([*rules, *self._choosing(part)], decided.rows)
        else:
            of_parts = Lists.joined([Lists.of(self._choosing(part), part.rows) for part in filled.parts])
            lists = Lists.of(rules, decided.rows, behind=(of_parts, filled.arranged.place))
        return _listed(lists, words(lists.values, tuple(self._ids)), None)

    def _choosing(self, part: _Part) -> Iterator[tuple[int, Maybe]]:
        """What fired while sessions were filled."""
        for one in part.sessions:
            for place in one.places:
                slot = self._ids[f"slots.{one.profile}.{place.use.slot}"]
                # What fills it does not matter here, so that picks of different people go together.
                yield from ((slot, rows) for _, rows in joined(("", rows) for _, rows in place.picks))
        for number, caps in enumerate(self._kit.format_caps):
            rows = both(part.formats["format", number], self._touched(caps, part))
            yield self._ids[self._kit.format_rules[number]], rows
        for one in part.sessions:
            caps = self._kit.session_caps.get(one.profile, ())
            yield (
                self._ids[f"session_limits.{one.profile}"],
                both(part.of_profile[one.profile], self._touched(caps, part)),
            )

    def _every_id(self) -> Iterable[str]:
        """Ids of everything that can fire, in the order of traces."""
        yield from (ready.rule.id for ready in self._told)
        for profile, uses in self._kit.uses.items():
            yield from (f"slots.{profile}.{use.slot}" for use, _ in uses)
        yield from self._kit.format_rules
        yield from (f"session_limits.{profile}" for profile in self._kit.uses)

    @staticmethod
    def _touched(caps: Iterable[Cap], part: _Part) -> Maybe:
        """The rows with a step that these limits change."""
        return either(*[part.inside.get(name) for cap in caps for name in cap.changing])


def _missing(part: _Part) -> Iterator[tuple[str | None, str | None, Maybe]]:
    """What is left out of sessions: an exercise, a slot or both, and in which rows."""
    for one in part.sessions:
        for name, rows in one.blocked:
            yield name, None, without(rows, part.inside.get(name))
        for place in one.places:
            yield None, place.use.slot, place.empty
        for slot, name, rows in one.whole:
            yield name, slot, without(rows, part.inside.get(name))


def _others(decided: Decided) -> NDArray[np.bool_]:
    """The rows without a routine."""
    if decided.routine is None:
        return np.ones(decided.rows, dtype=np.bool_)
    return ~truths(decided.routine, decided.rows)


def _listed(lists: Lists, items: pa.Array, decided: Decided | None) -> pa.Array:
    """Lists of these items, one for each row; None where there is no routine."""
    mask = None if decided is None else pa.array(_others(decided))
    return pa.ListArray.from_arrays(pa.array(lists.offsets), items, mask=mask)


def _constant(text: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int8)), pa.array([text]))
