"""Markdown, the read-aloud script, the notebook and the terminal say what the sheet says: nothing less, nothing else.

The pages under `tests/snapshots/formats/` show one outcome of each kind. After a change that is meant, rewrite them and
read the difference:

    UPDATE_SNAPSHOTS=1 python -m pytest tests/test_formats.py
"""

import io
import os
import re
import shutil
import string
import unicodedata
from pathlib import Path

import attrs
import pytest
from format_words import HOSTILE, INTAKES, PEOPLE, Outcomes, Shown, hostile, without_digest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psoas_rules import Routine
from psoas_rules.figures import FIGURE_CSS, load_figures
from psoas_rules.legible import legible
from psoas_rules.markdown import escaped, to_markdown
from psoas_rules.outcomes import sheet
from psoas_rules.outcomes.captions import CAPTIONS, Captions
from psoas_rules.outcomes.html import to_html
from psoas_rules.read_aloud import read_aloud, spoken
from psoas_rules.testing import intakes

pytest.importorskip("rich", reason="the extra cli is not installed")
MarkdownIt = pytest.importorskip("markdown_it", reason="no library for Markdown is installed").MarkdownIt

from rich.console import Console  # noqa: E402

from psoas_rules.cli.painting import paint  # noqa: E402

SNAPSHOTS = Path(__file__).parent / "snapshots" / "formats"
SMALL = Path(__file__).parent / "small_pack"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"
COLOURS = re.compile(r"\x1b\[[\d;]*m")
READERS = {
    "plain": MarkdownIt("commonmark", {"html": False}).enable("table"),
    "html": MarkdownIt("commonmark", {"html": True}).enable("table"),
    "github": MarkdownIt("gfm-like", {"html": True, "linkify": False}),
}
MADE_BY_MARKDOWN = {"h1", "h2", "h3", "p", "ul", "ol", "li", "hr", "table", "thead", "tbody", "tr", "th", "td"}
# A few letters of everything that could mean something, and then anything at all.
ANYTHING = st.one_of(
    st.characters(exclude_categories=()), st.characters(categories=["Cs"]), st.characters(categories=["Cc", "Cf", "Zl"])
)
TEXTS = (
    st.sampled_from(HOSTILE)
    | st.text(st.sampled_from("#*_`~<>&;|[]()!-+=.:/@$\\\"' 1a\n\twh"), max_size=30)
    | st.text(st.characters(), max_size=30)
)


@pytest.fixture(scope="module")
def outcomes(recommender):
    return Outcomes({name: recommender.recommend(person()) for name, person in PEOPLE.items()})


@pytest.fixture(scope="module", params=PEOPLE)
def outcome(request, outcomes):
    return outcomes[request.param]


def printed(outcome, *, width=80, terminal=False, how=True):
    """What is seen in a terminal, or read from a pipe."""
    file = io.StringIO()
    colours = "truecolor" if terminal else None
    paint(Console(file=file, width=width, force_terminal=terminal, color_system=colours), outcome, how=how)
    return file.getvalue()


def squeezed(text):
    """The text without white space and frames, so that it does not matter where lines are broken."""
    return re.sub(r"[\s─-╿]", "", text)


def words(text):
    """The words of a text as they are said, in small letters."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


# Each reads everything that a format shows, as one string, and tells whether a text stands in it.


def in_markdown(outcome, reader="html"):
    seen = Shown(READERS[reader].render(to_markdown(outcome))).text
    return lambda text: legible(text) in seen


def in_html(outcome):
    # Inside an element, so that the attributes do not count.
    seen = Shown(to_html(sheet(outcome))).text
    return lambda text: legible(text) in seen


def in_voice(outcome):
    heard = f" {words(read_aloud(outcome))} "
    return lambda text: f" {words(spoken(text))} " in heard or not words(spoken(text))


def in_pipe(outcome):
    seen = squeezed(printed(outcome))
    return lambda text: squeezed(legible(text)) in seen


def in_narrow_terminal(outcome):
    seen = squeezed(COLOURS.sub("", printed(outcome, width=60, terminal=True)))
    return lambda text: squeezed(legible(text)) in seen


FORMATS = {
    "markdown": in_markdown,
    "html": in_html,
    "voice": in_voice,
    "pipe": in_pipe,
    "narrow terminal": in_narrow_terminal,
}


def missing(outcome, shows, name):
    """The texts of the sheet that a format leaves out."""
    # The banner of a terminal says what kind of outcome it is, in words of its own.
    titles = {sheet(outcome).title} if name in ("pipe", "narrow terminal") else set()
    doses = {step.dose_text: step.dose_pieces for step in sheet(outcome).steps}
    for text in sheet(outcome).texts():
        pieces = doses.get(text, (text,)) if name == "voice" else (text,)
        yield from (piece for piece in pieces if text not in titles and not shows(piece))


# The same words everywhere


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_every_word_of_the_sheet(outcome, name):
    assert list(missing(outcome, FORMATS[name](outcome), name)) == []


@settings(max_examples=25)
@given(intake=intakes())
def test_every_format_says_every_word_of_any_sheet(recommender, intake):
    """For anybody's answers: what the sheet says stands in Markdown, in HTML, in a pipe, and is read aloud."""
    outcome = recommender.recommend(intake)

    for name, shows in FORMATS.items():
        assert list(missing(outcome, shows(outcome), name)) == [], name


