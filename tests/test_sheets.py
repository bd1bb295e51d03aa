"""The presentation model: everything is said, nothing twice, in the words of the pack and of the labels alone."""

import re
from collections.abc import Mapping

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psoas_rules import Intake, Referral, Routine, Screening, load_pack, recommend
from psoas_rules.outcomes import ENGLISH, Dose, Labels, sheet, to_html
from psoas_rules.outcomes.doses import DoseText
from psoas_rules.outcomes.pictures import fitting_pictures, safe_picture
from psoas_rules.pack import DAYS_OF_A_WEEK, LEVELS
from psoas_rules.testing import intakes

KINDS = (Routine, Referral, Screening)
NOT_READ = {
    # Ids, keys and numbers that formats may use; what they mean is said in words beside them.
    Routine: {"triage", "engine", "pack", "trace", "next_check_weeks", "seconds", "minutes", "week"},
    Referral: {"urgency", "engine", "pack", "trace"},
    Screening: {"engine", "pack", "trace", "if_unsure"},
    "Step": {"exercise", "phase", "slot", "position", "dose", "rules", "sources", "needs", "cues", "faults"},
    "LeftOut": {"exercise", "slot", "rules"},
    "Request": {"exercise", "granted", "instead_ids", "rules"},
    "Note": {"rules", "sources"},
    "Profile": {"kind", "confidence", "left", "right", "rules"},
    "Reading": {"fact", "side", "assumed", "value", "limit"},
    "Question": {"fact", "section", "key", "answer", "urgency", "group", "options", "unit", "minimum", "maximum"},
    "ScreenQuestion": {"id", "urgency", "facts"},
}
MARK = "⟦{}⟧"


def said(value):
    """Every text inside a value that a person reads."""
    match value:
        case str():
            yield value
        case tuple():
            for one in value:
                yield from said(one)
        case _ if attrs.has(type(value)):
            skipped = NOT_READ.get(type(value), NOT_READ.get(type(value).__name__, set()))
            for field in attrs.fields(type(value)):
                if field.name not in skipped:
                    yield from said(getattr(value, field.name))


def fitting(outcome):
    """Without what is answered or asked elsewhere in other words."""
    if isinstance(outcome, Routine):
        asked = {request.exercise for request in outcome.requests}
        left_out = tuple(one for one in outcome.left_out if one.exercise is None or one.exercise not in asked)
        return attrs.evolve(outcome, left_out=left_out)
    if isinstance(outcome, Screening):
        grouped = {fact for group in outcome.groups for fact in group.facts}
        return attrs.evolve(outcome, questions=tuple(one for one in outcome.questions if one.fact not in grouped))
    return outcome


def flat(text):
    return " ".join(text.split())


@given(intakes())
@settings(max_examples=40)
def test_all_that_an_outcome_says_is_on_its_sheet(recommender, intake):
    outcome = recommender.recommend(intake)
    read = flat("\n".join(sheet(outcome).texts()))

    missing = [text for text in said(fitting(outcome)) if flat(text) not in read]

    assert missing == []


@given(intakes())
@settings(max_examples=40)
def test_all_that_is_on_a_sheet_is_printed_in_its_order(recommender, intake):
    outcome = recommender.recommend(intake)
    printed, place = flat(str(outcome)).casefold(), 0
    made = sheet(outcome)
    untitled = {made.title, *(section.title for section in made.sections if section.role in ("pattern", "time"))}

    for text in made.texts():
        if text not in untitled:
            found = printed.find(flat(text).casefold(), place)
            assert found >= 0, text
            place = found


def test_the_steps_are_numbered_through_all_phases(recommender):
    made = sheet(recommender.recommend(Intake.from_dict({"screen": "clear", "signs": {"low_back_pain_stiffness": 5}})))

    assert [step.number for step in made.steps] == list(range(1, len(made.steps) + 1))
    assert [one.role for one in made.sections if one.steps] == ["warm_up", "strengthening", "release"]


