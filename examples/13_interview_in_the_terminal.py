"""An interview in the terminal: one question at a time, and the routine at the end.

    python examples/13_interview_in_the_terminal.py

It needs the extra `cli`: python -m pip install 'psoas-rules[cli]'

Every answer is typed and ends with Enter, because a key that is pressed by mistake must not answer a safety question.
So it also works over a slow line, with a screen reader and without colour. Nothing is stored unless you ask for a file.
"""

import re
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
from rich.columns import Columns
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from psoas_rules import Referral, Routine, Screening, Step, explain
from psoas_rules.errors import IntakeError
from psoas_rules.interviewing import Interview, Prompt
from psoas_rules.outcomes import ENGLISH, Outcome
from psoas_rules.pack import LEVELS, PHASES

PARTS = {
    "safety": "Your safety",
    "person": "About you",
    "signs": "What you notice",
    "tests": "Small tests",
    "wishes": "Your wishes",
    "done": "Done",
}
WELCOME = (
    "A few questions, one at a time. At the end you get a routine that fits you, or the advice to see someone first. "
    "The first questions are about your safety."
)
HOW_IT_WORKS = (
    "Type your answer, then press Enter. You can go back, change an answer or stop at any time. "
    "Nothing is stored unless you ask for a file."
)
WIDEST = 88  # longer lines are hard to read
NOT_SURE = "not_sure"


class LeaveError(Exception):
    """The person leaves."""


MARKED = "m"
"""Stands for everything that is marked, and can be typed beside numbers."""


class UnreadableError(ValueError):
    """What was typed is no answer to this question. The message says what would be one."""


# What a person types, read as an answer.


def read(prompt: Prompt, typed: str) -> object:
    """The answer that was typed.

    Raises:
        UnreadableError: saying what can be typed instead.
    """
    if typed in ("u", "unsure", "not sure", "i don't know", "don't know"):
        return NOT_SURE
    match prompt.answer:
        case "yes_no":
            return _yes_no(prompt, typed)
        case "group":
            return _members(prompt, typed)
        case "choice":
            return _sided(prompt, typed, lambda one: _one_of(list(prompt.options), one))
        case "many":
            words = [] if typed in ("n", "no", "none") else _words(typed)
            usual = prompt.usual if MARKED in words else ()
            return [*usual, *(_one_of(list(prompt.options), one) for one in words if one != MARKED)]
        case "names":
            return [] if typed in ("n", "no", "none") else [_named(prompt, one) for one in typed.split(",")]
        case _:
            return _sided(prompt, typed, lambda one: _number(prompt, one))


def _yes_no(prompt: Prompt, typed: str) -> object:
    sides = {"l": "left", "left": "left", "r": "right", "right": "right"}
    if typed in ("y", "yes", "n", "no"):
        return typed.startswith("y")
    if prompt.sided and typed in sides:
        return {side: side == sides[typed] for side in ("left", "right")}
    raise UnreadableError("Please type y, l, r or n." if prompt.sided else "Please type y for yes or n for no.")


def _sided(prompt: Prompt, typed: str, one: Callable[[str], object]) -> object:
    words = _words(typed)
    if prompt.sided and len(words) == 2:
        return {"left": one(words[0]), "right": one(words[1])}
    if len(words) != 1:
        raise UnreadableError(
            "Please type one number, or two: left, then right." if prompt.sided else _one_number(prompt)
        )
    return one(words[0])


def _one_number(prompt: Prompt) -> str:
    return "Please type one number from the list." if prompt.options else f"Please type {_span(prompt)}."