def test_the_wide_table_has_the_same_words_as_the_lines(outcome):
    """Where columns stand side by side, the words are the same as below one another."""
    narrow, wide = (words(COLOURS.sub("", printed(outcome, width=width, terminal=True))) for width in (60, 100))

    assert sorted({*narrow.split()}) == sorted({*wide.split()})


def test_nothing_but_captions_is_added_to_a_sheet(outcome):
    """Every word of the Markdown is a word of the sheet, of its week, of the details of its steps, or a caption."""
    told = sheet(outcome)
    known = [*told.texts(), *attrs.astuple(CAPTIONS), *(day.text for day in told.week)]
    for step in told.steps:
        known += [step.tempo, *step.needs, *step.cues, *step.faults]
    seen = Shown(READERS["html"].render(to_markdown(outcome))).text

    added = {word for word in words(seen).split() if not word.isdigit()} - set(words(" ".join(known)).split())

    assert added == set()


def test_the_same_outcome_gives_the_same_text(outcome, recommender):
    for written in (to_markdown, read_aloud, printed, lambda one: to_html(sheet(one))):
        assert written(outcome) == written(type(outcome).from_dict(outcome.to_dict()))


@pytest.mark.parametrize("kind", ["routine", "referral", "screening"])
@pytest.mark.parametrize(
    ("ending", "written"),
    [
        (".md", to_markdown),
        (".txt", read_aloud),
        (".html", lambda one: f"{to_html(sheet(one))}\n"),
        (".terminal.txt", lambda one: COLOURS.sub("", printed(one, width=100, terminal=True, how=False))),
        (".pipe.txt", lambda one: printed(one, how=False)),
    ],
    ids=["markdown", "voice", "html", "terminal", "pipe"],
)
def test_the_page_is_as_it_was_reviewed(outcomes, kind, ending, written):
    page = without_digest(written(outcomes[kind]))
    page = "\n".join(line.rstrip() for line in page.split("\n"))
    snapshot = SNAPSHOTS / f"{kind}{ending}"
    if UPDATE:
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_text(page, encoding="utf-8", newline="\n")

    assert page == snapshot.read_text(encoding="utf-8")


# Text that shows what it says


@given(text=st.text(ANYTHING))
@example("half \ud83d of a pair")
@example("".join(map(chr, range(0x100))))
def test_legible_text_is_one_line_that_every_file_can_hold(text):
    shown = legible(text)

    shown.encode("utf-8")
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert shown == " ".join(shown.split())
    assert legible(shown) == shown


@given(text=st.text(st.characters(categories=("L", "M", "N", "P", "S"))))
def test_legible_text_keeps_letters_signs_and_emoji(text):
    assert legible(text) == text.strip()


def test_text_cannot_turn_the_order_of_reading_around():
    assert legible("do \u202enot\u202c \u2066stop\u2069") == "do not stop"
    # Marks that join letters and emoji, or that only name a direction, stay.
    assert legible("می\u200cخواهم 👩\u200d🦽 a\u200fb") == "می\u200cخواهم 👩\u200d🦽 a\u200fb"


# Hostile text: it is words in a pack, and stays words on every page


@settings(max_examples=300)
@given(text=TEXTS)
def test_escaped_text_is_text_wherever_it_stands_in_markdown(text):
    mark = escaped(text)
    places = (
        "{}",
        "- {}",
        "1. {}",
        "## 1. {}",
        "- a\n- {}\n- b",
        "a\n\n{}\n\nb",
        "| a | b |\n| --- | --- |\n| c | {} |",
    )
    for reader in READERS.values():
        for place in places if mark else ():
            shown = Shown(reader.render(place.format(mark)))

            assert legible(text) in shown.text
            assert {tag for tag, _ in shown.tags} <= MADE_BY_MARKDOWN


