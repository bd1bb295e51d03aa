"""The page of a programme: byte for byte the same, safe, accessible, three sheets of paper, and no exercise after a stop.

The markup under `tests/snapshots/programme/` shows a programme in each of its states. After a change that is meant,
rewrite it and read the difference:

    UPDATE_SNAPSHOTS=1 python -m pytest tests/test_programme_page.py
"""

import importlib.util
import io
import re

import pytest
from format_words import HOSTILE
from test_programme_views import STATES, compared, names, with_texts
from test_programme_views import planner as planner  # noqa: PLC0414 - a fixture
from test_programme_views import programmes as programmes  # noqa: PLC0414 - a fixture
from test_programme_views import steps as steps  # noqa: PLC0414 - a fixture
from web_person import BROWSER, browsing

from psoas_rules.programme import Programme
from psoas_rules.programme.sheets import day_sheet, shown_session
from psoas_rules.programme.words import PROGRAMME_ENGLISH

pytest.importorskip("jinja2", reason="the extra handout is not installed")

from psoas_rules.programme.page import programme_page

needs_browser = pytest.mark.skipif(
    BROWSER is None or not all(map(importlib.util.find_spec, ("pypdf", "playwright", "axe_playwright_python"))),
    reason="there is no browser",
)


@pytest.mark.parametrize("state", STATES)
def test_the_same_programme_gives_the_same_bytes(state, programmes):
    again = Programme.from_json(programmes[state].to_json())

    assert programme_page(again, name="A") == programme_page(programmes[state], name="A")


@pytest.mark.parametrize("state", STATES)
def test_the_markup_is_as_it_was_read(state, programmes):
    """Without styles, script and the inside of pictures, which are looked at elsewhere."""
    page = re.search(r"<body.*</body>", programme_page(programmes[state]), re.DOTALL).group()
    page = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    page = re.sub(r"<svg .*?<title[^>]*>(.*?)</title>.*?</svg>", r"<svg>\1</svg>", page, flags=re.DOTALL)
    made, known = compared(f"{state}.html", page)

    assert made == known


def test_the_page_has_every_day_and_the_coming_session(programmes):
    for state in ("fresh", "midway", "finished"):
        programme = programmes[state]
        page, day = programme_page(programme), shown_session(programme)
        assert re.findall(r'<time datetime="([^"]+)"', page) == [
            day.day.isoformat() for week in programme.weeks for day in week.days
        ]
        open_days = [day for week in programme.weeks for day in week.days if day.kind != "rest" and day.done is None]
        assert page.count('class="tickbox"') == len(open_days)
        assert page.count('class="blank"') == 2 * sum(day.kind == "whole" for day in open_days)
        assert re.findall(r'<span class="number">\d+</span> ([^<]+)</h3>', page) == [step.name for step in day.steps]
        assert page.count("<svg") == len(day.steps)
        assert page.index('class="part stop') < page.index('class="part seek') < page.index('class="card')


def test_the_page_of_a_stop_is_its_referral_and_that_of_a_pause_has_no_exercise(programmes):
    stopped, paused = programme_page(programmes["stopped"]), programme_page(programmes["paused"])

    for page in (stopped, paused):
        assert 'class="card' not in page
        assert "<svg" not in page
    assert programmes["stopped"].referral.headline in stopped
    assert not [name for name in names(programmes["stopped"]) if name in stopped]
    assert programmes["paused"].status_text in paused
    for day in programmes["paused"].weeks[-1].days:
        assert day.day.isoformat() not in paused


def test_hostile_texts_do_not_become_markup(programmes):
    for words in HOSTILE:
        page = programme_page(with_texts(programmes["midway"], words), name=words)

        assert page.count("<script") == 1
        assert not re.search(r"<img|<b>bold|onerror=alert\(1\)>", page)


@pytest.mark.parametrize("wrong", [{"paper": "a5"}, {"look": "small"}])
def test_a_paper_or_look_that_is_not_there_is_refused(wrong, programmes):
    with pytest.raises(ValueError, match="is not one of"):
        programme_page(programmes["fresh"], **wrong)


# The page in a browser


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page from a file, as a person does."""
    contexts = []

    def open_page(html, **settings):
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.said, page.asked = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def printed(page):
    """The texts of the sheets of paper, without white space."""
    from pypdf import PdfReader

    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    return ["".join(one.extract_text().split()) for one in pdf.pages]


@needs_browser
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_six_weeks_take_three_sheets_and_the_calendar_stands_on_the_first(paper, programmes, opened):
    for state in ("midway",) if paper == "a4" else ("fresh",):
        programme = programmes[state]
        sheets = printed(opened(programme_page(programme, paper=paper)))

        assert len(sheets) <= 3
        for week in programme.weeks:
            for day in week.days:
                assert "".join(PROGRAMME_ENGLISH.short(day.day).split()) in sheets[0]
        for step in day_sheet(programme, shown_session(programme)).steps:
            first, last = ("".join(text.split()) for text in (step.how[0], step.why))
            (place,) = [number for number, sheet in enumerate(sheets) if last in sheet]
            assert first in sheets[place]


@needs_browser
def test_a_pause_takes_one_sheet(programmes, opened):
    assert len(printed(opened(programme_page(programmes["paused"])))) == 1


@needs_browser
@pytest.mark.parametrize("state, look", [("midway", "standard"), ("paused", "high_contrast")])
def test_every_page_is_accessible_and_fits_a_phone(state, look, programmes, opened):
    from axe_playwright_python.sync_playwright import Axe

    # Pictures are looked at with the handout.
    page = opened(programme_page(programmes[state], look=look, figures={}), viewport={"width": 320, "height": 640})
    for scheme, options in (("light", None), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        response = Axe().run(page, options=options).response
        assert response["passes"]
        assert [
            (scheme, one["id"], [node["html"][:120] for node in one["nodes"]]) for one in response["violations"]
        ] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.said == []
    assert len(page.asked) == 1  # the page itself


@needs_browser
def test_what_warns_is_printed_in_nine_points_and_all_in_seven_and_a_half(programmes, opened):
    page = opened(programme_page(programmes["midway"], figures={}))
    page.emulate_media(media="print")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("main *, footer *")]
            .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
            .filter(element => !element.closest("svg, .hidden") && element.getClientRects().length)
            .map(element => [
                element.closest(".key, .how, .mind, h1") !== null,
                parseFloat(getComputedStyle(element).fontSize) * 72 / 96,
                element.textContent.trim().slice(0, 60),
            ])"""
    )

    assert [(size, text) for must, size, text in sizes if size < (9 if must else 7.49)] == []
    assert sum(must for must, _, _ in sizes) > 20


@needs_browser
def test_with_scripts_off_everything_is_there(programmes, opened):
    programme = programmes["fresh"]
    page = opened(programme_page(programme), java_script_enabled=False)

    assert page.get_by_role("button").count() == 0
    assert page.get_by_role("listitem").filter(has=page.locator("time")).count() == 42
    for step in shown_session(programme).steps:
        assert page.get_by_role("heading", name=step.name).is_visible()


@needs_browser
def test_large_print_is_large(programmes, opened):
    page = opened(programme_page(programmes["midway"], look="large_print", figures={}))
    page.emulate_media(media="print")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("p, li, h2, h3, span, time, b")]
            .filter(element => element.offsetParent && !element.closest(".hidden") && element.textContent.trim())
            .map(element => [parseFloat(getComputedStyle(element).fontSize) * 72 / 96, element.textContent.trim()])"""
    )

    assert [(size, text) for size, text in sizes if size < 15.9] == []
    assert len(sizes) > 100