@given(intakes(screen="clear"))
@settings(max_examples=40)
def test_what_to_mind_stands_before_the_exercises(recommender, intake):
    outcome = recommender.recommend(intake)
    roles = [section.role for section in sheet(outcome).sections]
    first = next((i for i, section in enumerate(sheet(outcome).sections) if section.steps), None)

    if first is not None:
        assert not {"know", "stop", "seek_help", "shared_cautions"} & set(roles[first:])
        assert {"stop", "seek_help"} <= set(roles)


def test_a_routine_without_exercises_says_so_first_and_plans_nothing(recommender):
    everywhere = {"avoid_positions": list(recommender.pack.vocabulary.positions)}
    outcome = recommender.recommend(Intake.from_dict({"screen": "clear", "preferences": everywhere}))
    assert isinstance(outcome, Routine)
    assert outcome.steps == ()

    made = sheet(outcome)

    assert made.title == "No exercises for now"
    assert made.lead[0] == recommender.pack.info.texts.no_steps
    assert made.week == ()
    assert made.section("time").text == (outcome.next_check,)
    assert not {"know", "warm_up", "strengthening", "release"} & {section.role for section in made.sections}


def test_a_caution_that_is_said_once_names_its_exercises(recommender):
    conditions = {"conditions": {"breathing_disease": True}, "preferences": {"minutes": 60}}
    made = sheet(recommender.recommend(Intake.from_dict({"screen": "clear", **conditions})))
    shared = made.section("shared_cautions").entries

    assert shared
    for entry in shared:
        numbers, _, caution = entry.removeprefix("Exercises ").partition(": ")
        assert [step.number for step in made.steps if caution in step.all_cautions] == [*map(int, numbers.split(", "))]
        assert all(caution not in step.cautions for step in made.steps)


def test_what_is_known_already_calls_for_something_before_the_questions(recommender):
    """A danger is never told without what to do about it."""
    outcome = recommender.recommend(Intake.from_dict({"red_flags": {"hip_joint_locking": True}}))
    assert isinstance(outcome, Screening)

    made = sheet(outcome)

    assert made.sections[0].role == "known"
    assert made.sections[0].text == outcome.calls_for
    assert outcome.calls_for[0] == recommender.pack.info.texts.levels["before_exercising"]


def test_what_hides_a_caution_has_a_stop_sign_apart(recommender):
    """The lines of a step that are never folded away are its cautions and its stop signs, and the rest has neither."""
    intake = {"screen": "clear", "conditions": {"hip_impingement": True, "osteoporosis": True}}
    steps = sheet(recommender.recommend(Intake.from_dict(intake))).steps
    telling = [step for step in steps if step.stop_text and step.cautions]

    assert telling
    for step in telling:
        assert step.mind == (*(f"Take care: {caution}" for caution in step.cautions), step.stop_text)
        assert sorted((*step.mind, *step.remarks[len(step.cautions) :], step.why, *step.how)) == sorted(step.details)


# --- pictures ---------------------------------------------------------------------------------------------------------


@attrs.frozen
class Drawing:
    title: str
    markup: str = "<svg><path d='M0 0'/></svg>"

    def inline(self, prefix=""):
        return self.markup


def test_a_picture_is_shown_only_with_the_exercise_of_its_name(recommender):
    made = sheet(recommender.recommend(Intake.from_dict({"screen": "clear"})))
    first, second = made.steps[:2]
    figures = {first.exercise: Drawing(first.name), second.exercise: Drawing("Something else")}

    assert fitting_pictures(made, figures) == {first.number: figures[first.exercise]}
    assert set(fitting_pictures(made)) == {step.number for step in made.steps}
    other = attrs.evolve(made, stamp=attrs.evolve(made.stamp, name="another pack"))
    assert fitting_pictures(other) == {}