@pytest.mark.parametrize("kind", PEOPLE)
def test_hostile_text_makes_no_other_elements_than_harmless_text(outcomes, kind):
    """Markdown and HTML have the same elements, with the same attributes, whatever the words are."""
    bad, good = (hostile(outcomes[kind], texts) for texts in ([*HOSTILE], [f"Text {n}" for n in range(len(HOSTILE))]))
    for reader in READERS.values():
        bad_tags, good_tags = (Shown(reader.render(to_markdown(one))).tags for one in (bad, good))
        assert bad_tags == good_tags
    bad_tags, good_tags = (Shown(to_html(sheet(one))).tags for one in (bad, good))
    assert bad_tags == good_tags


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_is_shown_as_it_is(outcome, name):
    bad = hostile(outcome)

    assert list(missing(bad, FORMATS[name](bad), name)) == []


@settings(max_examples=60)
@given(texts=st.lists(st.text(ANYTHING, min_size=1, max_size=40), min_size=1, max_size=5))
def test_any_text_is_shown_and_can_be_stored(outcomes, texts):
    bad = hostile(outcomes["asked"], texts)

    for name, shows in FORMATS.items():
        assert list(missing(bad, shows(bad), name)) == [], name
    for written in (to_markdown(bad), read_aloud(bad), to_html(sheet(bad)), printed(bad)):
        written.encode("utf-8")
        assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in written.replace("\n", ""))


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("terminal", [True, False])
def test_hostile_text_neither_controls_nor_widens_a_terminal(outcome, width, terminal):
    from rich.cells import cell_len

    shown = COLOURS.sub("", printed(hostile(outcome), width=width, terminal=terminal))

    assert not any(unicodedata.category(one) == "Cc" for one in shown.replace("\n", ""))
    assert max(map(cell_len, shown.split("\n"))) <= width


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("terminal", [True, False])
def test_markup_of_the_library_is_only_text(outcome, width, terminal):
    bad = hostile(outcome, ["[bold red on blue]x[/]"])

    shown = printed(bad, width=width, terminal=terminal)

    assert "[bold red on blue]x[/]" in shown
    assert "44" not in "".join(COLOURS.findall(shown))


# Read aloud


def test_the_script_has_no_signs(outcome):
    for bad in (outcome, hostile(outcome)):
        kinds = {unicodedata.category(one) for one in read_aloud(bad) if one not in ".,?!:'-\n \u200c\u200d"}
        assert {kind[0] for kind in kinds} <= set("LMN")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2 x 10 times, building up to 15", "2 sets of 10 times, building up to 15"),
        ("3 × 30 s", "3 sets of 30 seconds"),
        ("rest 1 min", "rest 1 minute"),
        ("hold 1 s each; 2.5 min", "hold 1 second each. 2.5 minutes"),
        ("8–10 cm or 8 - 10 cm", "8 to 10 centimetres or 8 to 10 centimetres"),
        ("at most 3/10", "at most 3 of 10"),
        ("bend it to 45° (half way)", "bend it to 45 degrees, half way"),
        ("50 % of it", "50 percent of it"),
        ("e.g. a chair, i.e. no bed", "for example a chair, that is no bed"),
        ("hands and/or feet & knees", "hands and or feet and knees"),
        ("pain ≥ 4 or < 2", "pain at least 4 or less than 2"),
        ("on 2026-11-23, version 1.10.0", "on 2026-11-23, version 1.10.0"),
        ("don’t – “slowly” …", "don't, slowly."),
        ("(as it is), so", "as it is, so"),
        ("Left side - stiff", "Left side, stiff"),
        ("one-legged", "one-legged"),
        ("3 m away, 5 minutes, 2 men", "3 metres away, 5 minutes, 2 men"),
        ("<b>now</b> *", "b now b"),
    ],
)
def test_signs_and_units_are_said_as_words(text, said):
    assert spoken(text) == said


@given(text=st.text(ANYTHING, max_size=60))
def test_no_letter_is_lost_when_a_text_is_said(text):
    """Whatever else changes, letters are said in their order; those of units and short forms are not looked at."""
    looked_at = [one for one in legible(text) if one != "D" and one not in string.ascii_lowercase]
    letters = [one for one in looked_at if unicodedata.category(one)[0] == "L"]
    said = iter(spoken(text))

    assert all(letter in said for letter in letters)


def test_one_hears_first_when_to_stop(outcomes):
    script = read_aloud(outcomes["routine"])
    told = sheet(outcomes["routine"])

    stop, warm_up = (script.index(told.section(role).title) for role in ("stop", "warm_up"))
    assert stop < warm_up
    assert all(script.index(spoken(sign)) < warm_up for sign in told.section("stop").entries)
    assert script.index("Exercise 1 of 9.") > warm_up


