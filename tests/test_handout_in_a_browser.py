"""The handout in a real browser: on paper, on a phone, in the dark, with scripts off, and while a timer runs."""

import importlib.util
import io
import os
import re
from pathlib import Path
from typing import get_args

import attrs
import pytest
from web_person import BROWSER, browsing

from psoas_rules import Intake
from psoas_rules.casebook import read_cases
from psoas_rules.outcomes import Note, sheet

for library in ("jinja2", "pypdf", "playwright", "axe_playwright_python"):
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed", allow_module_level=True)
if BROWSER is None:
    pytest.skip("there is no Chromium on this machine", allow_module_level=True)

from test_handout import ANSWERS, HOSTILE, hostile  # noqa: E402 - it needs jinja2

from psoas_rules.handout import PAGE_ENGLISH, Paper, handout  # noqa: E402
from psoas_rules.handout.fitting import planned, taken  # noqa: E402

SNAPSHOTS = Path(__file__).parent / "snapshots" / "handout"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"
LOOKS = ("standard", "large_print", "high_contrast")
# The files in which the longest stand, and how many of each kind are printed: it takes a second for each.
LONG = ("cases/table_limits.yaml", "cases/table_requests.yaml", "cases/screening.yaml", "cases/vignettes.yaml")
LONGEST = 2


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def outcomes(recommender):
    return {kind: recommender.recommend(intake) for kind, intake in ANSWERS.items()}


@pytest.fixture(scope="module")
def full(outcomes):
    """A routine with everything that warns: notes, cautions that are shared or not, and when to stop an exercise."""
    routine = outcomes["routine"]
    steps = tuple(
        attrs.evolve(step, cautions=("Slowly, in all of them.", f"Only in {i}."), stop_signs=(f"Stop sign {i}",))
        for i, step in enumerate(routine.steps)
    )
    whole = attrs.evolve(routine, steps=steps, notes=(Note(text="A note to know."),))
    return whole, sheet(whole)


@pytest.fixture(scope="module")
def longest(recommender):
    """Of each kind, those outcomes of the casebook that say the most."""
    lengths = {}
    for place, case in read_cases().values():
        if not place.startswith(LONG):
            continue
        outcome = recommender.recommend(Intake.from_dict(case.intake))
        length = sum(len(text) for text in sheet(outcome).texts())
        lengths.setdefault(outcome.kind, {})[length] = outcome
    return {kind: [those[length] for length in sorted(those)[-LONGEST:]] for kind, those in lengths.items()}


