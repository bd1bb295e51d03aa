"""The report: the right numbers in it, nothing that runs, nothing that somebody wrote becomes markup, and a real browser."""

import importlib.util
import re
from xml.etree import ElementTree as ET

import attrs
import pytest

for library in ("pyarrow", "jinja2", "matplotlib"):
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed", allow_module_level=True)

import pyarrow as pa  # noqa: E402
from web_person import BROWSER, browsing  # noqa: E402

from psoas_rules import Recommender  # noqa: E402
from psoas_rules.cohort import recommend_table  # noqa: E402
from psoas_rules.cohort.comparing import compare  # noqa: E402
from psoas_rules.cohort.report import cohort_report, comparison_report  # noqa: E402
from psoas_rules.cohort.report.charts import Chart, Series  # noqa: E402
from psoas_rules.cohort.report.wording import share  # noqa: E402
from psoas_rules.cohort.tallying import tally  # noqa: E402
from psoas_rules.cohort.unanswered import unanswered  # noqa: E402
from psoas_rules.pack import LEVELS  # noqa: E402

HOSTILE = "signs.<script>alert(1)</script>"
PEOPLE = pa.table(
    {
        "person_id": ["a", "b", "c", HOSTILE, "e", "f"],
        "screen": ["clear", "clear", "clear", "clear", "clear", None],
        "person.age": [30, 70, 40, 50, -1, 20],
        "signs.low_back_pain_stiffness": [5, 2, 1, 9, 1, 1],
        "signs.morning_stiffness_long": [True, None, True, None, None, None],
        "signs.irritability": pa.array([None, None, None, None, HOSTILE, None]),
        HOSTILE: [None, None, None, None, 1, None],
    }
)
KEEP = ("person_id",)


@pytest.fixture(scope="module")
def results(recommender):
    return recommend_table(PEOPLE, recommender, keep=KEEP)


@pytest.fixture(scope="module")
def stricter(pack):
    """A pack that is stricter about long stiffness in the morning, with a hostile title."""
    rules = tuple(
        attrs.evolve(each, title=HOSTILE, then=attrs.evolve(each.then, triage="before_exercising"))
        if each.id == "long_morning_stiffness_referral"
        else each
        for each in pack.rules
    )
    return Recommender(attrs.evolve(pack, rules=rules))


@pytest.fixture(scope="module")
def comparison(recommender, stricter):
    return compare(recommender, stricter, PEOPLE, keep=KEEP)


@pytest.fixture(scope="module")
def page(results, recommender, comparison):
    return cohort_report(results, recommender, PEOPLE, title=f"Spring {HOSTILE}", comparison=comparison)


def section(page, name):
    return re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL).group()


def cells(page, name):
    """The rows of the first table of a section, as texts."""
    table = section(page, name).partition("<table>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    return [
        [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in rows
    ]


def test_the_tables_hold_the_counts(page, results, recommender):
    counts = tally(results, recommender)
    shown = {row[0].split()[0].lower(): row[1] for row in cells(page, "outcomes")}

    assert shown == {
        kind: f"{counts.outcomes.get(kind, 0)}" for kind in ("routine", "referral", "screening", "invalid")
    }
    levels = [level for level in LEVELS if level in counts.triage]
    words = recommender.pack.info.texts.levels
    assert cells(page, "triage") == [
        [
            f"{level.replace('_', ' ').capitalize()} {words[level]}",
            f"{counts.triage[level]}",
            share(counts.triage[level], sum(counts.triage.values())),
        ]
        for level in levels
    ]
    exercise = next(iter(counts.given))
    name = next(each.name for each in recommender.pack.exercises if each.id == exercise)
    assert cells(page, "exercises")[0][:2] == [name, f"{counts.given[exercise]}"]
    movement = next(iter(counts.excluded))
    words = recommender.pack.vocabulary.properties[movement]
    assert cells(page, "excluded")[0][:2] == [words[:1].upper() + words[1:], f"{counts.excluded[movement]}"]
    assert len(cells(page, "problems")) == 3


def test_unanswered_questions_show_when_the_people_are_given(page, results, recommender):
    asked = {one.answer: one for one in unanswered(PEOPLE, recommender)}
    row = next(row for row in cells(page, "unanswered") if "signs.morning_stiffness_long" in row[0])

    assert row[1:] == [f"{asked['signs.morning_stiffness_long'].people}", "66.7 %"]
    open_ones = [one for one in asked.values() if one.required and one.people]
    assert len(cells(page, "open")) == min(15, len(open_ones)) > 0
    assert cells(page, "open")[0][1:] == ["1", "16.7 %"]
    assert 'id="unanswered"' not in cohort_report(results, recommender)


def test_a_tally_and_counted_questions_give_the_same_page(page, results, recommender, comparison):
    again = cohort_report(
        tally(results.to_batches(2), recommender),
        recommender,
        unanswered(PEOPLE, recommender),
        title=f"Spring {HOSTILE}",
        comparison=comparison,
    )

    assert again == page


def test_nothing_runs_and_nothing_is_loaded(page):
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"\b(?:src|srcset|style|on[a-z]+)=", page)
    assert set(re.findall(r'href="(.)', page)) == {"#"}
    assert "url(" not in page
    assert "@import" not in page


