"""People by lot: intakes over the whole vocabulary of a pack, quickly, the same for the same seed.

Most of them come in pairs aimed at one rule after the other: for the first the rule's condition is made true, at a
threshold where there is one; the second differs in one answer, just past it. All else about them, and everything about
the others, is drawn freely, in a mix in which routines, referrals and screenings all appear a lot.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from psoas_rules.conditions import All, SignedTest, Test, alternatives, compare, tests
from psoas_rules.facts import SECTIONS, is_unknown
from psoas_rules.loading import make_rulebook
from psoas_rules.pack import SIDES, Pack
from psoas_rules.rulebook import Rule

UNKNOWN = (None, "unknown", "not_sure")
LISTED = ("many", "names")
STOPPING = ("before_exercising", "same_day", "emergency")


def _refuse(file, _path, _code, message):
    raise ValueError(f"{file}: {message}")


class People:
    """Draws people for one pack."""

    def __init__(self, pack: Pack) -> None:
        self.book = make_rulebook(pack, _refuse)
        self.lexicon = self.book.lexicon
        self.sections: dict[str, list[Any]] = {kind: [] for kind in SECTIONS}
        for spec in self.lexicon.specs.values():
            if spec.kind in SECTIONS and self.lexicon.answerable(spec.kind, spec.key):
                self.sections[spec.kind].append(spec)
        self.cuts = self._cuts(pack)
        self.thresholds = {
            _threshold(test)
            for rule in self.book.rules
            for test in tests(rule.when)
            if not isinstance(test.value, bool | str)
        }
        self.derived = defaultdict(list)
        for spec in self.lexicon.specs.values():
            if spec.derive is not None:
                self.derived[f"{spec.kind}.{spec.derive.of}"].append(spec)
        self.from_age = {name.partition(".")[2]: (low, high) for name, low, high in self.lexicon.ages}
        self.clearance = {row.id: row.clearance for row in pack.conditions}
        self.stopping = {flag.id for flag in pack.red_flags if flag.urgency in STOPPING}
        # A sign that alone calls for a clinician would leave hardly a routine among people with many signs.
        self.alarming = {
            test.fact
            for rule in self.book.rules
            if rule.stage == "triage" and any(c.subject in STOPPING for c in rule.then)
            for test in tests(rule.when)
        }

    def _cuts(self, pack: Pack) -> dict[str, list[float]]:
        """Every number that a rule, an offer, a slot, a format or an age compares with, by fact without side."""
        conditions = [rule.when for rule in self.book.rules] + list(self.book.offers.values())
        conditions += [use for session in self.book.uses.values() for use in session]
        cuts = defaultdict(set)
        for test in tests(All(conditions)):
            if not isinstance(test.value, bool | str):
                cuts[self.lexicon.spec(test.fact).name].add(test.value)
        cuts["preference.minutes"] |= {one.up_to_minutes for one in pack.sessions.formats}
        for _, low, high in self.lexicon.ages:
            cuts["person.age"] |= {age for age in (low, high) if age is not None}
        return {name: sorted(values) for name, values in cuts.items()}

    # --- many ---------------------------------------------------------------------------------------------------------

    def many(self, seed: object, count: int) -> Iterator[dict[str, Any]]:
        """So many intakes as plain data; the same for the same seed."""
        rng = random.Random(f"{seed}")
        aims: list[Any] = []
        drawn = 0
        while drawn < count:
            aims = aims or self._round(rng)
            aimed = self.pair(rng, *aims.pop())
            for intake in aimed if rng.random() < 0.9 else (*aimed, self.free(rng)):
                if drawn < count:
                    drawn += 1
                    yield intake

    def _round(self, rng: random.Random) -> list[tuple[Rule, Test | None]]:
        """Every rule once, every threshold of a fact at least once, in any order."""
        left = set(self.thresholds)
        aims: list[tuple[Rule, Test | None]] = []
        for rule in rng.sample(self.book.rules, len(self.book.rules)):
            mine = [test for test in tests(rule.when) if _threshold(test) in self.thresholds]
            fresh = [test for test in mine if _threshold(test) in left]
            chosen = fresh or mine[:1] or [None]
            aims += [(rule, test) for test in chosen]
            left -= {_threshold(test) for test in fresh}
        # Questions that are still open come up by themselves in every open screen.
        aims = [aim for aim in aims if aim[0].stage != "screening" or rng.random() < 0.1]
        return rng.sample(aims, len(aims))

    # --- one person drawn freely --------------------------------------------------------------------------------------

    def free(self, rng: random.Random, mood: str = "") -> dict[str, Any]:
        """One person: `calm` leads to routines mostly, `open` leaves safety questions open, `wild` holds anything."""
        mood = mood or rng.choices(("calm", "open", "wild"), (6, 2, 2))[0]
        intake: dict[str, Any] = {section: {} for section in SECTIONS.values()}
        for kind in ("sign", "measure"):
            share = rng.choice((0, 0.05, 0.2, 0.5, 0.9))
            for spec in self.sections[kind]:
                if rng.random() < share and not (mood == "calm" and self._alarms(spec) and rng.random() < 0.95):
                    intake[SECTIONS[kind]][spec.key] = self._answer(rng, spec)
        for spec in self.sections["person"]:
            if rng.random() < 0.7:
                intake["person"][spec.key] = self._value(rng, spec)
        self._conditions(rng, intake, mood)
        self._flags(rng, intake, mood)
        share = rng.choice((0, 0, 0.2, 0.5))
        for spec in self.sections["preference"]:
            if rng.random() < share:
                intake["preferences"][spec.key] = self._answer(rng, spec)
        self._screen(rng, intake, mood)
        return self._fit(rng, intake)

    def _alarms(self, spec) -> bool:
        return any(fact in self.alarming for fact in (spec.name, *spec.facts()))

    def _conditions(self, rng, intake, mood):
        count = rng.choice((0, 0, 1, 1, 2, 3, 6) if mood != "wild" else (0, 1, 5, 30))
        rows = rng.sample(self.sections["condition"], min(count, len(self.sections["condition"])))
        for spec in rows:
            clearance = self.clearance[spec.key]
            if mood == "calm" and clearance == "block":
                continue
            intake["conditions"][spec.key] = rng.choice((True, True, True, "yes", False, rng.choice(UNKNOWN)))
            if clearance == "clinician_first" and rng.random() < (0.95 if mood == "calm" else 0.4):
                intake["clearances"][spec.key] = rng.random() < 0.9 or mood == "calm"
        for spec in self.sections["detail"]:
            if rng.random() < (0.5 if rows else 0.05):
                intake["details"][spec.key] = self._answer(rng, spec)

    def _flags(self, rng, intake, mood):
        if rng.random() < (0.1 if mood == "calm" else 0.4):
            flags = [f for f in self.sections["red_flag"] if mood != "calm" or f.key not in self.stopping]
            for spec in rng.sample(flags, min(rng.choice((1, 1, 2, 5)), len(flags))):
                intake["red_flags"][spec.key] = rng.choice((True, True, "yes", False, "no", rng.choice(UNKNOWN)))

    def _screen(self, rng, intake, mood):
        groups = sorted(self.lexicon.groups)
        if mood == "calm":
            clear = rng.random() < 0.7
            intake["screen"] = "clear" if clear else {group: rng.choice((False, "no")) for group in groups}
        elif rng.random() < 0.35:
            intake["screen"] = "clear"
        else:
            answers = (False, "no", False, "no", "yes", True, *UNKNOWN)
            intake["screen"] = {group: rng.choice(answers) for group in groups if rng.random() < 0.9}
            if rng.random() < 0.3:
                for kind in ("red_flag", "condition"):
                    for spec in self.sections[kind]:
                        intake[SECTIONS[kind]].setdefault(spec.key, False)

    def _answer(self, rng, spec):
        if rng.random() < 0.04:
            return rng.choice(UNKNOWN)
        if spec.answer in LISTED:
            options = sorted(spec.options if spec.answer == "many" else spec.options.values())
            return rng.sample(options, min(rng.choice((0, 1, 1, 2, 5, len(options))), len(options)))
        if not spec.sided or rng.random() < 0.3:
            return self._value(rng, spec)
        derived = self.derived.get(spec.name)
        if derived and rng.random() < 0.6:
            one = rng.choice(derived)
            near = self._sides(rng, spec, one, rng.choice(SIDES), self._around(rng, one))
            if near is not None:
                return near
        sides = {side: self._value(rng, spec) for side in SIDES if rng.random() < 0.8}
        if sides and rng.random() < 0.05:
            sides[rng.choice(sorted(sides))] = rng.choice(UNKNOWN)
        return sides

    def _value(self, rng, spec):
        if spec.answer == "yes_no":
            return rng.choice((True, False, True, False, "yes", "no"))
        if spec.answer == "choice":
            return rng.choice(sorted(spec.options))
        low, high = self._limits(spec)
        lot = rng.random()
        if lot < 0.6 and spec.name in self.cuts:
            number = self._around(rng, spec)
        elif lot < 0.7:
            number = rng.choice((low, high))
        else:
            number = rng.uniform(low, min(high, low + rng.choice((10, 50, high - low))))
        return self._number(spec, number)

    def _limits(self, spec):
        return spec.minimum if spec.minimum is not None else 0, spec.maximum if spec.maximum is not None else 100

    def _number(self, spec, number):
        low, high = self._limits(spec)
        number = min(max(number, low), high)
        number = round(number) if spec.answer != "number" else round(number, 3)
        return int(number) if number == int(number) else number

    def _around(self, rng, spec):
        """A number on, just below or just above a threshold of this fact."""
        cut = rng.choice(self.cuts.get(spec.name, (0,)))
        return cut + rng.choice((-1, 0, 1)) * (1 if spec.answer != "number" else rng.choice((0.001, 0.1, 1)))

    def _sides(self, rng, spec, derived, side, wanted, *, other=None):
        """Values of a measure on both sides for which the derived number comes out as wanted, if that can be.

        With `other`, the value of the other side is given.
        """
        low, high = self._limits(spec)
        if other is None:
            other = self._number(spec, rng.uniform(low, rng.choice((high, min(high, low + 20)))))
            if derived.derive.how == "percent_below_other" and rng.random() < 0.7:
                # Round values hit a threshold exactly.
                other = rng.choice([number for number in (10, 20, 40) if low <= number <= high] or [other])
        match derived.derive.how:
            case "side_minus_other":
                this = other + wanted
            case "sum_of_sides":
                this = wanted - other
            case _:
                this = other * (1 - wanted / 100) if wanted >= 0 else other / (1 + wanted / 100)
        return {side: self._number(spec, this), _other(side): other} if low <= this <= high else None

    # --- a pair aimed at one rule -------------------------------------------------------------------------------------

    def pair(self, rng: random.Random, rule: Rule, at: Test | None = None) -> tuple[dict[str, Any], ...]:
        """Somebody for whom the rule fires, and the same person just past it; empty where that cannot be arranged.

        With `at`, they stand on either side of the threshold of this test.
        """
        possible = alternatives(rule.when) or ((),)
        aimed = [
            one for one in possible if at is not None and any(_threshold(test) == _threshold(at) for test, _ in one)
        ]
        alternative = rng.choice(aimed or possible)
        by_fact = _by_fact([alternative])
        wanted = {}
        for fact, signed in by_fact.items():
            at_it = bool(aimed) and fact == at.fact
            fitting = [value for value in self._candidates(rng, fact, finely=at_it) if _all_hold(signed, value)]
            if not fitting:
                return ()
            wanted[fact] = rng.choice(fitting)
            if at_it:
                wanted[fact] = min(fitting, key=lambda value: _distance(value, at.value))
        moved = at.fact if aimed else rng.choice(sorted(wanted) or [""])
        if rng.random() < 0.8:
            # As long as another alternative holds, nothing changes at the threshold of this one.
            for fact, signed in _by_fact(possible).items():
                if self._answer_of(fact) not in {self._answer_of(one) for one in wanted}:
                    apart = [v for v in self._candidates(rng, fact) if not any(_all_hold([one], v) for one in signed)]
                    wanted.update({fact: rng.choice(apart)} if apart else {})
        mood = "wild" if rule.stage in ("screening", "triage") and rng.random() < 0.3 else "calm"
        first = self._with(rng, self.free(rng, mood), wanted)
        if not moved:
            return (first,)
        past = [value for value in self._candidates(rng, moved, finely=True) if not _all_hold(by_fact[moved], value)]
        if not past:
            return (first,)
        return first, self._with(rng, first, {moved: min(past, key=lambda value: _distance(value, wanted[moved]))})

    def _answer_of(self, fact: str) -> str:
        """The answer that a fact comes from: a derived number comes from a measure."""
        spec = self.lexicon.spec(fact)
        return f"{spec.kind}.{spec.derive.of}" if spec.derive is not None else fact

    def _candidates(self, rng, fact, *, finely=False) -> list[Any]:
        """Values that matter for a fact; None is unknown. `finely` takes those nearest to the thresholds."""
        spec = self.lexicon.spec(fact)
        if spec.answer in ("yes_no", *LISTED):
            return [True, False, None]
        if spec.answer == "choice":
            return [*sorted(spec.options), None]
        low, high = (-1000, 1000) if spec.derive or spec.kind == "finding" else self._limits(spec)
        step = 1 if spec.answer != "number" else 0.001 if finely else rng.choice((0.001, 0.1, 1))
        if spec.derive is not None:
            step = max(step, 0.1)  # a thousandth of a per cent is less than what is measured
        near = [cut + move for cut in self.cuts.get(spec.name, ()) for move in (-step, 0, step)]
        return [number for number in (*near, low, high) if low <= number <= high] + [None]

    def _with(self, rng, intake, wanted):
        """The intake with these facts arranged, as far as answers can arrange them."""
        made = {section: dict(given) if isinstance(given, dict) else given for section, given in intake.items()}
        for section in SECTIONS.values():
            made.setdefault(section, {})
        # Ages last: a condition that follows from the age is arranged through it.
        for fact in sorted(wanted, key=lambda fact: fact == "person.age"):
            self._arrange(rng, made, fact, wanted[fact])
        return self._fit(rng, made, kept=set(wanted))

    def _arrange(self, rng, made, fact, value):
        spec = self.lexicon.spec(fact)
        side = fact.rpartition(".")[2] if fact != spec.name else None
        if spec.kind == "finding":
            return
        section = made[SECTIONS[spec.kind]]
        if spec.derive is not None:
            source = self.lexicon.specs[f"{spec.kind}.{spec.derive.of}"]
            side = side or "left"
            given = section.get(source.key)
            other = given.get(_other(side)) if isinstance(given, dict) else None
            others = ([other] if isinstance(other, int | float) else []) + [None] * 10
            tried = (self._sides(rng, source, spec, side, value, other=one) for one in others if value is not None)
            near = next(filter(None, tried), None)
            section[source.key] = rng.choice(UNKNOWN) if near is None else near
        elif "." in spec.key:
            listing, _, entry = spec.key.partition(".")
            whole = self.lexicon.specs[f"{spec.kind}.{listing}"]
            named = entry if whole.answer == "many" else whole.options[entry]
            given = section.get(listing)
            rest = [one for one in (() if is_unknown(given) else given) if one not in (entry, named)]
            section[listing] = [*rest, named] if value else rest
        elif spec.answer in LISTED:
            section[spec.key] = [] if value else None
        elif side is None:
            section[spec.key] = rng.choice(UNKNOWN) if value is None else value
        else:
            given = section.get(spec.key)
            both = dict(given) if isinstance(given, dict) else dict.fromkeys(SIDES, given)
            section[spec.key] = {**both, side: rng.choice(UNKNOWN) if value is None else value}

    def _fit(self, rng, intake, kept=frozenset()):
        """The intake without contradictions: a condition that an age settles is left to the age, or the age is moved."""
        person, conditions = intake["person"], intake["conditions"]
        for key, (low, high) in self.from_age.items():
            given, age = conditions.get(key), person.get("age")
            if is_unknown(given) and f"condition.{key}" in kept and "person.age" not in kept:
                person.pop("age", None)
            if is_unknown(given) or is_unknown(age):
                continue
            present = (low is None or age >= low) and (high is None or age < high)
            if (given in (True, "yes")) is not present:
                if f"condition.{key}" in kept and "person.age" not in kept:
                    person.pop("age")
                else:
                    conditions.pop(key)
        return {section: given for section, given in intake.items() if given != {}}


def _other(side):
    return SIDES[1 - SIDES.index(side)]


def _by_fact(alternatives: Iterable[tuple[SignedTest, ...]]) -> dict[str, list[SignedTest]]:
    found = defaultdict(list)
    for alternative in alternatives:
        for test, negated in alternative:
            found[test.fact].append((test, negated))
    return found


def _all_hold(signed: list[SignedTest], value: Any) -> bool:
    """Whether a value passes all these tests, of which some are negated; None is unknown."""
    for test, negated in signed:
        if value is None and test.op != "answered":
            return False
        held = value is not None if test.op == "answered" else compare(test, value)
        if held is negated:
            return False
    return True


def _threshold(test: Test) -> tuple[str, float]:
    return test.fact, test.value


def _distance(value, other) -> float:
    if isinstance(value, int | float) and isinstance(other, int | float):
        return abs(value - other)
    return float("inf") if value is None else 1e9
