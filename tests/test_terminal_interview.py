"""The interview in the terminal, driven as a person drives it: keys in, and a look at the window."""

import random
import re

import pytest

pytest.importorskip("rich", reason="rich is not installed")
pytest.importorskip("pexpect", reason="pexpect is not installed")
pytest.importorskip("pyte", reason="pyte is not installed")

from terminal import Terminal

SAID = {
    "Which of these things do you have": "u",
    "How old are you?": "40",
    "How many minutes": "20",
    "How hard may": "2",
}


@pytest.fixture
def terminal(tmp_path):
    """Opens windows that are high enough for every page, and closes them when the test is over."""
    opened = []

    def window(**settings):
        opened.append(Terminal(cwd=tmp_path, **{"lines": 60, **settings}))
        return opened[-1]

    yield window
    for one in opened:
        one.child.close(force=True)


def is_question(window):
    return "b back" in window.flat and "s stop" in window.flat


def no_to(window):
    """What somebody without complaints types here."""
    for question, answer in SAID.items():
        if question in window.flat:
            return answer
    if "n no" in window.flat:
        return "n"
    return "1" if re.search(r"\b1-\d", window.text) else "0"


def healthy(window, until=None, answers=None, most=150):
    """Answers like somebody without complaints, until something shows in the window or no question is left."""
    seen = 0
    while until is None or until not in window.flat:
        seen += 1
        assert seen < most, f"no end:\n{window.text}"
        assert fits(window)
        if "read on" in window.text and "Your routine" not in window.text:
            window.type("")
        elif not is_question(window):
            break
        else:
            said = [answer for question, answer in (answers or {}).items() if question in window.flat]
            window.type(said[0] if said else no_to(window))
    return window


def fits(window):
    """Whether no line was cut or broken by the edge of the window: two columns stay free."""
    return all(line[-2:].strip() == "" for line in window.screen.display)


def whole_page(window):
    """All windows of a long page as one text."""
    pages = [window.flat]
    while "read on" in window.text:
        pages.append(window.type("").flat)
    return " ".join(pages)


def to_first_question(window):
    return window.type("")


def test_the_welcome_says_what_it_is_and_what_it_is_not(terminal):
    window = terminal()

    assert "one at a time" in window.flat
    assert "It is not a diagnosis" in window.flat
    assert "Press Enter to start" in window.flat
    assert fits(window)


def test_a_healthy_person_comes_to_a_routine_with_the_summary_first(terminal):
    window = healthy(to_first_question(terminal(lines=24)))
    summary = whole_page(window)
    second, third, fourth = (whole_page(window.type("")) for _ in range(3))

    assert "Your routine" in summary
    assert "How sure:" in summary
    assert "1 Easy walking" in summary
    assert "x leave" in summary
    assert "How much pain is all right" in second
    assert "Stop at once and get help" in third
    assert "Warm-up, 1 of" in fourth
    assert "2 of" in whole_page(window.type("2"))
    assert "Pattern:" in whole_page(window.type("a"))


def test_the_routine_is_saved_on_request_and_never_over_another_file(terminal, tmp_path):
    window = healthy(to_first_question(terminal()))
    assert list(tmp_path.iterdir()) == []
    whole_page(window)
    whole_page(window.type("f", "n"))
    assert list(tmp_path.iterdir()) == []
    whole_page(window.type("f", ""))
    text = (tmp_path / "routine.txt").read_text(encoding="utf-8")
    assert text.startswith("Pattern:")

    (tmp_path / "routine.txt").write_text("mine", encoding="utf-8")
    window.type("f", "y")
    assert "already" in window.flat
    assert (tmp_path / "routine.txt").read_text(encoding="utf-8") == "mine"


def test_back_shows_the_answer_and_enter_keeps_it(terminal):
    window = healthy(to_first_question(terminal()), until="How old are you?").type("40")
    after = window.text
    window.type("b")
    assert "You said: 40 years. Enter keeps it." in window.flat
    window.type("")

    assert window.text == after


def test_back_at_the_start_stays_there(terminal):
    window = to_first_question(terminal())
    window.type("b")

    assert "This is the first question." in window.flat


def test_any_answer_can_be_changed_from_the_list(terminal):
    window = healthy(to_first_question(terminal()), until="How old are you?").type("40", "c")
    window.type(number_of(window, "Age 40 years"))
    assert "You said: 40 years" in window.flat
    window.type("50", "c")

    assert re.search(r"\d+ Age +50 years", window.text)


def test_the_reason_and_the_help_are_shown_on_request(terminal):
    window = to_first_question(terminal())
    question = window.text
    window.type("?")
    assert "Why I ask this" in window.flat
    window.type("")
    assert window.text == question
    window.type("h")
    assert "not sure" in window.flat
    window.type("")

    assert window.text == question


def test_nonsense_gets_a_kind_sentence_and_the_question_stays(terminal):
    window = to_first_question(terminal())
    for question, hint in (("Is any of this true?", "Please type y"), ("How old are you?", "Please type a number")):
        healthy(window, until=question)
        for typed in ("banana", "12345", "-1", "y n", "\N{SNOWMAN}", "[red]x[/red]", "%s {0}", "1e999", "nan", "0x10"):
            window.type(typed)
            assert hint in window.flat
            assert question in window.flat


