"""What the tests of the formats share: outcomes of each kind, hostile words, and what a reader sees of each format."""

import itertools
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import attrs

from psoas_rules import Intake, read_intake
from psoas_rules.trace import Trace

INTAKES = Path(__file__).resolve().parents[1] / "examples" / "intakes"
PEOPLE = {
    "routine": lambda: read_intake(INTAKES / "pregnant_24_weeks.yaml"),
    "asked": lambda: read_intake(INTAKES / "asks_for_tennis_ball.yaml"),
    "referral": lambda: read_intake(INTAKES / "blood_thinner_groin_pain.yaml"),
    "screening": lambda: Intake.from_dict({"signs": {"pain_now": 3}}),
}

HOSTILE = (
    "<script>alert(1)</script>",
    "</section></style><img src=x onerror=alert(1)>",
    "<!-- a comment",
    "&lt;b&gt; &amp; &#60;",
    "# A heading",
    "1. a list",
    "2) a list",
    "- a list",
    "+ a list",
    "* a list",
    "===",
    "---",
    "***",
    "> a quotation",
    "    code",
    "```\ncode\n```",
    "`code`",
    "**bold** and __bold__ and ~~struck~~",
    "| a | table |\n| --- | --- |",
    "[a link](javascript:alert(1))",
    "![a picture](https://example.org/x.png)",
    "[reference]: https://example.org",
    "https://example.org and www.example.org and a@example.org",
    "<https://example.org>",
    "a backslash at the end\\",
    "two spaces  \nand a new line",
    "one\r\n\r\ntwo\u2028three\u2029four\x0bfive\x0csix\x85seven",
    "BEGIN:VEVENT\r\nSUMMARY:added\r\nEND:VEVENT",
    "a;b,c:d\\n\\;",
    "[bold red]markup[/] [link=https://example.org]x[/link] :bomb:",
    "\x1b[31mred\x1b[0m \x1b]8;;https://example.org\x07link\x1b]8;;\x07 \x9b2J",
    "\x00\x08\x7f bell \a",
    "half \ud83d of a pair, and the other \udc4d",
    "\u202edesrever\u202c and \u2066isolated\u2069",
    "תרגיל חימום עדין ואחריו מנוחה",
    "تمرين خفيف ثم راحة",
    "👩🏽‍🦽‍➡️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️",
    "W" * 300,
    "長" * 200,
    "{braces} {0} %s $x",
    "$x^2$ and {{ template }} and {% tag %}",
    "Z̸̢͖̓a̷͓͝l̶̙̂g̶͕̈́o̶͇͌",
    "\ufeffmark \ufffe \uffff",
)

_NOT_SAID = frozenset(
    {
        *("exercise", "phase", "slot", "kind", "confidence", "left", "right", "tight", "weak", "rules", "sources"),
        *(
            "fact",
            "section",
            "key",
            "answer",
            "urgency",
            "triage",
            "group",
            "first_side",
            "instead_ids",
            "unit",
            "facts",
        ),
        *("id", "trace", "dose", "value", "side"),
    }
)
"""Fields that hold names for programs."""


def hostile(outcome, texts=HOSTILE):
    """The outcome with one of these texts in place of everything that is said in it; each is used in turn."""
    words = itertools.cycle(texts)
    return _changed(outcome, lambda _: next(words))


def _changed(value, change):
    match value:
        case str():
            return change(value)
        case tuple():
            return tuple(_changed(one, change) for one in value)
        case Trace():
            return value
        case Mapping():
            return {key: change(one) for key, one in value.items()}
        case _ if attrs.has(type(value)):
            fields = [field.name for field in attrs.fields(type(value)) if field.name not in _NOT_SAID]
            return attrs.evolve(value, **{name: _changed(getattr(value, name), change) for name in fields})
        case _:
            return value


class Outcomes(dict):
    """Outcomes by name, too long to be printed when a test fails."""

    def __repr__(self):
        return f"outcomes: {', '.join(self)}"


class Shown(HTMLParser):
    """What a reader sees of HTML, and the tags with their attributes that make it."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self._unseen = [], [], False
        self.feed(html)
        self.close()

    @property
    def text(self):
        return "".join(self.texts)

    def handle_starttag(self, tag, attributes):
        self._unseen = tag == "style"
        self.tags.append((tag, tuple(sorted(attributes))))

    def handle_endtag(self, tag):
        self._unseen = False

    def handle_data(self, data):
        if not self._unseen:
            self.texts.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data):
        raise AssertionError(f"a declaration: {data}")


def without_digest(text):
    """The text without what differs between machines and versions of the pack."""
    # In a calendar file, commas have a backslash before them.
    text = re.sub(r"\([0-9a-f]{12}\)(\\?), decided by [\w-]+\.", r"(DIGEST)\1, decided by ENGINE.", text)
    return re.sub(r"(?:[0-9a-f] ){11}[0-9a-f], decided by [\w-]+\.", "D I G E S T, decided by ENGINE.", text)
