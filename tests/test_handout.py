"""The handout as text: what stands in it, that hostile texts stay texts, and that it is the same every time."""

import datetime as dt
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psoas_rules import Intake, read_intake
from psoas_rules.figures import load_figures
from psoas_rules.legible import legible
from psoas_rules.outcomes import Dose, LeftOut, Note, sheet

pytest.importorskip("jinja2", reason="jinja2 is not installed")

from psoas_rules.handout import PAGE_ENGLISH, handout
from psoas_rules.handout.fitting import fit
from psoas_rules.handout.pictures import safe_picture
from psoas_rules.handout.timing import timer_plan

ROOT = Path(__file__).resolve().parents[1]
INTAKES = ROOT / "examples" / "intakes"
SNAPSHOTS = Path(__file__).parent / "snapshots" / "handout"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"
ANSWERS = {
    "routine": read_intake(INTAKES / "desk_worker_tight_hips.yaml"),
    "referral": read_intake(INTAKES / "blood_thinner_groin_pain.yaml"),
    "screening": Intake.from_dict({"signs": {"pain_now": 3}}),
}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></script></title></svg><b>bold</b>",
    "{{ 7 * 7 }} {% raw %} {0} {name}",
    "&lt;b&gt; &amp; &#60;",
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\U0001f9d8\U0001f3fd\u200d\u2640\ufe0f e\u0301",
    "w" * 300,
    "\x00\x07\x1b[31m\r\n\t\x7f\x85",
    "half \ud83e of a pair \ufffe",
    "<!-- --> ]]> <![CDATA[ <?php ?>",
    "",
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=()), max_size=40))