def _number(prompt: Prompt, word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise UnreadableError(_one_number(prompt)) from None
    low, high = prompt.minimum, prompt.maximum
    if not ((low is None or number >= low) and (high is None or number <= high)):
        raise UnreadableError(_one_number(prompt))
    return int(number) if number == int(number) else number


def _one_of(keys: Sequence[str], word: str) -> str:
    if word.isdecimal() and 1 <= int(word) <= len(keys):
        return keys[int(word) - 1]
    raise UnreadableError(f"Please type a number from 1 to {len(keys)}.")


def _members(prompt: Prompt, typed: str) -> object:
    """The members that apply; `2l` is number 2 on the left side alone."""
    if typed in ("n", "no", "none"):
        return False
    answers: dict[str, object] = {member.id: False for member in prompt.members}
    for word in _words(typed):
        side = {"l": "left", "r": "right"}.get(word[-1])
        key = _one_of(list(answers), word[:-1] if side else word)
        sided = next(member for member in prompt.members if member.id == key).sided
        answers[key] = {"left": side == "left", "right": side == "right"} if side and sided else True
    return answers


def _named(prompt: Prompt, word: str) -> str:
    """The one entry whose name holds what was typed."""
    word = word.strip()
    found = [text for text in prompt.options.values() if word and word in text.lower()]
    exact = [text for text in found if text.lower() == word]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise UnreadableError(f'Nothing here is called "{word}". Try one word of its name, or n for none.')
    raise UnreadableError(f'Which one is "{word}"? {"; ".join(found[:6])}.')


def _words(typed: str) -> list[str]:
    words = typed.replace(",", " ").split()
    return words or [""]


def _span(prompt: Prompt) -> str:
    unit = f" ({prompt.unit})" if prompt.unit else ""
    match prompt.minimum, prompt.maximum:
        case None, None:
            return f"a number{unit}"
        case low, None:
            return f"a number from {low:g}{unit}"
        case None, high:
            return f"a number up to {high:g}{unit}"
        case low, high:
            return f"a number from {low:g} to {high:g}{unit}"


# An answer and a question, in words.


def in_words(prompt: Prompt, answer: object) -> str:
    """The answer as the person would say it."""
    match answer:
        case "not_sure" | None:
            return "not sure"
        case bool():
            return "yes" if answer else "no"
        case Mapping() if set(answer) <= {"left", "right"}:
            return ", ".join(f"{side}: {in_words(prompt, value)}" for side, value in answer.items())
        case Mapping():
            names = {member.id: member.label for member in prompt.members}
            some = {names.get(key, key): value for key, value in answer.items() if value is not False}
            return "; ".join(f"{name} ({in_words(prompt, value)})" for name, value in some.items()) or "none of these"
        case list() | tuple():
            return "; ".join(prompt.options.get(key, key) for key in answer) or "none of these"
        case _:
            text = prompt.options.get(str(answer), str(answer))
            return f"{text} {prompt.unit}" if prompt.unit and len(prompt.unit) < 12 else text


def earlier_answer(interview: Interview, prompt: Prompt) -> object:
    """What was answered to a question; a group stands among the answers as its questions."""
    if prompt.answer == "group":
        return {one.id: interview.answers[one.id] for one in prompt.members if one.id in interview.answers} or None
    return interview.answers.get(prompt.id)


def sentences(text: str) -> tuple[str, list[str], str]:
    """A long question of the kind "Is any of this true? This. That. Answer no only if ..." as start, list and end."""
    parts = re.split(r"(?<=[.?!]) (?=[A-Z])", text)
    if len(parts) < 5 or not parts[0].endswith("?"):
        return (parts[0], [], " ".join(parts[1:])) if parts[0].endswith("?") else (text, [], "")
    end = parts.pop() if parts[-1].startswith("Answer ") else ""
    items: list[str] = []
    for part in parts[1:]:
        if items and part.startswith(("For example", "Or ", "This ")):
            items[-1] += f" {part}"
        else:
            items.append(part)
    return parts[0], items, end


def bullets(items: Iterable[str], mark: str = "-") -> Table:
    """A list whose long lines hang under their text."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="cyan")
    table.add_column(ratio=1)
    for number, item in enumerate(items, 1):
        table.add_row(mark or f"{number}", Text(item))
    return table


@attrs.frozen
class Keys:
    """The keys that can be typed, each with what it does; a pair is never torn apart at the end of a line."""

    pairs: Mapping[str, str]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Text]:
        line = Text()
        for key, does in self.pairs.items():
            pair = Text.assemble((key, "bold cyan"), f" {does}")
            if line and len(line) + len(pair) + 3 > options.max_width:
                yield line
                line = Text()
            line.append("   " if line else "").append_text(pair)
        yield line


@attrs.frozen
class Bar:
    """How much is done; it can be read without colour, too."""

    name: str
    share: float

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Text]:
        width = max(0, options.max_width - len(self.name) - 1)
        done = round(width * self.share)
        heavy, light = (
            ("=", "-")
            if options.ascii_only
            else ("\N{BOX DRAWINGS HEAVY HORIZONTAL}", "\N{BOX DRAWINGS LIGHT HORIZONTAL}")
        )
        yield Text.assemble(
            (f"{self.name} ", "bold cyan"), (heavy * done, "cyan"), (light * (width - done), "bright_black")
        )


def how_to_answer(prompt: Prompt) -> tuple[list[RenderableType], dict[str, str]]:
    """What can be typed for this kind of question: what to choose from, and the keys."""
    unsure = {"u": "not sure"}
    match prompt.answer:
        case "yes_no":
            yes = {"y": "yes, both sides", "l": "only left", "r": "only right"} if prompt.sided else {"y": "yes"}
            return [], yes | {"n": "no"} | unsure
        case "choice":
            return [bullets(prompt.options.values(), mark="")], {f"1-{len(prompt.options)}": "which fits best"} | unsure
        case "many":
            marked = {MARKED: "those marked *, which most people have"} if prompt.usual else {}
            names = [f"{name} *" if key in prompt.usual else name for key, name in prompt.options.items()]
            return [_listed(names)], {"1 2": "all that fit"} | marked | {"n": "none"} | unsure
        case "group":
            names = [member.text for member in prompt.members]
            several = {"1 2" if len(names) > 1 else "1": "all that fit"}
            sided = [number for number, member in enumerate(prompt.members, 1) if member.sided]
            one_side = {f"{sided[0]}l": f"number {sided[0]}, only left"} if sided else {}
            return [bullets(names, mark="")], several | one_side | {"n": "none of these"} | unsure
        case "names":
            return [Text("Type its name or a part of it.")], {"n": "none"} | unsure
        case _:
            two = [Text("One number for both sides, or two: left, then right.")] if prompt.sided else []
            return [Text(f"Type {_span(prompt)}."), *two], unsure


def _listed(names: list[str]) -> RenderableType:
    numbered = [Text(f"{number:>2} {name}") for number, name in enumerate(names, 1)]
    return Columns(numbered, equal=True, column_first=True) if len(names) > 8 else Group(*numbered)


ALWAYS = {"?": "why", "b": "back", "c": "change", "s": "stop", "h": "help"}
WORDS = {"back": "b", "change": "c", "stop": "s", "quit": "s", "exit": "s", "q": "s", "help": "h", "why": "?"}


class Paper:
    """The window: shows a page that fits into it, and takes what is typed below."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)

    def ask(
        self, head: RenderableType, *page: RenderableType, foot: RenderableType, known: Collection[str] = ()
    ) -> str:
        """Shows a page, in as many windows as it needs, and returns what was typed under it, in small letters.

        Args:
            head: What stands on top of every window.
            page: What to show.
            foot: What stands under the last window.
            known: What may be typed before the last window; everything else reads on.
        """
        # Asked for each page, because a window can change its size. Two columns stay free: no terminal wraps by itself.
        columns, height = shutil.get_terminal_size() if self.console.is_terminal else (80, 24)
        self.console.width = max(20, min(WIDEST, columns - 2))
        top, lines, last = self._lines([head]), self._lines(page), self._lines([foot])
        room = max(1, height - len(top) - 2)
        windows = -(-(len(lines) + len(last)) // room) if self.console.is_terminal else 1
        share = -(-(len(lines) + len(last)) // windows)
        for left in range(windows - 1, 0, -1):
            typed = self._window([*top, *lines[:share]], f"Enter: read on ({left} more) > ")
            if typed in known:
                return typed
            lines = lines[share:]
        return self._window([*top, *lines, *last], "> ")

    def _lines(self, parts: Iterable[RenderableType]) -> list[str]:
        with self.console.capture() as captured:
            for part in parts:
                self.console.print(part)
        return captured.get().splitlines()

    def _window(self, lines: list[str], sign: str) -> str:
        self.console.clear()
        print("\n".join(lines))
        typed = " ".join(input(sign).split()).lower()
        return WORDS.get(typed, typed)


class Conversation:
    """One person's way through the interview."""

    def __init__(self, interview: Interview) -> None:
        self.interview = interview
        self.paper = Paper()
        self.asked: list[str] = []  # in the order in which they were answered, for going back
        self.place: str | None = None  # the earlier question that the person went back to
        self.notice = ""
        self.told: frozenset[str] = frozenset()  # the dangers that were told when the person chose to go on
        self.stopped = False

    def run(self) -> None:
        """From the welcome to the end; returns when the person leaves."""
        self.welcome()
        while True:
            outcome = self.interview.outcome()
            prompt = self.prompt()
            if prompt is None or self.stopped or self.is_danger(outcome):
                self.end(outcome, more=prompt is not None)
            else:
                self.question(prompt)

    def welcome(self) -> None:
        """What this is, and what it is not."""
        outcome = self.interview.outcome()
        self.paper.ask(
            Rule(Text("Your hips and lower back", style="bold"), style="cyan"),
            Text(f"\n{WELCOME}\n"),
            Text(f"{outcome.intended_use}\n", style="italic"),
            Text(f"{HOW_IT_WORKS}\n"),
            foot=Text("Press Enter to start."),
        )

    def prompt(self) -> Prompt | None:
        """The question to show: the one that the person went back to, else the most useful next one."""
        if self.place is not None:
            return self.interview.prompt(self.place)
        return next(iter(self.interview.next_questions()), None)

    def is_danger(self, outcome: Outcome) -> bool:
        """Whether there is a danger to tell before anything else."""
        if not isinstance(outcome, Referral) or self.place is not None:
            return False
        return outcome.urgency == "emergency" or (outcome.urgency == "same_day" and not dangers(outcome) <= self.told)

    # Questions

    def question(self, prompt: Prompt) -> None:
        """Shows one question and does what the person types."""
        if prompt.self_test is not None and self.place is None and not self.notice and not self.does_test(prompt):
            return
        start, items, end = sentences(prompt.text)
        page: list[RenderableType] = [Text(self.notice, style="yellow"), Text(start, style="bold")]
        page += [Padding(bullets(items), (0, 0, 0, 1))] if items else []
        page += [Text(end)] if end else []
        earlier = earlier_answer(self.interview, prompt)
        if earlier is not None:
            said = in_words(prompt, earlier)
            page.append(Text(f"You said: {said}. Enter keeps it.", style="italic"))
        self.notice = ""
        how, choice = how_to_answer(prompt)
        how = [*how, Text()] if how else []
        self.react(prompt, self.paper.ask(self.head(), *page, Text(), *how, foot=Keys(choice | ALWAYS), known=ALWAYS))

    def head(self) -> RenderableType:
        """Which part of the interview this is, and how much of it is done."""
        progress = self.interview.progress()
        return Bar(PARTS[progress.part], progress.share)

    def react(self, prompt: Prompt, typed: str) -> None:
        """Does what was typed under a question."""
        commands: dict[str, Callable[[], object]] = {
            "?": lambda: self.why(prompt),
            "b": self.back,
            "c": self.change,
            "s": self.stop,
            "h": self.help,
        }
        if typed in commands:
            commands[typed]()
        elif not typed and earlier_answer(self.interview, prompt) is not None:
            self.place = None
        elif not typed:
            self.notice = "Please type an answer, or u if you are not sure."
        else:
            self.answer(prompt, typed)

    def answer(self, prompt: Prompt, typed: str) -> None:
        """Takes what was typed as the answer, or says what is wrong with it."""
        try:
            self.interview = self.interview.answer(prompt.id, read(prompt, typed))
        except UnreadableError as error:
            self.notice = str(error)
        except IntakeError as error:
            self.notice = "That does not fit: " + "; ".join(problem.message for problem in error.problems) + "."
        else:
            self.place = None
            self.asked += [] if prompt.id in self.asked else [prompt.id]

    def does_test(self, prompt: Prompt) -> bool:
        """Shows how a self-test is done, and whether the person wants to do it."""
        guide = prompt.self_test
        assert guide is not None
        page: list[RenderableType] = [Text("\nA small test that you can do now", style="bold")]
        if guide.do_not_if:
            page += [Text("\nSkip it if one of these is true:", style="bold"), bullets(guide.do_not_if)]
        if guide.equipment:
            page += [Text("\nYou need", style="bold"), bullets(guide.equipment)]
        page += [Text("\nHow to do it", style="bold"), bullets(guide.steps, mark=""), Text()]
        offer = {"Enter": "I have done it", "k": "skip it"}
        typed = self.paper.ask(self.head(), *page, foot=Keys(offer | ALWAYS), known=ALWAYS)
        if typed in ("k", "skip", "u", "n", "no"):
            self.answer(prompt, "u")
        elif typed in ALWAYS:
            self.react(prompt, typed)
        return typed in ("", "y", "yes")

    def why(self, prompt: Prompt) -> None:
        """Shows why a question is asked."""
        self.paper.ask(
            self.head(), Text("\nWhy I ask this", style="bold"), Text(f"{prompt.why}\n"), foot="Enter: back to it"
        )

    def back(self) -> None:
        """To the question before this one."""
        before = self.asked
        if self.place in before:
            before = before[: before.index(self.place)]
        if before:
            self.place = before[-1]
        else:
            self.notice = "This is the first question."

    def change(self) -> None:
        """Lets the person pick any earlier answer."""
        given = list(self.interview.answers.items())
        if not given:
            self.notice = "There is no answer to change yet."
            return
        table = Table.grid(padding=(0, 1))
        table.add_column(justify="right", style="cyan")
        table.add_column(ratio=1)
        for number, (key, answer) in enumerate(given, 1):
            prompt = self.interview.prompt(key)
            name = f"Safety: {prompt.label}" if prompt.section == "screen" else prompt.label
            text = Text(name).append(f"  {in_words(prompt, answer)}", style="bold")
            table.add_row(str(number), text)
        head = Text("Your answers so far", style="bold")
        numbers = [str(number) for number in range(1, len(given) + 1)]
        typed = self.paper.ask(head, Text(), table, Text(), foot="Number to change, or Enter", known=numbers)
        if typed in numbers:
            self.place, self.stopped = given[int(typed) - 1][0], False
        elif typed:
            self.notice = f"That is no number from 1 to {len(given)}, so nothing was changed."

    def stop(self) -> None:
        """Ends the questions for now and shows what is known."""
        self.stopped, self.place = True, None

    def help(self) -> None:
        """Shows what can be typed."""
        lines = [
            "y yes, n no, u not sure. Not sure is a good answer when you do not know.",
            "A list: type its number. If several fit, type them all, such as 1 2.",
            "Left and right: l or r. For numbers, one for both sides or two: left, then right.",
            "? tells why the question is asked. b goes one question back.",
            "c shows all your answers, and you can change any of them.",
            "s stops and shows what is known so far. Ctrl-C leaves.",
        ]
        self.paper.ask(Text("Help\n", style="bold"), bullets(lines), Text(), foot="Enter: back to it")

    # The end

    def end(self, outcome: Outcome, *, more: bool) -> None:
        """Shows the outcome and does what the person wants with it."""
        choices: dict[str, str] = {}
        pages = pages_of(outcome)
        if len(pages) > 1:
            choices["Enter"] = "next page"
        if isinstance(outcome, Routine) and outcome.steps:
            choices[f"1-{len(outcome.steps)}" if len(outcome.steps) > 1 else "1"] = "one exercise"
        if more and not (isinstance(outcome, Referral) and outcome.urgency == "emergency"):
            choices["g"] = "go on with the questions"
        choices |= {"a": "all of it", "w": "why", "f": "save as a file", "b": "back", "c": "change", "x": "leave"}
        number = 0
        if more and isinstance(outcome, Routine):
            self.notice = f"You stopped early. {could_still(self.interview)}"
        while True:
            note, self.notice = self.notice, ""
            head = Text(note, style="yellow")
            typed = self.paper.ask(head, *pages[number], Text(), foot=Keys(choices), known=choices)
            if typed == "" and "Enter" in choices:
                number = (number + 1) % len(pages)
            elif typed.isdecimal() and isinstance(outcome, Routine) and 1 <= int(typed) <= len(outcome.steps):
                number = len(pages) - len(outcome.steps) + int(typed) - 1
            elif self.acts(outcome, typed, more="g" in choices):
                return

    def acts(self, outcome: Outcome, typed: str, *, more: bool) -> bool:
        """Does what was typed under the outcome; whether there is something else to show than the outcome."""
        match typed:
            case "a":
                self.leaf("The whole text", str(outcome))
            case "w" | "?":
                self.leaf("Why it is so", explain(outcome))
            case "f":
                self.save(outcome)
            case "x" | "s":
                raise LeaveError
            case "g" if more:
                self.stopped = False
                self.told |= dangers(outcome)
                return True
            case "b" | "c":
                (self.back if typed == "b" else self.change)()
                self.stopped = self.stopped and self.place is None
                return self.place is not None
            case _:
                self.notice = "Please type one of the keys below." if typed else ""
        return False

    def leaf(self, name: str, text: str) -> None:
        """Shows a long text window by window, until the person has had enough."""
        self.paper.ask(Text(f"{name} (x: enough)", style="bold"), Text(text), foot="Enter: back", known=("x",))

    def save(self, outcome: Outcome) -> None:
        """Writes the whole text into a file, if the person agrees."""
        name = f"{outcome.kind}.txt"
        typed = self.paper.ask(Text(f"Save the whole text as {name} in this folder?\n"), foot="Enter: yes   n: no")
        if typed not in ("", "y", "yes"):
            return
        try:
            # A file that is there already stays as it is.
            with Path(name).open("x", encoding="utf-8") as file:
                file.write(f"{outcome}\n")
        except FileExistsError:
            self.notice = f"There is a file {name} already. It was not changed."
        except OSError as error:
            self.notice = f"The file could not be written: {error.strerror}."
        else:
            self.notice = f"Saved as {name}."


def dangers(outcome: Outcome) -> frozenset[str]:
    """What a referral is about, in words."""
    return frozenset(reason.text for reason in outcome.reasons) if isinstance(outcome, Referral) else frozenset()


def could_still(interview: Interview) -> str:
    """What the questions that are still open could bring."""
    worse = interview.possible().levels.possible & {"before_exercising", "same_day", "emergency"}
    return f"The open questions could show that you should {'see someone first' if worse else 'do something else'}."


def shortened(text: str) -> str:
    """The start of a question, for lists."""
    start, items, _ = sentences(text)
    text = " ".join([items[0].rstrip("."), "..."]) if items else start
    return text if len(text) <= 60 else f"{text[:57].rstrip()}..."


# The outcome, page by page: the summary first.


def pages_of(outcome: Outcome) -> list[list[RenderableType]]:
    match outcome:
        case Routine():
            return [summary(outcome), *to_know(outcome), *(exercise(outcome, step) for step in outcome.steps)]
        case Referral():
            return [referral(outcome)]
        case Screening():
            return [screening(outcome)]


def title(text: str, style: str = "bold") -> Text:
    return Text(text, style=style)


def summary(routine: Routine) -> list[RenderableType]:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="cyan")
    table.add_column(style="cyan", justify="right")
    table.add_column(ratio=1)
    table.add_column()
    number = 0
    for phase in PHASES:
        for place, step in enumerate(routine.phase(phase)):
            number += 1
            table.add_row("" if place else ENGLISH.sections[phase], str(number), Text(step.name), Text(amount(step)))
    about = f"About {max(1, round(routine.seconds / 60))} minutes. " if routine.steps else ""
    return [
        Rule(title("Your routine"), style="cyan"),
        Text(f"{routine.profile.text} How sure: {routine.profile.confidence}. {routine.not_a_diagnosis}\n"),
        table,
        Text(f"{about}{' '.join(routine.schedule[:1])}"),
    ]


def amount(step: Step) -> str:
    """How much of it to start with, in a few words; the page of the exercise has the rest."""
    text = re.split("[,;]", str(step.dose))[0]
    return f"{text}, each side" if step.dose.per_side else text


def to_know(routine: Routine) -> list[list[RenderableType]]:
    """What to read before starting: what is special for this person, then when to stop."""
    notes = [note.text for note in routine.notes]
    asked = [f"{request.name}: {request.answer}" for request in routine.requests]
    first = _sections(
        {"What you should know": notes, "What you asked for": asked, "How much pain is all right": routine.pain_rules}
    )
    second = _sections(
        {"Stop at once and get help": routine.stop_rules, "When to do it": [*routine.schedule, routine.next_check]}
    )
    return [first, second]


def _sections(sections: Mapping[str, Sequence[str]]) -> list[RenderableType]:
    page: list[RenderableType] = []
    for name, lines in sections.items():
        if lines:
            page += [*([Text()] if page else []), title(name), bullets(lines)]
    return page


def exercise(routine: Routine, step: Step) -> list[RenderableType]:
    number = routine.steps.index(step) + 1
    feel = f"{step.dose.feel[:1].upper()}{step.dose.feel[1:]}. " if step.dose.feel else ""
    page: list[RenderableType] = [
        Text(f"{ENGLISH.sections[step.phase]}, {number} of {len(routine.steps)}", style="cyan"),
        title(step.name),
        Text(f"{step.dose}. {feel}On {step.dose.days}."),
        Text(f"{step.why}\n", style="italic"),
        bullets(step.how, mark=""),
    ]
    mind = [*step.cautions, *(f"Stop this one for: {sign}." for sign in ["; ".join(step.stop_signs)] if sign)]
    if mind:
        page += [Text(), title("Mind"), bullets(mind)]
    return page


def referral(outcome: Referral) -> list[RenderableType]:
    urgent = outcome.urgency in ("emergency", "same_day")
    reasons = [reason.text for reason in outcome.reasons]
    return [
        Rule(
            title("Please get help first" if urgent else "Please ask someone first"), style="red" if urgent else "cyan"
        ),
        Text(outcome.headline, style="bold"),
        Text(),
        *_sections({"What to do": outcome.actions, "Why": reasons, "Until then": outcome.meanwhile}),
    ]


def screening(outcome: Screening) -> list[RenderableType]:
    grouped = {fact for group in outcome.groups for fact in group.facts}
    asks = [(group.urgency, group.ask) for group in outcome.groups]
    asks += [(one.urgency, one.ask) for one in outcome.questions if one.fact not in grouped]
    most = max((level for level, _ in asks), key=LEVELS.index)
    urgent = [shortened(ask) for level, ask in asks if level == most]
    shown = [*urgent[:4], *([f"and {len(urgent) - 4} more"] if len(urgent) > 4 else [])]
    reasons = [reason.text for reason in outcome.reasons]
    return [
        Rule(title("Not there yet"), style="cyan"),
        Text(outcome.message),
        Text(f"Open safety questions: {len(asks)}.\n"),
        *_sections({outcome.if_unsure.get(most, "Still open"): shown, "Known so far": reasons}),
    ]


def main() -> None:
    # What a window cannot show is shown as a question mark instead of ending the interview.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        Conversation(Interview.start()).run()
    except (LeaveError, EOFError):
        print("\nTake care.")
    except KeyboardInterrupt:
        print("\nYou left. Take care.")
        sys.exit(130)


if __name__ == "__main__":
    main()