@pytest.fixture(scope="module")
def fullest(recommender):
    """For each paper and each setting that the casebook needs, the routine with which it gets the fullest."""
    found = {paper: {} for paper in get_args(Paper)}
    for _, case in read_cases().values():
        outcome = recommender.recommend(Intake.from_dict(case.intake))
        if outcome.kind == "routine":
            told = sheet(outcome)
            for paper, those in found.items():
                plan = planned(told, paper)
                full = taken(told, paper, plan[1])
                those[plan] = max(those.get(plan, (0, None)), (full, outcome), key=lambda pair: pair[0])
    return {paper: {plan: outcome for plan, (_, outcome) in those.items()} for paper, those in found.items()}


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page from a file, as a person does."""
    contexts = []

    def open_page(html, **settings):
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.asked = []
        page.said = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def printed(opened):
    """The texts of the sheets of paper, without white space."""
    from pypdf import PdfReader

    def prints(html):
        pdf = PdfReader(io.BytesIO(opened(html).pdf(prefer_css_page_size=True)))
        return pdf, ["".join(page.extract_text().split()) for page in pdf.pages]

    return prints


def pressed(text):
    return "".join(text.split())


def foot_of(outcome):
    """What may be printed small: what it is for, and who decided."""
    told = sheet(outcome)
    return (*told.foot, PAGE_ENGLISH.stamp.format(reviewed=told.stamp.reviewed))


def sheets_with(text, sheets):
    return [number for number, printed in enumerate(sheets) if pressed(text) in printed]


# On paper.


@pytest.mark.parametrize("paper, size", [("a4", (595, 842)), ("letter", (612, 792))])
def test_the_usual_pages_take_one_or_two_sheets(paper, size, outcomes, printed):
    most = {"routine": 2, "referral": 1, "screening": 2}
    for kind, outcome in outcomes.items():
        pdf, sheets = printed(handout(outcome, paper=paper))
        assert len(sheets) <= most[kind]
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == pytest.approx(size, abs=1)


@pytest.mark.parametrize("paper", get_args(Paper))
@pytest.mark.parametrize("kind", ANSWERS)
def test_the_longest_of_the_casebook_take_as_many_sheets_as_planned(kind, paper, longest, printed):
    for outcome in longest[kind]:
        sheets = planned(sheet(outcome), paper)[0] if kind == "routine" else 2
        assert len(printed(handout(outcome, paper=paper))[1]) <= sheets <= 3


@pytest.mark.parametrize("paper", get_args(Paper))
def test_the_fullest_of_each_setting_keep_to_the_sheets_that_are_planned(paper, fullest, printed):
    assert len(fullest[paper]) > 5
    for (sheets, _), outcome in fullest[paper].items():
        assert len(printed(handout(outcome, paper=paper))[1]) <= sheets


@pytest.mark.parametrize("look", LOOKS)
def test_no_card_is_split_and_no_heading_stands_alone(look, outcomes, printed):
    routine = outcomes["routine"]
    _, sheets = printed(handout(routine, look=look))
    told = sheet(routine)

    for step in told.steps:
        (first,) = sheets_with(step.how[0], sheets)
        assert sheets_with(step.why, sheets) == [first]
        assert sheets_with(f"{step.number}{step.name}", sheets) == [first]
    for section in told.sections:
        follows = (*section.text, *section.entries)
        after = follows[0] if follows else f"about{section.minutes}min{section.steps[0].number}"
        mark = "\u2022?" if section.entries and not section.text else ""
        pattern = re.escape(pressed(section.title)) + mark + re.escape(pressed(after)[:20])
        assert any(re.search(pattern, printed) for printed in sheets), section.title


def test_what_is_printed_leaves_nothing_out_and_nothing_is_cut(outcomes, printed):
    for outcome in outcomes.values():
        _, sheets = printed(handout(outcome))
        everything = re.sub(r"\u2022|\d\.", "", "".join(sheets))
        for text in sheet(outcome).texts():
            for piece in text.split("; "):
                assert re.sub(r"\d\.", "", pressed(piece)).rstrip(".") in everything


SIZES = """() => [...document.querySelectorAll("main *, footer *")]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(element => !element.closest("svg, .hidden") && element.getClientRects().length)
    .map(element => [
        element.closest(".key, .how, .mind, .dose, h1, h3") !== null,
        parseFloat(getComputedStyle(element).fontSize) * 72 / 96,
        element.textContent.trim(),
    ])"""


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("setting", range(5))
def test_what_warns_and_what_to_do_is_printed_in_nine_points_or_more(setting, look, full, opened, monkeypatch):
    """At every setting, all else in seven and a half or more; how long a dose takes is a little smaller."""
    routine, told = full
    monkeypatch.setattr("psoas_rules.handout.page.fit", lambda *_: setting)
    page = opened(handout(routine, look=look))
    page.emulate_media(media="print")
    sizes = page.evaluate(SIZES)
    large = {"".join(text.split()) for must, size, text in sizes if must and size >= 9}

    assert [text for must, size, text in sizes if must and size < 9 and not text.startswith("about")] == []
    assert min(size for _, size, _ in sizes) >= 7.5
    for role in ("stop", "seek_help", "pain", "know", "shared_cautions"):
        section = told.section(role)
        assert {pressed(text) for text in (section.title, *section.entries, *section.after)} <= large, role
    for step in told.steps:
        assert {pressed(text) for text in (*step.how, step.stop_text, *step.remarks[: len(step.cautions)])} <= large


@pytest.mark.parametrize("setting", range(4))
@pytest.mark.parametrize("kind", ["referral", "screening"])
def test_what_asks_is_printed_in_nine_points_or_more(kind, setting, outcomes, opened, monkeypatch):
    monkeypatch.setattr("psoas_rules.handout.page.fit", lambda *_: setting)
    page = opened(handout(outcomes[kind]))
    page.emulate_media(media="print")

    assert min(size for _, size, text in page.evaluate(SIZES) if text not in foot_of(outcomes[kind])) >= 9


def test_large_print_is_large(outcomes, opened):
    page = opened(handout(outcomes["routine"], look="large_print"))
    page.emulate_media(media="print")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("p, li, th, td, h2, h3, footer p")]
            .filter(element => element.offsetParent && element.textContent.trim())
            .map(element => parseFloat(getComputedStyle(element).fontSize))"""
    )

    assert min(sizes) * 72 / 96 > 15.9