@pytest.fixture(scope="module")
def outcomes(recommender):
    return {kind: recommender.recommend(intake) for kind, intake in ANSWERS.items()}


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and its visible text."""

    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.attributes = []
        self.open = []
        self.texts = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, tuple(name for name, _ in attributes)))
        self.attributes += [(tag, name, value or "") for name, value in attributes]
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "script", "title", "desc"} & set(self.open):
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def squeezed(text):
    """Without white space and what only separates: the page puts its own between the pieces."""
    return re.sub(r"[\s;.:]", "", text)


def hostile(routine, texts):
    """The routine with these texts, one after the other, wherever a pack or a person can put one."""
    turn = iter(texts * 100)
    steps = tuple(
        attrs.evolve(
            step,
            name=next(turn),
            why=next(turn) or "x",
            how=(next(turn), next(turn)),
            cues=(next(turn),),
            faults=(next(turn),),
            cautions=(f"{i} {next(turn)}",),
            stop_signs=(next(turn),),
            instead_of=(next(turn),),
            needs=(f"{i} {next(turn)}",),
        )
        for i, step in enumerate(routine.steps)
    )
    return attrs.evolve(
        routine,
        steps=steps,
        notes=(Note(text=next(turn)),),
        left_out=(LeftOut(name=next(turn), why=next(turn)),),
        stop_rules=(next(turn), next(turn)),
        seek_help=(next(turn),),
        intended_use=next(turn),
        pack=attrs.evolve(routine.pack, version=next(turn), reviewed=next(turn), digest=next(turn)),
    )


# What stands in it.


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("look", ["standard", "large_print", "high_contrast"])
def test_every_text_of_the_sheet_is_on_the_page(kind, look, outcomes):
    said = squeezed(Skeleton(handout(outcomes[kind], look=look)).text)
    told = sheet(outcomes[kind])

    for text in told.texts():
        for piece in text.split("; "):
            assert squeezed(piece) in said


def test_a_routine_shows_a_picture_for_every_exercise_and_nothing_else_does(outcomes):
    drawn = {kind: handout(outcome).count("<svg ") for kind, outcome in outcomes.items()}

    assert drawn == {"routine": len(outcomes["routine"].steps), "referral": 0, "screening": 0}


def test_only_a_routine_has_timers_and_a_week(outcomes):
    for kind, outcome in outcomes.items():
        page = handout(outcome)
        assert ('data-timer="' in page) == (kind == "routine")
        assert ("<table>" in page) == (kind == "routine")
        assert (PAGE_ENGLISH.no_exercises in page) == (kind != "routine")


def test_names_and_dates_are_lines_to_write_on_until_they_are_given(outcomes):
    routine = outcomes["routine"]
    blank = handout(routine)
    filled = Skeleton(handout(routine, name="Ada Lovelace", date=dt.date(2026, 12, 21))).text

    assert blank.count('class="line') == 3
    assert not re.search(r"\b(Mon|Tue|December|January)\b", Skeleton(blank).text)
    assert "For: Ada Lovelace Date: 21 December 2026" in filled
    assert routine.next_check_weeks == 2
    assert "Next check: 4 January 2027" in filled
    # The week begins on the day it is given out, and goes on over the end of the year.
    assert "Mon ● Tue ○ Wed ● Thu ○ Fri ● Sat ○ Sun –" in filled
    assert "Week 2 28 29 30 31 1 2 3" in filled


def test_an_outcome_of_another_pack_borrows_no_pictures(outcomes):
    routine = outcomes["routine"]
    other = attrs.evolve(routine, pack=attrs.evolve(routine.pack, name="another-pack"))

    assert "<svg " not in handout(other)
    assert "<svg " in handout(other, figures=load_figures())


def test_a_routine_without_exercises_is_a_page_all_the_same(outcomes):
    page = handout(attrs.evolve(outcomes["routine"], steps=()))

    assert 'data-timer="' not in page
    assert "<table>" not in page
    assert "Stop at once" in page


@pytest.mark.parametrize("wrong", [{"paper": "a5"}, {"look": "pretty"}])
def test_an_unknown_paper_or_look_is_named_with_what_there_is(wrong, outcomes):
    ((what, given_),) = wrong.items()
    with pytest.raises(ValueError, match=f"{what}: '{given_}' is not one of '"):
        handout(outcomes["routine"], **wrong)


# Nothing gets in, nothing goes out.


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_policy_allows_the_style_and_the_script_of_the_page_and_no_more(kind, outcomes):
    page = handout(outcomes[kind])
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1)
    found = Skeleton(page)

    assert policy.startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy
    # No address in what a browser could load from; the namespace of SVG is no address.
    assert not [one for one in found.attributes if one[1] in ("src", "href", "action", "srcset", "style")]
    assert not [one for one in found.attributes if one[1].startswith("on")]
    assert "http:" not in page
    assert "https:" not in page


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=12))
@example(texts=list(HOSTILE))
def test_hostile_texts_add_no_element_and_no_attribute(outcomes, texts):
    """Whatever the texts say, the page has the elements and attributes it would have with harmless ones."""
    routine = outcomes["routine"]
    harmless = Skeleton(handout(hostile(routine, ["word"]), name="word"))
    # None is empty: what is empty leaves its paragraph out.
    texts = [f"x{text}" for text in texts]
    page = handout(hostile(routine, texts), name=texts[0])

    assert Skeleton(page).elements == harmless.elements
    page.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]", page)


@settings(max_examples=25)
@given(text=TEXTS)
def test_a_hostile_text_is_read_as_it_was_written(outcomes, text):
    shown = Skeleton(handout(attrs.evolve(outcomes["referral"], headline=text, actions=(text,)), name=text)).text

    assert shown.count(legible(text)) >= 3


@pytest.mark.parametrize(
    "bad",
    [
        "<svg><script>alert(1)</script></svg>",
        "<svg onload='alert(1)'></svg>",
        "<svg><a href='javascript:alert(1)'><path/></a></svg>",
        "<svg><foreignObject><p>x</p></foreignObject></svg>",
        "<svg><style>body{display:none}</style></svg>",
        "<svg style='position:fixed'></svg>",
        "<svg><use href='https://example.org/x.svg#a'/></svg>",
        "<svg><path fill='url(https://example.org/x)'/></svg>",
        "<svg><image href='x.png'/></svg>",
        "<svg></svg></li><h1>Gone</h1>",
        "<svg></svg><svg></svg>",
        "<svg><g></svg>",
        "<svg><g>",
        "<p>words</p>",
        "<svg><!-- --><g/></svg>",
        "",
    ],
)
def test_a_picture_that_is_more_than_a_drawing_is_left_out(bad, outcomes):
    class Bad:
        def inline(self, prefix=""):
            return bad

    assert safe_picture(Bad(), "a-") is None
    routine = outcomes["routine"]
    assert "<svg" not in handout(routine, figures={step.exercise: Bad() for step in routine.steps})


def test_every_picture_of_the_built_in_pack_is_a_drawing_with_ids_of_its_own():
    figures = load_figures()
    drawn = [safe_picture(figure, f"step-{i}-") for i, figure in enumerate(figures.values())]
    ids = re.findall(r'\bid="([^"]+)"', "".join(map(str, drawn)))

    assert all(drawn)
    assert len(set(ids)) == len(ids) > len(figures)


# The same every time.


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_same_outcome_gives_the_same_bytes(kind, outcomes):
    again = type(outcomes[kind]).from_dict(json.loads(json.dumps(outcomes[kind].to_dict())))

    assert handout(again, name="A") == handout(outcomes[kind], name="A")


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_markup_is_as_it_was_reviewed(kind, outcomes):
    """Without styles, script and the inside of pictures, which are looked at elsewhere.

    UPDATE_SNAPSHOTS=1 python -m pytest tests/test_handout.py
    """
    page = re.search(r"<body.*</body>", handout(outcomes[kind]), re.DOTALL).group()
    page = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    page = re.sub(r"<svg .*?<title[^>]*>(.*?)</title>.*?</svg>", r"<svg>\1</svg>", page, flags=re.DOTALL)
    page = re.sub(r"\([0-9a-f]{12}\), decided by [\w-]+\.", "(DIGEST), decided by ENGINE.", page)
    snapshot = SNAPSHOTS / f"{kind}.html"
    if UPDATE:
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_text(page + "\n", encoding="utf-8", newline="\n")

    assert page + "\n" == snapshot.read_text(encoding="utf-8")


# Timers and sheets of paper.

seconds = st.integers(1, 120)
DOSES = st.builds(
    Dose,
    sets=st.integers(1, 5),
    reps=st.integers(1, 15),
    reps_top=st.just(15),
    seconds_per_rep=st.integers(1, 300),
    rest_s=st.integers(0, 90),
    per_side=st.booleans(),
    days_min=st.just(1),
    days_max=st.just(3),
    seconds=st.just(0),
    hold_s=st.none() | seconds,
    relax_s=st.none() | seconds,
    first_side=st.sampled_from([None, "left", "right"]),
    extra_sets=st.integers(0, 1),
    stretch_max=st.none() | st.just(4),
)


@given(dose=DOSES)
def test_a_timer_takes_as_long_as_the_dose_says(dose):
    plan = json.loads(timer_plan(dose, PAGE_ENGLISH))
    bouts = dose.sets * (2 if dose.per_side else 1) + dose.extra_sets

    assert len(plan["bouts"]) == bouts
    assert sum(length for _, length in plan["pieces"]) == dose.seconds_per_rep
    assert all(length > 0 for _, length in plan["pieces"])
    assert (plan["reps"], plan["rest"]) == (dose.reps, dose.rest_s)
    if dose.per_side and dose.first_side:
        assert plan["bouts"][0][0] == f"{dose.first_side} side"


def test_the_timers_of_a_routine_add_up_to_its_doses(outcomes):
    for step in outcomes["routine"].steps:
        plan = json.loads(timer_plan(step.dose, PAGE_ENGLISH))
        each = sum(length for _, length in plan["pieces"])
        bouts = len(plan["bouts"])
        assert bouts * plan["reps"] * each + (bouts - 1) * plan["rest"] == step.dose.seconds


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_more_to_print_never_stands_roomier(paper, outcomes):
    routine = outcomes["routine"]
    many = routine.steps * 4
    needed = [fit(sheet(attrs.evolve(routine, steps=many[:count])), paper) for count in range(len(many))]

    assert needed == sorted(needed)
    assert (needed[0], needed[-1]) == (0, 4)
