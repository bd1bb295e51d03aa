"""Simulated people who answer an interview: drawn from the rates of a pack, the same person however they are asked.

What somebody answers hangs on the seed and the question alone, not on the order of the questions. So the same person
can be interviewed, and can fill in the full questionnaire.
"""

import random
from collections.abc import Callable, Iterable, Iterator

from psoas_rules import Intake, Pack
from psoas_rules.interviewing import Interview, Prompt
from psoas_rules.pack import SIDES, InterviewPlan

NOT_SURE = "not_sure"
SAFETY = ("red_flags", "conditions")

Answering = Callable[[Prompt], object]


class SimulatedPerson:
    """Somebody with an answer to every question of a pack.

    Args:
        pack: The pack; its `interview.yaml` says how often which answer is given.
        seed: Who it is.
    """

    def __init__(self, pack: Pack, seed: object) -> None:
        assert pack.interview is not None
        self.plan: InterviewPlan = pack.interview
        self.rates = self.plan.rates
        self.seed = seed
        self.ages = {f"conditions.{row.id}": row for row in pack.conditions if row.from_age or row.below_age}
        self.item_of = {part: item.id for item in pack.measures for part in item.parts}
        self.prompts = {prompt.id: prompt for prompt in every_prompt(pack)}
        self.known: dict[str, object] = {}

    def __repr__(self) -> str:
        return f"SimulatedPerson(seed={self.seed!r})"

    def __call__(self, prompt: Prompt) -> object:
        """The answer to any prompt."""
        if prompt.answer == "group":
            return {member.id: self.single(member) for member in prompt.members}
        if prompt.section == "screen":
            return self._group(prompt.members)
        if prompt.section == "wishes":
            return any(self.single(member) not in (False, ()) for member in prompt.members)
        return self.single(prompt)

    def _group(self, members: Iterable[Prompt]) -> object:
        answers = [self.single(member) for member in members]
        if True in answers:
            return True
        return NOT_SURE if NOT_SURE in answers else False

    def single(self, prompt: Prompt) -> object:
        """The answer to a single question; always the same."""
        if prompt.id not in self.known:
            self.known[prompt.id] = self._draw(prompt, random.Random(f"{self.seed}:{prompt.id}"))
        return self.known[prompt.id]

    def _draw(self, prompt: Prompt, draw: random.Random) -> object:
        if prompt.id in self.ages:
            row, age = self.ages[prompt.id], self.single(self.prompts["person.age"])
            return (row.from_age is None or age >= row.from_age) and (row.below_age is None or age < row.below_age)
        if prompt.section == "tests":
            return draw.random() < self.rates.does_tests
        if prompt.section == "clearances":
            return draw.random() < self.rates.cleared
        unsure = self.rates.not_sure_of_danger if prompt.section in SAFETY else self.rates.not_sure
        if prompt.section == "measures" and not self._can(self.item_of.get(prompt.key, prompt.key)):
            return NOT_SURE
        if prompt.section not in ("person", "preferences") and draw.random() < unsure:
            return NOT_SURE
        if not prompt.sided:
            return self._value(prompt, draw)
        if prompt.answer == "yes_no":
            return self._sides(prompt, draw)
        first = self._value(prompt, draw)
        return first if draw.random() < self.rates.both_sides else {"left": first, "right": self._value(prompt, draw)}

    def _sides(self, prompt: Prompt, draw: random.Random) -> object:
        if draw.random() >= self.rates.yes.get(prompt.id, 0.5):
            return False
        if draw.random() < self.rates.both_sides:
            return True
        return {side: side == one for one in [draw.choice(SIDES)] for side in SIDES}

    def _can(self, measure: str) -> bool:
        """Whether somebody can do a test: with what is at hand, and at all."""
        has = self.single(self.prompts["preferences.equipment"])
        needs = self.plan.home_tests.needs.get(measure, ())
        if not all(any(thing in has for thing in alternatives) for alternatives in needs):
            return False
        return random.Random(f"{self.seed}:{measure}").random() < self.rates.can_do.get(measure, 1.0)

    def _value(self, prompt: Prompt, draw: random.Random) -> object:
        rates = self.rates
        if prompt.answer == "yes_no":
            return draw.random() < rates.yes.get(prompt.id, 0.5)
        if prompt.answer == "choice":
            shares = rates.options.get(prompt.id) or dict.fromkeys(prompt.options, 1)
            return draw.choices(list(shares), list(shares.values()))[0]
        if prompt.answer in ("many", "names"):
            shares = rates.lists.get(prompt.id, {})
            usual = shares.get("usual", 0.0)
            return tuple(one for one in prompt.options if draw.random() < shares.get(one, usual))
        bands = rates.numbers.get(prompt.id, ())
        if not bands:
            return draw.randint(int(prompt.minimum or 0), int(prompt.maximum or 100))
        band = draw.choices(bands, [one.share for one in bands])[0]
        return draw.randint(int(band.least), int(band.most))


def every_prompt(pack: Pack) -> Iterator[Prompt]:
    """Every prompt of a pack, single ones and groups."""
    from psoas_rules.interviewing.catalogue import Catalogue
    from psoas_rules.recommender import Recommender

    key = id(pack)
    if key not in _PROMPTS:
        _PROMPTS[key] = (pack, tuple(Catalogue.of(Recommender(pack)).prompts.values()))
    return iter(_PROMPTS[key][1])


_PROMPTS: dict[int, tuple[Pack, tuple[Prompt, ...]]] = {}


def intake_answers(recommender, intake: Intake) -> Answering:
    """Somebody who answers from an intake, and is not sure of anything that it leaves open."""
    known = dict(Interview.start(recommender, intake).answers)
    facts = recommender.lexicon.facts(intake)

    def single(prompt: Prompt) -> object:
        if prompt.id in known:
            return known[prompt.id]
        kind = "condition" if prompt.section == "conditions" else "red_flag"
        return facts.get(f"{kind}.{prompt.key}", NOT_SURE) if prompt.section in SAFETY else NOT_SURE

    def answer(prompt: Prompt) -> object:
        if prompt.answer == "group":
            return {member.id: single(member) for member in prompt.members}
        if prompt.section == "screen":
            answers = [single(member) for member in prompt.members]
            return True if True in answers else NOT_SURE if NOT_SURE in answers else False
        if prompt.section == "wishes":
            return any(single(member) != NOT_SURE for member in prompt.members) or NOT_SURE
        if prompt.section == "tests":
            return any(name.startswith("measures.") for name in known)
        return single(prompt)

    return answer


def interviewed(interview: Interview, answer: Answering) -> tuple[Interview, list[Prompt]]:
    """The interview after somebody has answered what it asked until it was settled, and what it asked."""
    asked = []
    while prompts := interview.next_questions():
        asked += prompts
        interview = interview.answer_all({prompt.id: answer(prompt) for prompt in prompts})
    return interview, asked


def questionnaire(interview: Interview, answer: Answering) -> Interview:
    """The interview after somebody has answered everything that can be asked at all."""
    while prompts := interview.open_questions():
        interview = interview.answer_all({prompt.id: answer(prompt) for prompt in prompts})
    return interview