def test_buttons_are_not_printed(outcomes, opened):
    page = opened(handout(outcomes["routine"]))
    assert page.get_by_role("button").count() > len(outcomes["routine"].steps)
    page.emulate_media(media="print")

    assert page.get_by_role("button").count() == 0
    assert page.locator("details").filter(visible=True).count() == 0


# On a screen.


def audited(page):
    """What axe finds wrong with a page in the light and in the dark."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    # All that differs in the dark are the colours.
    for scheme, options in (("light", None), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        response = Axe().run(page, options=options).response
        assert response["passes"]
        found += [(scheme, one["id"], [node["html"][:120] for node in one["nodes"]]) for one in response["violations"]]
    return found


@pytest.mark.parametrize(
    "kind, look", [*((kind, "standard") for kind in ANSWERS), ("routine", "large_print"), ("referral", "high_contrast")]
)
def test_every_page_is_accessible_and_fits_a_phone(kind, look, outcomes, opened):
    page = opened(handout(outcomes[kind], look=look), viewport={"width": 320, "height": 640})
    for summary in page.locator("summary").all()[:2]:
        summary.click()

    assert audited(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.said == []
    assert len(page.asked) == 1  # the page itself
    for target in page.locator("button:visible, summary:visible").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 44


@pytest.mark.parametrize("kind", ANSWERS)
def test_who_hears_the_page_hears_the_same(kind, outcomes, opened):
    """The accessibility tree, with scripts off; read the difference after a change that is meant."""
    page = opened(handout(outcomes[kind]), java_script_enabled=False)
    tree = page.locator("body").aria_snapshot() + "\n"
    tree = re.sub(r"\([0-9a-f]{12}\), decided by [\w-]+\.", "(DIGEST), decided by ENGINE.", tree)
    snapshot = SNAPSHOTS / f"{kind}.tree.txt"
    if UPDATE:
        snapshot.write_text(tree, encoding="utf-8", newline="\n")

    assert tree == snapshot.read_text(encoding="utf-8")
    assert page.get_by_role("button").count() == 0


@pytest.mark.parametrize("kind", ["referral", "screening"])
def test_nobody_takes_a_warning_for_a_routine(kind, outcomes, opened):
    page = opened(handout(outcomes[kind]))

    assert page.get_by_role("img").count() == 0
    assert page.get_by_text("There are no exercises on this page.").is_visible()
    title = page.get_by_role("heading", level=1)
    assert "routine" not in title.inner_text().lower()
    top = title.bounding_box()
    assert top["y"] + top["height"] < 200


def test_hostile_texts_neither_run_nor_widen_the_page(outcomes, opened, printed):
    routine = outcomes["routine"]
    words = [text for text in HOSTILE if text.strip()]
    page = handout(hostile(routine, words), name="".join(HOSTILE[:3]) + "w" * 300)
    on_phone = opened(page, viewport={"width": 320, "height": 640})
    dialogs = []
    on_phone.on("dialog", lambda dialog: dialogs.append(dialog.message))

    assert on_phone.evaluate("document.documentElement.scrollWidth") <= 320
    assert (on_phone.said, dialogs, len(on_phone.asked)) == ([], [], 1)
    assert on_phone.locator("script").count() == 1
    assert on_phone.locator(".card").count() == len(routine.steps)
    pdf, sheets = printed(page)
    assert len(sheets) <= 4
    assert float(pdf.pages[0].mediabox.width) == pytest.approx(595, abs=1)


@pytest.mark.parametrize("kind", ANSWERS)
def test_everything_but_the_foot_lies_in_the_main_part(kind, outcomes, opened):
    """A reader that skips to the main part must not skip the warning."""
    page = opened(handout(outcomes[kind]))

    assert page.get_by_role("banner").count() == 0
    assert page.get_by_role("main").get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("heading").count() == page.get_by_role("main").get_by_role("heading").count()


def test_the_most_urgent_questions_look_it(outcomes, opened):
    page = opened(handout(outcomes["screening"]))
    colour = "element => getComputedStyle(element).color"
    plain = page.locator(".known h2, .ask-ok h2").first.evaluate(colour)

    for name in ("emergency", "same_day"):
        assert page.locator(f".ask-{name} h2").first.evaluate(colour) != plain
        assert (
            page.locator(f".ask-{name}").first.evaluate("element => getComputedStyle(element).borderTopWidth") != "1px"
        )


# Timers.


@pytest.fixture
def timing(outcomes, opened):
    """A page whose clock the test turns, at the timer of a step."""

    def timed(exercise):
        page = opened(handout(outcomes["routine"]))
        page.clock.install(time=0)
        page.reload()
        number = [step.exercise for step in outcomes["routine"].steps].index(exercise)
        return page, page.locator(".card").nth(number)

    return timed


def test_a_timer_counts_through_sets_sides_and_rests_by_keyboard(timing, outcomes):
    exercise = "half_kneeling_hip_flexor_stretch"
    page, card = timing(exercise)
    (step,) = [step for step in outcomes["routine"].steps if step.exercise == exercise]
    dose = step.dose
    clock, what, said = card.locator(".clock"), card.locator(".what"), card.locator("[aria-live=polite]")
    assert (dose.reps, dose.first_side, dose.extra_sets) == (1, "left", 1)

    card.get_by_role("button", name="Start timer").press("Enter")
    assert (clock.inner_text(), what.inner_text()) == ("0:05", "Get ready")
    page.clock.run_for(5_400)
    assert what.inner_text().startswith(("Move, left side", "Hold, left side"))
    moving = int(dose.seconds_per_rep - dose.hold_s)
    page.clock.run_for(moving * 1000)
    assert what.inner_text() == "Hold, left side, set 1 of 3"
    assert said.inner_text() == "Hold, left side, set 1 of 3"
    page.clock.run_for(int(dose.hold_s * 1000))
    assert what.inner_text() == "Rest"

    card.get_by_role("button", name="Pause").press("Space")
    left = clock.inner_text()
    page.clock.run_for(60_000)
    assert clock.inner_text() == left
    card.get_by_role("button", name="Go on").press("Space")
    page.clock.run_for(int(dose.seconds * 1000))
    assert what.inner_text() == said.inner_text() == "Done"
    # At the end it offers to begin again, once.
    assert card.get_by_role("button").all_inner_texts() == ["Start again"]


def test_the_focus_stays_at_a_timer_that_ends(timing, outcomes):
    page, card = timing(outcomes["routine"].steps[0].exercise)
    card.get_by_role("button", name="Start timer").press("Enter")
    page.clock.run_for(1_000)
    card.get_by_role("button", name="Start again").focus()
    page.clock.run_for(3_600_000)

    assert card.locator(".what").inner_text() == "Done"
    focused = page.evaluate("document.activeElement.outerHTML")
    assert focused == card.locator("button").first.evaluate("element => element.outerHTML")


def test_the_end_of_a_timer_takes_the_focus_from_nobody(timing, outcomes):
    page, card = timing(outcomes["routine"].steps[0].exercise)
    card.get_by_role("button", name="Start timer").press("Enter")
    summary = page.locator("summary").last
    summary.focus()
    page.clock.run_for(3_600_000)

    assert summary.evaluate("element => element === document.activeElement")


def test_only_one_timer_runs(timing):
    page, card = timing("half_kneeling_hip_flexor_stretch")
    other = page.locator(".card").first
    other.get_by_role("button", name="Start timer").click()
    card.get_by_role("button", name="Start timer").click()

    assert other.get_by_role("button", name="Go on").is_visible()
    assert page.get_by_role("button", name="Pause").count() == 1
    before = other.locator(".clock").inner_text()
    page.clock.run_for(3_000)
    assert other.locator(".clock").inner_text() == before


def test_without_scripts_every_word_is_there_and_no_dead_button(outcomes, opened):
    page = opened(handout(outcomes["routine"]), java_script_enabled=False)

    assert page.get_by_role("button").count() == 0
    assert page.locator(".timer").filter(visible=True).count() == 0
    assert page.get_by_role("img").count() == len(outcomes["routine"].steps)
    for step in outcomes["routine"].steps:
        assert page.get_by_role("heading", name=step.name).is_visible()