def test_every_id_stands_once_and_every_reference_leads_somewhere(page):
    ids = re.findall(r'\bid="([^"]+)"', page)

    assert len(ids) == len(set(ids))
    for names in re.findall(r'(?:href="#|aria-labelledby="|aria-describedby=")([^"]+)"', page):
        assert set(names.split()) <= set(ids)


def test_the_comparison_tells_who_moves_and_why(page, comparison):
    alone = comparison_report(comparison)

    for told in (page, alone):
        part = told.partition('id="comparison"')[2]
        assert "Rules that conclude something else" in part
        assert "person_id a" in part
        assert re.search(r'<th scope="row">Routine: caution</th>.*?<td class="moves">2</td>', part, re.DOTALL)
    assert "2 people of 6 (33.3 %)" in alone


def test_a_result_without_columns_gives_a_short_page(results, recommender):
    short = cohort_report(results.select(["outcome"]), recommender)

    assert re.findall(r'<section id="([^"]+)"', short) == ["outcomes"]


def test_nobody_gives_a_page(results, recommender):
    assert "0 people" in cohort_report(results.slice(0, 0), recommender)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 9, "0 %"),
        (9, 9, "100 %"),
        (1, 10_000, "<0.1 %"),
        (9_999, 10_000, ">99.9 %"),
        (1, 8, "12.5 %"),
        (0, 0, "0 %"),
    ],
)
def test_only_none_is_none_and_only_all_are_all(part, whole, text):
    assert share(part, whole) == text


@pytest.fixture
def chart():
    labels = ("A <b> & $x$", "A label that is long enough for two lines", "\u6ca1\u6709")
    return Chart(
        "a", "Title & more", labels, ("1 (10 %)", "3", "0"), (Series("High", (1, 2, 0)), Series("Low", (0, 1, 0)))
    )


def test_a_chart_is_the_same_each_time_and_speaks(chart):
    drawn = chart.svg()
    root = ET.fromstring(drawn)

    assert drawn == chart.svg()
    assert root.find("title").text == chart.title
    assert "A <b> & $x$: 1 (10 %)" in root.find("desc").text
    texts = [each.text for each in root.iter("text")]
    assert {"1 (10 %)", "3", "0", "High", "Low", "A <b> & $x$"} <= set(texts)
    assert root.get("aria-labelledby") == root.find("title").get("id")


def test_bars_are_as_long_as_their_numbers(chart):
    def ends(colour):
        paths = [each.get("d") for each in ET.fromstring(chart.svg()).iter("path") if each.get("fill") == colour]
        return [[float(number) for number in re.findall(r"(?<=[ML] )[\d.]+", path)[:2]] for path in paths]

    high, low = ends("#2b7bba"), ends("#c4612b")
    unit = high[0][1] - high[0][0]

    assert [round((end - start) / unit, 3) for start, end in high] == [1, 2, 0]
    assert [round((end - start) / unit, 3) for start, end in low] == [0, 1, 0]
    assert low[1][0] == pytest.approx(high[1][1])


def test_text_takes_the_ink_of_the_page(chart):
    fills = {each.get("fill") for each in ET.fromstring(chart.svg()).iter("text")}

    assert fills == {"currentColor", "#2b7bba", "#c4612b"}


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_it_is_accessible_and_fits(page, tmp_path, scheme):
    pytest.importorskip("playwright")
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe  # noqa: N806
    file = tmp_path / "page.html"
    file.write_text(page, encoding="utf-8")
    said = []
    with browsing() as browser:
        opened = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900}).new_page()
        opened.on("console", lambda message: said.append(message.text))
        opened.goto(file.as_uri())
        found = Axe().run(opened).response["violations"]
        phone = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
        phone.goto(file.as_uri())
        wide = phone.evaluate("document.documentElement.scrollWidth")
        cut = opened.evaluate(
            "[...document.querySelectorAll('svg text')].filter(text => { const a = text.getBoundingClientRect(), "
            "b = text.closest('svg').getBoundingClientRect(); return a.left < b.left - 1 || a.right > b.right + 1 })"
            ".map(text => text.textContent)"
        )

    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert (said, wide, cut) == ([], 390, [])