def test_every_sentence_stands_on_a_line_of_its_own(outcome):
    lines = [line for line in read_aloud(outcome).split("\n") if line]

    assert all(line[-1] in ".?!" for line in lines)
    assert all(line[0].isupper() or line[0].isdigit() for line in lines)
    assert not any(re.search(r"[a-z][.?!] [A-Z]", line) for line in lines)
    assert "\n\n\n" not in read_aloud(outcome)


# The terminal


def test_an_emergency_is_unmistakable_without_colours(outcomes):
    for width in (40, 60, 100):
        shown = COLOURS.sub("", printed(outcomes["referral"], width=width, terminal=True))

        assert shown.startswith("╔═")
        assert "REFERRAL, NO EXERCISE: EMERGENCY" in shown.split("\n")[1]
    assert printed(outcomes["referral"]).startswith("== REFERRAL, NO EXERCISE: EMERGENCY ==\n")


def test_the_banner_of_an_emergency_is_red(outcomes):
    file = io.StringIO()
    paint(Console(file=file, width=60, force_terminal=True, color_system="standard"), outcomes["referral"])

    assert "\x1b[1;37;41m" in file.getvalue().split("\n")[0]


def test_a_pipe_has_neither_colours_nor_frames(outcome):
    shown = printed(outcome)

    assert "\x1b" not in shown
    assert not re.search("[─-╿]", shown)


def test_when_to_stop_stands_in_a_frame(outcomes):
    shown = printed(outcomes["routine"], terminal=True, width=60)
    told = sheet(outcomes["routine"])
    plain = COLOURS.sub("", shown)

    for role in ("stop", "seek_help"):
        assert re.search(rf"┏━ {re.escape(told.section(role).title)} ━*┓", plain)


# A notebook


@pytest.fixture(scope="module")
def figures():
    found = load_figures()
    if not found:
        pytest.skip("the figures are not drawn yet")
    return found


def test_the_built_in_pictures_fit_the_built_in_exercises(outcomes, figures):
    """Each exercise is shown by its own picture, in the light and the dark, with a name for those who cannot see it."""
    told = sheet(outcomes["routine"])

    page = to_html(told, figures)

    assert page.count("<svg") == len(told.steps)
    assert page.count(FIGURE_CSS) == 1
    labels = [name for names in re.findall(r'aria-labelledby="([^"]+)"', page) for name in names.split()]
    ids = re.findall(r' id="([^"]+)"', page)
    assert set(labels) <= set(ids)
    assert len(ids) == len(set(ids))


class Drawing:
    """A picture for one exercise."""

    def __init__(self, title):
        self.title = title

    def inline(self, prefix=""):
        return f'<svg role="img" aria-labelledby="{prefix}t"><title id="{prefix}t">{self.title}</title></svg>'


def test_a_picture_stands_with_its_exercise(outcomes):
    told = sheet(outcomes["routine"])
    pictures = {step.exercise: Drawing(step.name) for step in told.steps}

    page = to_html(told, pictures)

    ids = re.findall(r'<title id="([^"]+)">', page)
    assert len(ids) == len(set(ids)) == len(told.steps)
    assert page.count(FIGURE_CSS) == 1
    assert FIGURE_CSS not in to_html(told, {})


def test_a_picture_of_something_else_is_not_shown(outcomes):
    """A pack of one's own may use an id of the built-in pack for another exercise."""
    told = sheet(outcomes["routine"])

    assert "<svg" not in to_html(told, {step.exercise: Drawing("Something else") for step in told.steps})


def test_the_fragment_keeps_its_style_to_itself(outcome):
    style = re.search(r"<style>(.*?)</style>", to_html(sheet(outcome), {}), re.DOTALL).group(1)
    selectors = [one for rule in re.findall(r"([^{}]+)\{", style) for one in rule.strip().split(",")]

    assert selectors
    assert all(one.startswith(".psoas-sheet") for one in selectors)


def test_only_what_does_not_warn_is_folded_up(outcomes):
    page = to_html(sheet(outcomes["asked"]))
    folded = re.findall(r"<details><summary dir=\"auto\">(.*?)</summary>", page)

    assert folded
    assert set(folded) <= {"Left out, and why", "How to do it", "Known so far"}


