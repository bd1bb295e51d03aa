"""What to ask next: dangers first, then the person, then what changes most per second of the person's effort."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from psoas_rules.interviewing.catalogue import AGE, EQUIPMENT, Catalogue, ticks
from psoas_rules.interviewing.openness import State
from psoas_rules.interviewing.prompts import PARTS, InterviewPart, Prompt
from psoas_rules.interviewing.wording import Wording, level_of
from psoas_rules.pack import LEVELS
from psoas_rules.possibilities import Possible
from psoas_rules.recommender import Recommender

_SAFETY: Final = ("screen", "which", "red_flags", "conditions", "details", "clearances")
_PART: Final[dict[str, InterviewPart]] = {
    **dict.fromkeys(_SAFETY, "safety"),
    "person": "person",
    "signs": "signs",
    "together": "signs",
    "tests": "tests",
    "measures": "tests",
    "wishes": "wishes",
    "preferences": "wishes",
}
_FOLLOW_UPS: Final = ("details", "clearances")
_DANGER: Final = 8
"""How many times as much each level of urgency weighs as the one below it."""
_RULE_WORTH: Final = 40
"""What a rule is worth that shapes the session, in hundredths of points, beside those that only give points."""


class Ordering:
    """Orders the questions of one pack.

    Args:
        recommender: Whose rules the answers decide.
        catalogue: The questions.
    """

    def __init__(self, recommender: Recommender, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.wording = Wording(recommender)
        self.rates = recommender.pack.interview.rates if recommender.pack.interview else None
        self.place = {name: number for number, name in enumerate(catalogue.prompts)}
        self.alone = {rule.about: level_of(rule) for rule in recommender.rules if rule.id == rule.about}
        self.weighing = frozenset(rule.id for rule in recommender.rules if rule.stage == "evidence")

    def part(self, prompt: Prompt, state: State) -> InterviewPart:
        """The part of the interview that a prompt belongs to: what is needed for self-tests is asked with them."""
        if prompt.id == EQUIPMENT and state.tests_wait_for(EQUIPMENT):
            return "tests"
        return _PART[prompt.section]

    def order(self, state: State, possible: Possible) -> tuple[Prompt, ...]:
        """What is worth asking now, the most useful first."""
        needed = self._needed(state, possible)
        prompts = [self.explained(self.catalogue.prompts[name], possible) for name in needed]
        grouped = self._together(prompts, state)
        return tuple(sorted(grouped, key=lambda prompt: self._rank(prompt, state, possible)))

    def _needed(self, state: State, possible: Possible) -> set[str]:
        """The prompts that can be asked now and matter, or lead to something that matters."""
        waiting = [name for fact in possible.matters for name in self.catalogue.sets.get(fact, ())]
        needed, seen = set(), set()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in state.askable:
                needed.add(name)
            else:
                waiting += state.gates.get(name, ())
        return needed

    def _together(self, prompts: Iterable[Prompt], state: State) -> Iterator[Prompt]:
        """The same with questions that belong together put into one."""
        left = {prompt.id: prompt for prompt in prompts}
        for name, members in self.catalogue.together.items():
            there = tuple(left[member] for member in members if member in left)
            asked = name.startswith("together.") or f"screen.{name.partition('.')[2]}" in state.affirmed
            if asked and len(there) > 1:
                for one in there:
                    del left[one.id]
                yield self._group(name, there)
        yield from left.values()

    def _group(self, name: str, members: tuple[Prompt, ...]) -> Prompt:
        """The question for several others, about those that still matter."""
        whole = self.catalogue.prompts[name]
        facts = [fact for one in members for fact in self.catalogue.facts[one.id]]
        decides = tuple(dict.fromkeys(rule for one in members for rule in one.decides))
        page, each = self.catalogue.page_s
        return attrs.evolve(
            whole,
            members=members,
            options=ticks(members),
            urgency=max((one.urgency for one in members), key=LEVELS.index),
            seconds=page + each * len(members),
            decides=decides,
            why=self.wording.why(whole, facts, decides),
        )

    def explained(self, prompt: Prompt, possible: Possible) -> Prompt:
        """The prompt with what its answer still decides."""
        names = self.catalogue.groups.get(prompt.id) or self.catalogue.together.get(prompt.id) or (prompt.id,)
        facts = [fact for name in names for fact in self.catalogue.facts.get(name, ())]
        decides = tuple(dict.fromkeys(rule for fact in facts for rule in possible.decides.get(fact, ())))
        # What a safety question could mean stays what it is; how much hangs on a sign depends on the other answers.
        urgency = prompt.urgency if prompt.section in _SAFETY else self.wording.urgency(decides)
        return attrs.evolve(prompt, decides=decides, urgency=urgency, why=self.wording.why(prompt, facts, decides))

    # The rank

    def _rank(self, prompt: Prompt, state: State, possible: Possible) -> tuple[float, ...]:
        here = self.part(prompt, state)
        # The age comes where the safety questions come that hang on it.
        part = 0 if prompt.id == AGE and state.safety_waits_for(AGE) else PARTS.index(here)
        place = self.place[prompt.id]
        urgency = -LEVELS.index(prompt.urgency)
        if part == 0:
            return (
                part,
                prompt.section in _FOLLOW_UPS,
                urgency,
                prompt.section != "which",
                -self._danger(prompt) / prompt.seconds,
                place,
            )
        danger = min(urgency + LEVELS.index("caution"), 0)
        if here in ("person", "wishes"):
            danger = 0
        return (part, danger, prompt.section == "measures", -self._worth(prompt, possible) / prompt.seconds, 0, place)

    def _danger(self, prompt: Prompt) -> float:
        """How much danger a safety question is likely to find: how often a yes is given, and how urgent it is alone."""
        found = 0.0
        for one in prompt.members or (prompt,):
            yes = self.rates.yes.get(one.id, 0.0) if self.rates is not None else 1.0
            level = self.alone.get(f"{one.section.removesuffix('s')}.{one.key}", "ok")
            found += yes * _DANGER ** LEVELS.index(level)
        return found

    def _worth(self, prompt: Prompt, possible: Possible) -> float:
        """How much the answer can still change, in hundredths of points, times how little is known beforehand."""
        if prompt.members:
            return sum(self._worth(one, possible) for one in prompt.members)
        pull = max((possible.pull.get(fact, 0) for fact in self.catalogue.facts.get(prompt.id, ())), default=0)
        shaping = sum(rule not in self.weighing for rule in prompt.decides)
        return (pull + _RULE_WORTH * shaping) * self._unsettled(prompt)

    def _unsettled(self, prompt: Prompt) -> float:
        """How open the answer is beforehand, from 0 (all answer alike) to 1."""
        if self.rates is None:
            return 1.0
        options = self.rates.options.get(prompt.id)
        shares = tuple(options.values()) if options else ()
        if prompt.answer == "yes_no" and prompt.id in self.rates.yes:
            yes = self.rates.yes[prompt.id]
            shares = (yes, 1 - yes)
        if not shares:
            return 1.0
        return (1 - sum(share**2 for share in shares)) / (1 - 1 / len(shares))