@pytest.mark.parametrize(
    "markup", ["<svg></svg><script>x()</script>", "<svg onload='x()'></svg>", "<svg><a href='x'/></svg>", "<svg>", "x"]
)
def test_a_picture_that_is_more_than_a_drawing_stands_in_no_page(recommender, markup):
    made = sheet(recommender.recommend(Intake.from_dict({"screen": "clear"})))
    figures = {step.exercise: Drawing(step.name, markup) for step in made.steps}

    assert safe_picture(Drawing("", markup), "p") is None
    assert to_html(made, figures) == to_html(made, {})


@pytest.fixture(scope="module")
def of_each_kind(recommender):
    """A routine with nearly everything in it, a referral and a screening."""
    routine = recommender.recommend(
        Intake.from_dict(
            {
                "screen": "clear",
                "signs": {"low_back_pain_stiffness": 5, "hip_flexor_tightness_feeling": {"left": 3, "right": 6}},
                "preferences": {"wants": ["couch_stretch", "pigeon_pose", "bicycle_crunch"]},
                "conditions": {"knee_kneeling_problem": True},
            }
        )
    )
    referral = recommender.recommend(
        Intake.from_dict({"screen": "clear", "red_flags": {"fever_with_hip_or_back": True}})
    )
    made = (routine, referral, recommender.recommend(Intake()))
    assert tuple(map(type, made)) == KINDS
    return made


def marked(words):
    return {key: MARK.format(text) for key, text in words.items()}


def test_every_fixed_word_is_a_label(of_each_kind):
    """With marks around every label, and all that the outcome says taken away, no word is left outside the marks."""
    foreign = Labels(**{field.name: marked(getattr(ENGLISH, field.name)) for field in attrs.fields(Labels)})
    for outcome in of_each_kind:
        texts = "\n".join(sheet(outcome, foreign).texts())
        own = [text for one in (*said(outcome), *names(outcome)) for text in (one, one[:1].upper() + one[1:])]
        for text in sorted(own, key=len, reverse=True):
            texts = texts.replace(text, " ")
        before = None
        while before != texts:
            before, texts = texts, re.sub(r"⟦[^⟦⟧]*⟧", " ", texts)

        assert re.findall(r"[A-Za-z]{2,}", texts) == []


def names(outcome):
    yield from (outcome.engine, outcome.pack.name, outcome.pack.version, outcome.pack.digest[:12])
    yield from (text for mapping in (getattr(outcome, "if_unsure", {}),) for text in mapping.values())
    for one in getattr(outcome, "left_out", ()):
        yield from (one.name, one.why)


@pytest.mark.parametrize("field", attrs.fields(Labels), ids=lambda field: field.name)
def test_labels_that_lack_a_word_or_a_brace_are_refused(field):
    words = dict(getattr(ENGLISH, field.name))
    key, text = next(
        (key, text) for key, text in words.items() if "{" in text or field.name not in ("dose", "step", "lines")
    )
    for wrong in (
        {k: v for k, v in words.items() if k != key},
        {**words, "other": "x"},
        {**words, key: text + "{more}"},
    ):
        with pytest.raises(ValueError, match=f"labels, {field.name}: "):
            Labels(**{field.name: wrong})
    assert Labels(**{field.name: {**words, key: text + "!"}}) != ENGLISH


def test_the_urgency_of_a_screening_is_that_of_its_most_dangerous_question(recommender):
    screening = recommender.recommend(Intake())
    made = sheet(screening)

    assert made.urgency == max((one.urgency for one in screening.questions), key=LEVELS.index)
    assert next(section.level for section in made.sections if section.role == "ask") == made.urgency


# --- doses ------------------------------------------------------------------------------------------------------------


PLAIN = {
    "sets": 1, "reps": 8, "reps_top": 8, "seconds_per_rep": 4, "rest_s": 0, "per_side": False, "days_min": 3,
    "days_max": 3, "seconds": 60,
}  # fmt: skip