def test_enter_alone_is_no_answer_to_a_safety_question(terminal):
    window = to_first_question(terminal())
    window.type("")

    assert "Please type an answer" in window.flat
    assert "Is any of this true?" in window.flat


def number_of(window, words):
    """The number of the entry of a list that holds these words."""
    for entry in re.split(r"\n(?=\s*\d+ )", window.text):
        if words in " ".join(entry.split()):
            return re.match(r"\s*(\d+) ", entry).group(1)
    raise AssertionError(f"{words!r} is not in a list of\n{window.text}")


def test_an_emergency_is_told_at_once_and_asks_nothing_more(terminal):
    window = healthy(to_first_question(terminal()), until="chest pain").type("y")
    assert is_question(window)
    window.type(number_of(window, "Chest pain or pressure"))

    assert "This can be an emergency." in window.flat
    assert "What to do" in window.flat
    assert "go on" not in window.flat
    assert not is_question(window)
    window.type("g")
    assert "This can be an emergency." in window.flat


def test_same_day_help_is_told_first_and_the_person_may_go_on(terminal):
    window = healthy(to_first_question(terminal()), answers={"lift your thigh with your hands": "1"})
    assert "see or call a doctor today" in window.flat
    assert "g go on with the questions" in window.flat
    window.type("g")
    assert is_question(window)

    # Long known and explained? No; so it stays, and there is nothing left that could change it.
    window.type("n")
    assert "see or call a doctor today" in window.flat
    assert "go on" not in window.flat


def test_who_changes_a_danger_at_the_end_gets_no_routine_and_changing_it_back_brings_the_same_one(terminal):
    window = healthy(to_first_question(terminal()))
    routine = window.text
    assert "Your routine" in routine
    window.type("c")
    window.type(number_of(window, "Safety: Nerves"))
    assert "You said: no" in window.flat
    window.type("y")
    window.type(number_of(window, "lost control of your bowels"))
    assert "This can be an emergency." in window.flat

    window.type("c")
    window.type(number_of(window, "Safety: Nerves"), "n")
    # A "no" to all of it does not wipe out the one danger that was named.
    assert "This can be an emergency." in window.flat
    window.type("c")
    window.type(number_of(window, "Numbness between the legs"), "n")
    assert window.text == routine


def test_not_sure_everywhere_is_no_routine_and_ends(terminal):
    window = to_first_question(terminal())
    seen = []
    while "Not there yet" not in window.flat:
        assert len(seen) < 300, window.text
        if "read on" not in window.text:
            seen.append(window.text)
        window.type("" if "read on" in window.text else "u")

    assert "an open question never counts as a no" in window.flat
    assert len(set(seen)) == len(seen)


def test_stopping_shows_what_is_known_and_going_on_comes_back(terminal):
    window = to_first_question(terminal()).type("n")
    question = window.text
    window.type("s")
    assert "Not there yet" in window.flat
    window.type("g")
    assert window.text == question


def test_who_stops_before_all_is_asked_is_told_that_it_can_change(terminal):
    window = healthy(to_first_question(terminal()), until="For how many weeks").type("s")

    assert "You stopped early." in window.flat


@pytest.mark.parametrize(("letter", "status"), [("c", 130), ("d", 0)])
@pytest.mark.parametrize("place", ["welcome", "question", "end"])
def test_ctrl_c_and_ctrl_d_leave_politely(terminal, letter, status, place):
    window = terminal()
    if place != "welcome":
        to_first_question(window)
    if place == "end":
        window.type("s")
    window.press(letter)

    assert window.child.exitstatus == status
    assert "Take care." in window.text or "Take care." in window.raw.decode()
    assert "Traceback" not in window.raw.decode()


def test_without_colour_nothing_is_coloured_and_all_is_there(terminal):
    plain, coloured = to_first_question(terminal(NO_COLOR="1")), to_first_question(terminal())
    colour = re.compile(rb"\x1b\[(?:[0-9]+;)*(?:3[0-7]|38;|4[0-7]|48;)")

    assert colour.search(coloured.raw)
    assert not colour.search(plain.raw)
    assert plain.text == coloured.text


def test_a_terminal_that_knows_nothing_gets_plain_text(terminal):
    window = to_first_question(terminal(TERM="dumb"))

    assert b"\x1b" not in window.raw
    assert "Is any of this true?" in window.flat


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (40, 24), (32, 12), (120, 50), (60, 8)])
def test_nothing_is_wider_or_longer_than_the_window(terminal, columns, lines):
    window = terminal(columns=columns, lines=lines)
    for _ in range(8):
        assert fits(window)
        # What was cut off at the top would have scrolled the first line of the page away.
        assert window.screen.cursor.y < lines
        assert window.raw.rpartition(b"\x1b[2J")[2].count(b"\n") < lines
        window.type("" if "read on" in window.text or "Press Enter" in window.text else "n")


def test_random_typing_never_breaks_it(terminal):
    window = to_first_question(terminal())
    chance = random.Random(7)
    keys = ["y", "n", "u", "b", "c", "?", "h", "g", "", "1", "2", "1 2", "7", "l", "r", "40", "x y", "k", "f n"]
    for _ in range(60):
        window.type(chance.choice(keys))
        assert not window.has_ended
        assert fits(window)
        assert "Traceback" not in window.text
