"""An open safety question is never a no: first a screening, then the answers, then a routine.

    python examples/03_an_unanswered_question.py

This is the loop that a form or a chat runs. It asks the questions of the screening until there is none left.
"""

import textwrap

from psoas_rules import Intake, Person, Routine, Screening, load_pack, recommend

# The groups of safety questions, as the pack words them. One "no" denies a whole group.
GROUPS = {group.id: group.ask for group in load_pack().screen}

# What this person would say when asked: she has weak bones, and no to everything else.
HER_ANSWERS = {"bones": "yes", "osteoporosis": "yes"}


def short(text: str) -> str:
    return textwrap.shorten(text, width=70, placeholder=" ...")


def ask(key: str, question: str) -> str:
    """Stands for your form: shows the question and gives the answer."""
    answer = HER_ANSWERS.get(key, "no")
    print(f"  {answer:<4} {short(question.removeprefix('Is any of this true? '))}")
    return answer


def answered(intake: Intake, screening: Screening) -> Intake:
    """The intake with one more answer: to a group, or to one question of a group that was answered with yes."""
    question = screening.questions[0]  # the most dangerous comes first
    group = question.group
    if group is not None and group not in intake.screen.answers:
        section, key, text = "screen", group, GROUPS[group]
    else:
        # A yes to a group denies nothing. Its questions are asked one by one; each says where its answer belongs.
        section, key, text = question.section, question.key, question.ask
    data = intake.to_dict()
    data.setdefault(section, {})[key] = ask(key, text)
    return Intake.from_dict(data)


def main() -> None:
    intake = Intake(
        person=Person(age=61, experience="some"),
        signs={"low_back_pain_stiffness": 2, "stand_up_stiffness": True, "leg_lift_difficulty": True},
    )
    outcome = recommend(intake)
    assert isinstance(outcome, Screening)
    print(f"{short(outcome.message)}\n{len(outcome.questions)} questions are open. Most are asked in groups:")
    while isinstance(outcome, Screening):
        intake = answered(intake, outcome)
        outcome = recommend(intake)

    print(f"\nNothing is open any more, so there is a {outcome.kind}:")
    assert isinstance(outcome, Routine)
    for number, step in enumerate(outcome.steps, 1):
        print(f"{number:>3}. {step.name} - {step.dose}")
    print("What she should know:")
    for note in outcome.notes:
        print(textwrap.fill(f"- {note.text}", width=90, initial_indent="  ", subsequent_indent="    "))


if __name__ == "__main__":
    main()