@pytest.mark.parametrize(
    "changed, text",
    [
        ({}, "8 times"),
        ({"reps_top": 12}, "8 times, building up to 12"),
        ({"sets": 2, "rest_s": 30}, "2 x 8 times; rest 30 s"),
        ({"rest_s": 30}, "8 times"),
        ({"hold_s": 5}, "8 times, hold 5 s each"),
        ({"reps": 1, "reps_top": 1, "hold_s": 30}, "30 s"),
        ({"reps": 1, "reps_top": 1, "hold_s": 120, "hold_top_s": 300}, "2 min, building up to 5 min"),
        ({"reps": 1, "reps_top": 1, "hold_s": 90, "sets": 2, "rest_s": 15}, "2 x 90 s; rest 15 s"),
        ({"per_side": True}, "8 times; each side"),
        ({"per_side": True, "first_side": "left"}, "8 times; each side, left side first"),
        (
            {"per_side": True, "first_side": "right", "extra_sets": 1},
            "8 times; each side, right side first; 1 set more on the right side",
        ),
        ({"relax_s": 10}, "8 times; let go for 10 s after each"),
    ],
)
def test_a_dose_in_words(changed, text):
    assert str(Dose(**{**PLAIN, **changed})) == text


def test_the_pieces_of_a_dose():
    words = DoseText.of(Dose(**{**PLAIN, "effort_max": 4, "days_max": 5}))

    assert (words.tempo, words.feel, words.days) == ("4 s for each", "effort at most 4 of 10", "3 to 5 days a week")
    held = DoseText.of(Dose(**{**PLAIN, "hold_s": 5, "stretch_max": 6, "days_min": 1, "days_max": 1}))
    assert (held.tempo, held.feel, held.days) == ("", "stretch at most 6 of 10", "one day a week")


# --- the week ---------------------------------------------------------------------------------------------------------


@given(intakes(screen="clear"), st.sampled_from(["none", "some", "regular"]))
@settings(max_examples=60)
def test_a_week_leaves_a_day_between_whole_sessions_and_keeps_to_every_dose(recommender, intake, experience):
    intake = attrs.evolve(intake, person=attrs.evolve(intake.person, experience=experience))
    outcome = recommender.recommend(intake)
    if not isinstance(outcome, Routine) or not outcome.steps:
        return
    week = sheet(outcome).week

    assert len(week) == len(outcome.week) == DAYS_OF_A_WEEK
    for before, day in zip((week[-1], *week), week, strict=False):
        assert (before.kind, day.kind) != ("whole", "whole")
        assert bool(day.steps) <= (day.kind != "rest")
    for number, step in enumerate(outcome.steps, start=1):
        days = [day for day in week if number in day.steps]
        assert 1 <= len(days) <= step.dose.days_max
        assert all(day.kind == "whole" for day in days) or step.phase == "release"


def test_the_weeks_of_the_pack_say_what_its_schedules_say(pack):
    """Two or three whole sessions a week, and one day off."""
    texts = pack.info.texts
    counts = {experience: [kinds.count(kind) for kind in ("whole", "rest")] for experience, kinds in texts.week.items()}

    assert counts == {"none": [2, 1], "some": [3, 1], "regular": [3, 1]}
    assert texts.week.keys() == texts.schedule.keys()


def test_an_outcome_stored_before_there_were_weeks_is_read(recommender):
    outcome = recommend(Intake.from_dict({"screen": "clear"}))
    data = outcome.to_dict()
    del data["week"]

    assert Routine.from_dict(data) == attrs.evolve(outcome, week=())
    assert sheet(Routine.from_dict(data)).week == ()


def test_a_pack_without_weeks_gives_routines_without(pack, tmp_path):
    assert isinstance(pack.info.texts.week, Mapping)
    bare = load_pack("tests/small_pack")
    assert bare.info.texts.week == {}