@pytest.fixture(scope="module")
def browser():
    from web_person import BROWSER, browsing

    pytest.importorskip("playwright", reason="playwright is not installed")
    if BROWSER is None:
        pytest.skip("there is no Chromium on this machine")
    with browsing() as browser:
        yield browser


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("words", ["reviewed", "hostile"])
def test_a_notebook_shows_it_to_everybody(browser, outcomes, dark, words):
    """Readable on a phone, light and dark, and for a screen reader; nothing is loaded, nothing runs."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    shown = [hostile(one) if words == "hostile" else one for one in outcomes.values()]
    colours = "background:#111;color:#ddd" if dark else ""
    body = "\n".join(to_html(sheet(one)) for one in shown).replace("<details>", "<details open>")
    page = browser.new_page(viewport={"width": 320, "height": 700})
    asked, alerts = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.set_content(
        f'<!doctype html><html lang="en"><title>Notebook</title><body style="margin:0;{colours}">'
        f"<main><h1>Notebook</h1><h2>Cell</h2>{body}</main></body></html>"
    )

    found = axe.run(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.close()

    assert [one["id"] for one in found.response["violations"]] == []
    assert width <= 321  # marks above a letter may stand out by a hair
    assert (asked, alerts) == ([], [])


# The words that formats add


def test_numbers_in_a_row_are_a_range():
    assert CAPTIONS.numbers((1, 2, 3, 5, 7, 8)) == "1 to 3, 5, 7, 8"
    assert CAPTIONS.numbers(()) == ""


def test_captions_can_be_in_another_language(outcomes):
    german = Captions(week="Deine Woche", day="Tag {number}", exercise_of="Übung {number} von {count}")

    assert "| Deine Woche |" in to_markdown(outcomes["routine"], captions=german)
    assert "Übung 1 von 9." in read_aloud(outcomes["routine"], captions=german)
    assert "Tag 7" in to_html(sheet(outcomes["routine"]), captions=german)


def test_a_translation_that_would_lose_something_is_told():
    with pytest.raises(
        ValueError, match=r"'week' must have no braces.*'day' must have \{number\}, as in 'Day \{number\}'"
    ):
        Captions(week="{x}", day="Tag")


def test_a_routine_without_exercises_says_so(outcomes):
    empty = attrs.evolve(outcomes["routine"], steps=(), week=())
    assert isinstance(empty, Routine)

    assert printed(empty).startswith("== NO EXERCISES FOR NOW ==")
    assert "╔═" in printed(empty, terminal=True)
    for name, shows in FORMATS.items():
        assert list(missing(empty, shows(empty), name)) == []


# The command line


def run(*arguments, piped=None):
    from click.testing import CliRunner

    from psoas_rules.cli.app import app

    return CliRunner().invoke(app, [str(one) for one in arguments], input=piped)


def test_the_command_prints_the_sheet(outcomes):
    shown = run("recommend", INTAKES / "pregnant_24_weeks.yaml", "--how")

    assert shown.exit_code == 0, shown.output
    assert squeezed(shown.stdout) == squeezed(printed(outcomes["routine"]))


@pytest.mark.parametrize("command", [("recommend",), ("explain",), ("why", "chair_rise")], ids=" ".join)
def test_a_hostile_pack_controls_no_terminal(tmp_path, command):
    """Words of a pack reach the terminal as words, in the outcome and in its explanation.

    What controls a terminal or turns the order of reading around is refused when the pack is read; markup is not.
    """
    folder = shutil.copytree(SMALL, tmp_path / "pack")
    for file in (*folder.glob("exercises/*.yaml"), *folder.glob("*/*_*.yaml")):
        text = file.read_text(encoding="utf-8")
        bad = re.sub(r"(?m)^(title|name): (\w.*)$", r'\1: "[bold]\2[/]"', text)
        file.write_text(bad, encoding="utf-8")

    shown = run(command[0], "-", *command[1:], "--pack", folder, piped="screen: clear\nsigns: {stiffness: 4}\n")

    assert shown.exit_code == 0, shown.output
    assert "[bold]" in shown.stdout


@pytest.mark.parametrize("key", ["[bold]pain[/]", "[bold]\u202epain"])
def test_a_hostile_intake_controls_no_terminal(key):
    shown = run("recommend", "-", piped=f"signs: {{'{key}': 3}}")

    assert shown.exit_code == 1
    assert "1 problem in the intake" in shown.stdout
    assert "[bold]" in shown.stdout
    assert not re.search("[\x1b\x9b\u202e]", shown.stdout)


def test_a_notebook_shows_an_outcome_with_its_figures(outcomes):
    routine = next(one for one in outcomes.values() if isinstance(one, Routine))

    shown = routine._repr_html_()

    assert shown == to_html(sheet(routine), load_figures())
    assert shown.count("<svg") == len(routine.steps)
