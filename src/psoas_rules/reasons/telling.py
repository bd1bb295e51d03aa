"""Why one exercise is in a person's outcome or is not, and why one rule fired or stayed quiet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from psoas_rules.conditions import All, Any, Condition, Not, Test, Value, holds
from psoas_rules.engines import PlainEngine
from psoas_rules.explaining import all_follow, grounds, headline
from psoas_rules.hints import nearest, show
from psoas_rules.intake import Intake
from psoas_rules.lexicon import Lexicon, name_key
from psoas_rules.loading import rulebook_of
from psoas_rules.outcomes import LeftOut, Outcome, Request, Routine, Screening, Step
from psoas_rules.pack import Exercise, SlotUse
from psoas_rules.reasons.objecting import Objections
from psoas_rules.reasons.reason import Reason, UnknownNameError
from psoas_rules.reasons.unmet import test_in_words
from psoas_rules.recommender import Recommender
from psoas_rules.rulebook import Rule
from psoas_rules.stages import TO_ROUTINE, TO_TRIAGE, Compiled, run
from psoas_rules.trace import Firing

_RUNS: Final = dict(zip(("screening", "precaution", "triage"), TO_TRIAGE, strict=True)) | dict(
    zip(("safety", "evidence", "profile", "dosage"), TO_ROUTINE, strict=True)
)


def why(recommender: Recommender, intake: Intake, name: str) -> tuple[Reason, ...]:
    """Why an exercise is in the outcome or not, or why a rule fired or stayed quiet.

    Args:
        recommender: What decides.
        intake: The person's answers.
        name: An exercise, by id or by any of its names, or a rule. Of a rule's id the part after the first dot is
            enough; where it stands for several rules, such as one for each side, there is a reason for each.

    Raises:
        UnknownNameError: if the pack knows neither; it tells the nearest name.
        IntakeError: if an answer cannot be read.
        EngineError: if the engine failed.
    """
    outcome = recommender.recommend(intake)
    exercise = recommender.lexicon.exercises.get(name_key(name))
    if exercise is not None:
        return (_Exercise(recommender, intake, outcome, exercise).reason(),)
    rules = _named_rules(recommender.rules, name)
    if rules:
        return tuple(_rule(recommender, intake, outcome, rule) for rule in rules)
    fired = {firing.rule: firing for firing in outcome.trace.firings}
    if name in fired:
        return (_fired(fired[name], outcome),)
    known = _names(recommender, outcome)
    raise UnknownNameError(f"no exercise and no rule is called {show(name)}{nearest(name, known)}")


def _names(recommender: Recommender, outcome: Outcome) -> Iterator[str]:
    for exercise in recommender.pack.exercises:
        yield from (exercise.id, exercise.name, *exercise.aliases)
    for rule in (*(one.id for one in recommender.rules), *outcome.trace.rules):
        yield from (rule, rule.partition(".")[2])


def _named_rules(rules: Iterable[Rule], name: str) -> tuple[Rule, ...]:
    """The rule with this id, or else those that have it as a part, from the first or the second word on."""
    rules = tuple(rules)
    exact = tuple(rule for rule in rules if rule.id == name)
    if exact:
        return exact
    return tuple(
        rule
        for rule in rules
        if any(part == name or part.startswith(f"{name}.") for part in (rule.id, rule.id.partition(".")[2]))
    )


# Exercises


@attrs.frozen
class _Exercise:
    """One exercise in one outcome."""

    recommender: Recommender
    intake: Intake
    outcome: Outcome
    name: str

    def reason(self) -> Reason:
        """Why it is in or not, with every way by which it could have come in."""
        reason = self._reason()
        if reason.yes:
            return reason
        found = Objections(self.recommender, self.intake).to(self.name)
        lines = found.lines() if isinstance(self.outcome, Routine) else ()
        return attrs.evolve(reason, details=tuple(dict.fromkeys((*reason.details, *lines))), why_not=found)

    def _reason(self) -> Reason:
        outcome, exercise = self.outcome, self._exercise(self.name)
        if not isinstance(outcome, Routine):
            answer = f"{exercise.name} is not in, because there is no routine at all."
            rules = tuple(rule for note in outcome.reasons for rule in note.rules)
            return Reason(self.name, "exercise", False, answer, (headline(outcome), *self._no_routine()), rules)
        for step in outcome.steps:
            if step.exercise == self.name:
                return self._inside(outcome, step)
        for request in outcome.requests:
            if request.exercise == self.name:
                return self._refused(request)
        for out in outcome.left_out:
            if out.exercise == self.name:
                return self._left_out(outcome, out)
        return self._passed_over()

    def _exercise(self, name: str) -> Exercise:
        return next(one for one in self.recommender.pack.exercises if one.id == name)

    def _uses(self, routine: Routine) -> tuple[SlotUse, ...]:
        return self.recommender.pack.sessions.sessions[routine.profile.kind]

    def _no_routine(self) -> Iterator[str]:
        outcome = self.outcome
        if isinstance(outcome, Screening):
            yield from (f"Open: {question.ask}" for question in outcome.questions[:3])
            if len(outcome.questions) > 3:
                yield f"and {len(outcome.questions) - 3} more questions"

    def _inside(self, routine: Routine, step: Step) -> Reason:
        slots = {slot.id: slot.label for slot in self.recommender.pack.sessions.slots}
        details = [f"What for: {step.why}", f"Dose: {step.dose}."]
        if step.instead_of:
            details.append(f"It stands in for {', '.join(step.instead_of)}.")
        details += self._before(routine, step)
        details += _by_rules(step.rules, routine)
        answer = f"{step.name} is in: it fills the place '{slots[step.slot]}' ({step.slot})."
        return Reason(self.name, "exercise", True, answer, tuple(details), step.rules)

    def _before(self, routine: Routine, step: Step) -> Iterator[str]:
        """Candidates of the same slot that stand before it in the table and were passed over."""
        out = {one.exercise: one for one in routine.left_out if one.exercise is not None}
        for use in self._uses(routine):
            if use.slot == step.slot:
                listed = (*use.from_level_3, *use.from_level_2, *use.candidates)
                earlier = listed[: listed.index(step.exercise)] if step.exercise in listed else listed
                for name in dict.fromkeys(earlier):
                    if name in out:
                        yield f"Passed over before it: {out[name].name}: {out[name].why}"

    def _refused(self, request: Request) -> Reason:
        details = [f"Safer for the same wish: {', '.join(request.instead)}."] if request.instead else []
        details += _by_rules(request.rules, self.outcome)
        answer = f"{request.name} was asked for and is not in: {request.answer}"
        return Reason(self.name, "exercise", False, answer, tuple(details), request.rules)

    def _left_out(self, routine: Routine, out: LeftOut) -> Reason:
        details = list(_by_rules(out.rules, routine))
        details += [f"{step.name} is in its place." for step in routine.steps if out.name in step.instead_of]
        return Reason(self.name, "exercise", False, f"{out.name} is left out: {out.why}", tuple(details), out.rules)

    def _passed_over(self) -> Reason:
        """Nothing was said about it. Asking for it by name shows whether anything keeps it out."""
        exercise = self._exercise(self.name)
        wished = (*(self.intake.preferences.get("wants") or ()), self.name)
        asking = attrs.evolve(self.intake, preferences={**self.intake.preferences, "wants": wished})
        asked = self.recommender.recommend(asking)
        answers = {one.exercise: one for one in asked.requests} if isinstance(asked, Routine) else {}
        request = answers.get(self.name)
        if request is not None and not request.granted:
            answer = f"{exercise.name} is not in: {request.answer}"
            return Reason(self.name, "exercise", False, answer, tuple(_by_rules(request.rules, asked)), request.rules)
        answer = f"{exercise.name} is not in, but nothing keeps it out: other exercises came first."
        more = ("Asked for by name, it would be in.",) if request is not None else ()
        return Reason(self.name, "exercise", False, answer, more)


def _by_rules(rules: Iterable[str], outcome: Outcome) -> Iterator[str]:
    """A line for each rule that fired and stands behind something."""
    firings = {firing.rule: firing for firing in outcome.trace.firings}
    for rule in rules:
        if rule in firings:
            yield f"Rule {rule}: {firings[rule].title}; because {grounds(firings[rule])}."


# Rules


def _rule(recommender: Recommender, intake: Intake, outcome: Outcome, rule: Rule) -> Reason:
    fired = next((firing for firing in outcome.trace.firings if firing.rule == rule.id), None)
    if fired is not None:
        return _fired(fired, outcome)
    seen = _facts(recommender, intake, rule)
    reached = isinstance(outcome, Routine) or rule.stage in ("screening", "precaution", "triage")
    details = ["It looks at this:", *_judged(rule.when, seen, recommender.lexicon)]
    if holds(rule.when, seen) and rule.stage == "screening":
        asked = f"The rule {rule.id} fired: an answer is open that is needed before any routine."
        return Reason(rule.id, "rule", True, asked, tuple(details), (rule.id,))
    if not reached:
        answer = f"The rule {rule.id} was not tried: {headline(outcome)}"
        would = "With a routine it would have fired." if holds(rule.when, seen) else "It would have stayed quiet."
        return Reason(rule.id, "rule", False, answer, (would, *details), (rule.id,))
    answer = f"The rule {rule.id} stayed quiet: its condition does not hold."
    then = ("If it fired, this would follow:", *_listed(all_follow(rule.then)))
    return Reason(rule.id, "rule", False, answer, (*details, *then), (rule.id,))


def _fired(firing: Firing, outcome: Outcome) -> Reason:
    details = [f"Why it exists: {firing.because}"]
    details += ["This follows:", *_listed(all_follow(firing.concludes))]
    if isinstance(outcome, Routine):
        details += [f"It shaped {step.name}." for step in outcome.steps if firing.rule in step.rules]
        details += [f"It keeps out {out.name}." for out in outcome.left_out if firing.rule in out.rules]
    answer = f"The rule {firing.rule} fired, because {grounds(firing)}."
    return Reason(firing.rule, "rule", True, answer, tuple(dict.fromkeys(details)), (firing.rule,))


def _listed(texts: Iterable[str]) -> list[str]:
    return [f"  - {text}" for text in texts]


def _facts(recommender: Recommender, intake: Intake, rule: Rule) -> Mapping[str, Value]:
    """What a rule gets to see: the answers, and what the stages before its own found."""
    compiled = Compiled(rulebook_of(recommender.pack), PlainEngine(), remember=False)
    stages = list(_RUNS)
    before = [_RUNS[stage] for stage in stages[: stages.index(rule.stage)]]
    return run(before, compiled, compiled.case(recommender.lexicon.facts(intake))).facts


def _judged(condition: Condition, facts: Mapping[str, Value], lexicon: Lexicon, depth: int = 1) -> Iterator[str]:
    """A condition in words, with what is true of it for these facts."""
    mark = "yes" if holds(condition, facts) else "no"
    indent = "  " * depth
    match condition:
        case All(parts) | Any(parts):
            group = "all of these" if isinstance(condition, All) else "any of these"
            yield f"{indent}{mark}: {group}"
            for part in parts:
                yield from _judged(part, facts, lexicon, depth + 1)
        case Not(Test(fact) as part):
            known = lexicon.spec(fact).text(facts.get(fact))
            yield f"{indent}{mark}: not ({test_in_words(part, lexicon)}) (answer: {known})"
        case Not(part):
            yield f"{indent}{mark}: not this"
            yield from _judged(part, facts, lexicon, depth + 1)
        case Test(fact):
            known = lexicon.spec(fact).text(facts.get(fact))
            yield f"{indent}{mark}: {test_in_words(condition, lexicon)} (answer: {known})"
