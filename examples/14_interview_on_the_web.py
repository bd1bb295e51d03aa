"""An interview on the web: the same questions as plain forms that work without scripts.

    python examples/14_interview_on_the_web.py

Then open http://127.0.0.1:8000; another port can be given. It needs the extra `web`: python -m pip install 'psoas-rules[web]'

What a person answers stays in the memory of this process, under a random name in a cookie that scripts cannot read. It
is forgotten after two quiet hours, when the person starts again, and when the process ends. No answer and no name of a
question stands in an address or in a log. Put HTTPS in front of it, and `secure=True` on the cookie, before you use it
for anybody but yourself.
"""

# ruff: noqa: E501 - the templates are easier to read with each element on one line.

import math
import re
import secrets
import sys
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import attrs
import jinja2
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from psoas_rules import Referral, explain
from psoas_rules.errors import IntakeError
from psoas_rules.interviewing import Interview, Prompt
from psoas_rules.outcomes import ENGLISH, Outcome
from psoas_rules.pack import PHASES, SIDES
from psoas_rules.recommender import builtin

PARTS = {
    "safety": "Your safety",
    "person": "About you",
    "signs": "What you notice",
    "tests": "Small tests",
    "wishes": "Your wishes",
    "done": "Done",
}
COOKIE = "visit"
QUIET_SECONDS = 2 * 60 * 60
MOST_VISITS = 1_000
NOT_SURE = "not_sure"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


# What a form sent, read as an answer.


class UnreadableError(ValueError):
    """A form without a readable answer: what is wrong, and the field where it can be mended."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read(prompt: Prompt, form: FormData) -> object:
    """The answer in a form.

    Raises:
        UnreadableError: saying what can be given instead.
    """
    match prompt.answer:
        case "many" | "names" | "group":
            return _several(prompt, form)
        case "yes_no":
            return _one(prompt, form, "answer")
        case kind:
            read_field = _one if kind in ("choice", "scale") else _number
            if not prompt.sided:
                return read_field(prompt, form, "answer")
            fields = {side: f"answer.{side}" for side in SIDES}
            given = {side: field for side, field in fields.items() if str(form.get(field, "")).strip()}
            if not given:
                raise UnreadableError("answer.left", "Answer for one side at least, or say that you are not sure.")
            return {side: read_field(prompt, form, field) for side, field in given.items()}


def _one(prompt: Prompt, form: FormData, field: str) -> object:
    given = str(form.get(field, ""))
    if given not in choices(prompt):
        raise UnreadableError(field, "Choose one of the answers, or say that you are not sure.")
    match prompt.answer:
        case "yes_no" if given in SIDES:
            return {side: side == given for side in SIDES}
        case "yes_no":
            return given == "yes"
        case "scale":
            return int(given)
        case _:
            return given


def choices(prompt: Prompt) -> dict[str, str]:
    """The answers of which one is chosen: value and text."""
    match prompt.answer:
        case "yes_no" if prompt.sided:
            return {"yes": "Yes, both sides", "left": "Only left", "right": "Only right", "no": "No"}
        case "yes_no":
            return {"yes": "Yes", "no": "No"}
        case "scale":
            return {str(one): str(one) for one in range(int(prompt.minimum or 0), int(prompt.maximum or 0) + 1)}
        case _:
            return dict(prompt.options)


def _several(prompt: Prompt, form: FormData) -> object:
    chosen = [str(one) for one in form.getlist("answer")]
    if "none" in chosen and len(chosen) > 1:
        raise UnreadableError("answer", "Choose what fits, or none of these, but not both.")
    if not chosen:
        raise UnreadableError("answer", "Choose what fits, or none of these.")
    if chosen == ["none"]:
        return False if prompt.answer == "group" else []
    if prompt.answer != "group":
        return chosen
    answers: dict[str, object] = {}
    for member in prompt.members:
        sides = {side: f"{member.id}.{side}" in chosen for side in SIDES}
        answers[member.id] = sides if any(sides.values()) else member.id in chosen
    return answers


def _number(prompt: Prompt, form: FormData, field: str) -> float:
    low, high = prompt.minimum, prompt.maximum
    try:
        number = float(str(form.get(field, "")).strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not ((low is None or number >= low) and (high is None or number <= high) and math.isfinite(number)):
        raise UnreadableError(field, f"Give {span(prompt)}.")
    return int(number) if number == int(number) else number


def span(prompt: Prompt) -> str:
    """The numbers that are allowed, in words."""
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


# A question and an answer, in words.


def in_words(prompt: Prompt, answer: object) -> str:
    """The answer as the person would say it."""
    match answer:
        case "not_sure" | None:
            return "not sure"
        case bool():
            return "yes" if answer else "no"
        case Mapping():
            return ", ".join(f"{side}: {in_words(prompt, value)}" for side, value in answer.items())
        case list() | tuple():
            return "; ".join(prompt.options.get(key, key) for key in answer) or "none of these"
        case _:
            text = prompt.options.get(str(answer), str(answer))
            return f"{text} {prompt.unit}" if prompt.unit and len(prompt.unit) < 12 else text


def dangers(outcome: Outcome) -> frozenset[str]:
    """What a referral is about, in words."""
    return frozenset(reason.text for reason in outcome.reasons) if isinstance(outcome, Referral) else frozenset()


def could_still(interview: Interview) -> str:
    """What the questions that are still open could bring."""
    worse = interview.possible().levels.possible & {"before_exercising", "same_day", "emergency"}
    return f"The open questions could show that you should {'see someone first' if worse else 'do something else'}."


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


def chosen(prompt: Prompt, answer: object) -> set[str]:
    """The names of the fields that show an earlier answer."""
    match answer:
        case bool():
            return {"yes" if answer else "no"}
        case Mapping() if prompt.answer == "yes_no":
            return {side for side, value in answer.items() if value is True}
        case Mapping():
            whole = {key for key, value in answer.items() if value is True}
            sides = {
                f"{key}.{side}"
                for key, value in answer.items()
                if isinstance(value, Mapping)
                for side, on in value.items()
                if on is True
            }
            # Who was not sure of one of them has not denied them all.
            return whole | sides or ({"none"} if all(value is False for value in answer.values()) else set())
        case list() | tuple():
            return set(answer) or {"none"}
        case None:
            # What most people have is ticked beforehand.
            return set(prompt.usual)
        case _:
            return {str(answer)}


# One person's way through the interview, kept on the server.


@attrs.define
class Visit:
    """One person's way through the interview.

    Attributes:
        interview: What has been answered.
        asked: The questions in the order in which they were answered, for going back.
        place: The earlier question that the person went back to.
        told: The dangers that were told when the person chose to go on.
        stopped: Whether the person wanted to see what is known.
        seen: When the person was last here.
    """

    interview: Interview
    asked: list[str] = attrs.field(factory=list)
    place: str | None = None
    told: frozenset[str] = frozenset()
    stopped: bool = False
    seen: float = attrs.field(factory=time.monotonic)

    def prompt(self) -> Prompt | None:
        """The question to show, if any."""
        if self.place is not None:
            return self.interview.prompt(self.place)
        return next(iter(self.interview.next_questions()), None)

    def ends(self, outcome: Outcome) -> bool:
        """Whether the outcome is shown before any further question."""
        if self.place is not None:
            return False
        urgent = outcome.urgency if isinstance(outcome, Referral) else None
        return self.stopped or urgent == "emergency" or (urgent == "same_day" and not dangers(outcome) <= self.told)

    def act(self, action: str, prompt: Prompt | None, form: FormData) -> None:
        """Does what the pressed button says.

        Raises:
            UnreadableError, IntakeError: if there is no readable answer.
        """
        match action:
            case "answer" | "not_sure" if prompt is not None:
                answer = NOT_SURE if action == "not_sure" else read(prompt, form)
                self.interview = self.interview.answer(prompt.id, answer)
                self.asked += [] if prompt.id in self.asked else [prompt.id]
                self.place = None
                self.stopped = False
            case "change" if prompt is not None:
                self.place, self.stopped = prompt.id, False
            case "back":
                self.back()
            case "stop":
                self.stopped, self.place = True, None
            case "go_on":
                self.told |= dangers(self.interview.outcome())
                self.stopped, self.place = False, None

    def back(self) -> None:
        """To the question before this one."""
        before = self.asked
        if self.place in before:
            before = before[: before.index(self.place)]
        if before:
            self.place, self.stopped = before[-1], False


class Visits:
    """Everybody who is here, by a random name. The longest quiet go first."""

    def __init__(self, first: Interview) -> None:
        self.first = first
        self.visits: OrderedDict[str, Visit] = OrderedDict()

    def start(self) -> str:
        """A new visit; its name."""
        now = time.monotonic()
        while self.visits and (
            len(self.visits) >= MOST_VISITS or now - next(iter(self.visits.values())).seen > QUIET_SECONDS
        ):
            self.visits.popitem(last=False)
        name = secrets.token_urlsafe(32)
        self.visits[name] = Visit(self.first)
        return name

    def find(self, request: Request) -> Visit | None:
        """The visit that a request belongs to, unless it has been forgotten."""
        name = request.cookies.get(COOKIE, "")
        visit = self.visits.get(name)
        if visit is None:
            return None
        if time.monotonic() - visit.seen > QUIET_SECONDS:
            del self.visits[name]
            return None
        visit.seen = time.monotonic()
        self.visits.move_to_end(name)
        return visit


# Pages. Each answer leads to another page by a redirect, so the browser's own "back" and "reload" send nothing twice.


class Pages:
    """What the addresses show."""

    def __init__(self, first: Interview) -> None:
        self.visits = Visits(first)
        environment = jinja2.Environment(
            loader=jinja2.DictLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
        )
        environment.globals.update(
            in_words=in_words, sentences=sentences, span=span, choices=choices, PHASES=PHASES, TITLES=ENGLISH.sections
        )
        self.templates = environment

    def page(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page of a template."""
        return HTMLResponse(self.templates.get_template(name).render(**values), status)

    async def welcome(self, _: Request) -> Response:
        """What this is, and what it is not."""
        return self.page("welcome", outcome=self.visits.first.outcome())

    async def start(self, request: Request) -> Response:
        """A new visit; what was answered before is forgotten."""
        self.visits.visits.pop(request.cookies.get(COOKIE, ""), None)
        response = RedirectResponse("/interview", 303)
        response.set_cookie(COOKIE, self.visits.start(), httponly=True, samesite="strict")
        return response

    async def show(self, request: Request) -> Response:
        """The question or the outcome that is next."""
        visit = self.visits.find(request)
        return self.page("forgotten", 410) if visit is None else self.current(visit)

    async def act(self, request: Request) -> Response:
        """Does what the pressed button says."""
        visit = self.visits.find(request)
        if visit is None:
            return self.page("forgotten", 410)
        form = await request.form()
        try:
            name = form.get("prompt")
            prompt = visit.interview.prompt(str(name)) if name else None
        except LookupError:
            prompt = None
        try:
            visit.act(str(form.get("action", "")), prompt, form)
        except (UnreadableError, IntakeError) as error:
            assert prompt is not None
            return self.question(visit, prompt, error, form)
        return RedirectResponse("/interview", 303)

    async def answers(self, request: Request) -> Response:
        """Every answer so far, each with a button to change it."""
        visit = self.visits.find(request)
        if visit is None:
            return self.page("forgotten", 410)
        given = [(visit.interview.prompt(name), answer) for name, answer in visit.interview.answers.items()]
        return self.page("answers", given=given)

    async def why(self, request: Request) -> Response:
        """Why the outcome is as it is."""
        visit = self.visits.find(request)
        if visit is None:
            return self.page("forgotten", 410)
        return self.page("why", text=explain(visit.interview.outcome()))

    async def style(self, _: Request) -> Response:
        """The one style sheet."""
        return Response(STYLE, media_type="text/css")

    def current(self, visit: Visit) -> Response:
        """The next question, or the outcome."""
        outcome = visit.interview.outcome()
        prompt = visit.prompt()
        if prompt is None or visit.ends(outcome):
            emergency = isinstance(outcome, Referral) and outcome.urgency == "emergency"
            more = prompt is not None and not emergency
            return self.page(outcome.kind, outcome=outcome, more=more, could_still=could_still(visit.interview))
        return self.question(visit, prompt)

    def question(
        self,
        visit: Visit,
        prompt: Prompt,
        error: UnreadableError | IntakeError | None = None,
        form: FormData | None = None,
    ) -> Response:
        """The page of one question; with an error, what was typed is still there."""
        earlier = earlier_answer(visit.interview, prompt)
        ticked = set(map(str, form.getlist("answer"))) if form is not None else chosen(prompt, earlier)
        typed = {key: str(value) for key, value in form.items()} if form is not None else _typed(earlier)
        message, field = "", "answer"
        if isinstance(error, UnreadableError):
            message, field = str(error), error.field
        elif error is not None:
            message = f"That does not fit: {'; '.join(problem.message for problem in error.problems)}."
        progress = visit.interview.progress()
        return self.page(
            "question",
            422 if message else 200,
            prompt=prompt,
            part=PARTS[progress.part],
            progress=progress,
            ticked=ticked,
            typed=typed,
            message=message,
            field=field,
            first=not visit.asked or prompt.id == visit.asked[0],
        )


def _typed(answer: object) -> dict[str, str]:
    """The text of the fields that show an earlier answer."""
    if isinstance(answer, Mapping):
        return {f"answer.{side}": str(value) for side, value in answer.items() if value is not None}
    if answer is None or answer == NOT_SURE:
        return {}
    return dict.fromkeys(("answer", "answer.left", "answer.right"), str(answer))


class Discreet(BaseHTTPMiddleware):
    """Nothing that was sent is kept by a browser or passed on, and no page runs a script."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """The response, with headers that say so."""
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response


def application() -> Starlette:
    """The whole site, for any ASGI server."""
    pages = Pages(Interview.start(builtin()))
    site = Starlette(
        routes=[
            Route("/", pages.welcome),
            Route("/start", pages.start, methods=["POST"]),
            Route("/interview", pages.show),
            Route("/interview", pages.act, methods=["POST"]),
            Route("/answers", pages.answers),
            Route("/why", pages.why),
            Route("/style.css", pages.style),
        ],
        middleware=[Middleware(Discreet)],
    )
    site.state.visits = pages.visits
    return site


BASE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{% block title %}{% endblock %} - Your hips and lower back</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><p>Your hips and lower back</p></header>
<main>
{% block main %}{% endblock %}
</main>
</body>
</html>
"""

MACROS = """
{% macro items(texts) %}<ul>{% for text in texts %}<li>{{ text }}</li>{% endfor %}</ul>{% endmacro %}
{% macro section(name, texts) %}{% if texts %}<section><h2>{{ name }}</h2>{{ items(texts) }}</section>{% endif %}{% endmacro %}
{% macro tick(kind, name, value, text, on, id) %}
<div class="tick"><input type="{{ kind }}" name="{{ name }}" value="{{ value }}" id="{{ id }}"{% if on %} checked{% endif %}>
<label for="{{ id }}">{{ text }}</label></div>
{% endmacro %}
{% macro ticks(name, texts, on, kind) %}
<div class="{{ kind }}">{% for value, text in texts.items() %}
{{ tick("radio", name, value, text, value in on, name if loop.first else name ~ "-" ~ value) }}
{% endfor %}</div>
{% endmacro %}
{% macro error_at(message) %}{% if message %}<p class="error" id="error">{{ message }}</p>{% endif %}{% endmacro %}
{% macro after(more) %}
<form method="post" action="/interview" class="buttons no-print">
{% if more %}<button name="action" value="go_on">Go on with the questions</button>{% endif %}
<button name="action" value="back" class="second">Back</button>
<a href="/answers">See or change my answers</a>
<a href="/why">Why it is so</a>
</form>
<form method="post" action="/start" class="buttons no-print"><button class="second">Start again, and forget my answers</button></form>
{% endmacro %}
"""

WELCOME = """{% extends "base" %}
{% block title %}Welcome{% endblock %}
{% block main %}
<h1>A few questions, then a routine that fits you</h1>
<p>You answer one question at a time. At the end you get a routine, or the advice to see someone first.
The first questions are about your safety.</p>
<p class="note">{{ outcome.intended_use }}</p>
<p>You can go back, change an answer or stop at any time. Your answers stay in the memory of this computer program.
They are forgotten after two quiet hours, or when you start again.</p>
<form method="post" action="/start"><button>Start</button></form>
{% endblock %}
"""

FORGOTTEN = """{% extends "base" %}
{% block title %}Please start again{% endblock %}
{% block main %}
<h1 tabindex="-1" autofocus>Your answers are no longer here</h1>
<p>They are forgotten after two quiet hours, and when this program starts anew. Please start again.</p>
<form method="post" action="/start"><button>Start</button></form>
{% endblock %}
"""

QUESTION = """{% extends "base" %}
{% import "macros" as m %}
{% block title %}{% if message %}Please check: {% endif %}{{ part }}, question {{ progress.answered + 1 }}{% endblock %}
{% block main %}
{% set start, items, end = sentences(prompt.text) %}
{% set sides = ["left", "right"] %}
<p class="part" id="part">{{ part }}</p>
<progress max="1" value="{{ "%.3f"|format(progress.share) }}" aria-labelledby="part"></progress>
{% if message %}
<div class="summary" role="alert" tabindex="-1" autofocus><h2>Please check your answer</h2>
<ul><li><a href="#{{ field }}">{{ message }}</a></li></ul></div>
{% endif %}
{% if prompt.self_test %}
<section class="note"><h2>A small test that you can do now</h2>
{% if prompt.self_test.do_not_if %}<h3>Skip it if one of these is true</h3>{{ m.items(prompt.self_test.do_not_if) }}{% endif %}
{% if prompt.self_test.equipment %}<h3>You need</h3>{{ m.items(prompt.self_test.equipment) }}{% endif %}
<h3>How to do it</h3><ol>{% for step in prompt.self_test.steps %}<li>{{ step }}</li>{% endfor %}</ol></section>
{% endif %}
<form method="post" action="/interview" novalidate>
<input type="hidden" name="prompt" value="{{ prompt.id }}">
{% set described = (["more"] if items or end else []) + (["error"] if message else []) %}
<fieldset{% if described %} aria-describedby="{{ described|join(" ") }}"{% endif %}>
<legend><h1 tabindex="-1"{% if start|length > 90 %} class="long"{% endif %}
{% if not message %} autofocus{% endif %}>{{ start }}</h1></legend>
{% if items or end %}<div id="more">{% if items %}{{ m.items(items) }}{% endif %}
{% if end %}<p>{{ end }}</p>{% endif %}</div>{% endif %}
{{ m.error_at(message) }}
{% if prompt.answer == "yes_no" or (prompt.answer in ("choice", "scale") and not prompt.sided) %}
{{ m.ticks("answer", choices(prompt), ticked, prompt.answer) }}
{% elif prompt.answer in ("choice", "scale") %}
{% for side in sides %}<fieldset><legend><h2>{{ side|capitalize }}</h2></legend>
{{ m.ticks("answer." ~ side, choices(prompt), [typed.get("answer." ~ side)], prompt.answer) }}</fieldset>{% endfor %}
{% elif prompt.answer in ("many", "names") %}
<div class="columns">{% for value, text in prompt.options.items() %}
{{ m.tick("checkbox", "answer", value, text[:1]|upper ~ text[1:], value in ticked, "answer" if loop.first else "answer-" ~ value) }}
{% endfor %}</div>
{{ m.tick("checkbox", "answer", "none", "None of these", "none" in ticked, "answer-none") }}
{% elif prompt.answer == "group" %}
{% for member in prompt.members %}{% set id = "answer" if loop.first else "answer-" ~ member.id %}
{% if member.sided %}
<fieldset class="member"><legend>{{ member.text }}</legend>
{{ m.tick("checkbox", "answer", member.id ~ ".left", "Left", member.id in ticked or member.id ~ ".left" in ticked, id) }}
{{ m.tick("checkbox", "answer", member.id ~ ".right", "Right", member.id in ticked or member.id ~ ".right" in ticked, id ~ "-right") }}
</fieldset>
{% else %}
<div class="member">{{ m.tick("checkbox", "answer", member.id, member.text, member.id in ticked, id) }}</div>
{% endif %}{% endfor %}
{{ m.tick("checkbox", "answer", "none", "None of these", "none" in ticked, "answer-none") }}
{% else %}
{% for side in (sides if prompt.sided else [""]) %}
{% set id = "answer." ~ side if side else "answer" %}
<p class="number"><label for="{{ id }}">{{ side|capitalize ~ ": " if side else "" }}{{ span(prompt)|capitalize if not side else span(prompt) }}</label>
<input id="{{ id }}" name="{{ id }}" value="{{ typed.get(id, "") }}" size="8" autocomplete="off"
 inputmode="{{ "decimal" if prompt.minimum is not none and prompt.minimum >= 0 else "text" }}"
 {% if message and field == id %}aria-invalid="true" aria-describedby="error"{% endif %}></p>
{% endfor %}
{% endif %}
</fieldset>
<div class="buttons">
<button name="action" value="answer">Continue</button>
<button name="action" value="not_sure" class="second">{{ "Skip this test" if prompt.self_test else "I am not sure" }}</button>
</div>
{% if prompt.why %}<details><summary>Why do we ask this?</summary><p>{{ prompt.why }}</p></details>{% endif %}
<div class="buttons more">
{% if not first %}<button name="action" value="back" class="second">Back</button>{% endif %}
<button name="action" value="stop" class="second">Stop and show what is known</button>
{% if progress.answered %}<a href="/answers">See or change my answers</a>{% endif %}
</div>
</form>
{% endblock %}
"""

ANSWERS = """{% extends "base" %}
{% block title %}Your answers{% endblock %}
{% block main %}
<h1 tabindex="-1" autofocus>Your answers so far</h1>
{% if not given %}<p>There is no answer yet.</p>{% endif %}
<form method="post" action="/interview">
<input type="hidden" name="action" value="change">
<dl class="answers">{% for prompt, answer in given %}
<div><dt>{{ "Safety: " if prompt.section == "screen" else "" }}{{ prompt.label }}</dt><dd>{{ in_words(prompt, answer) }}</dd>
<dd><button name="prompt" value="{{ prompt.id }}" class="second" aria-label="Change: {{ prompt.label }}">Change</button></dd></div>
{% endfor %}</dl>
</form>
<p><a href="/interview">Back to where I was</a></p>
{% endblock %}
"""

WHY = """{% extends "base" %}
{% block title %}Why it is so{% endblock %}
{% block main %}
<h1 tabindex="-1" autofocus>Why it is so</h1>
<p>Each line names the rule behind it, the answers it rests on and its sources.</p>
<pre tabindex="0" aria-label="Explanation">{{ text }}</pre>
<p class="no-print"><a href="/interview">Back</a></p>
{% endblock %}
"""

ROUTINE = """{% extends "base" %}
{% import "macros" as m %}
{% block title %}Your routine{% endblock %}
{% block main %}
<h1 tabindex="-1" autofocus>Your routine</h1>
{% if more %}<p class="danger">You stopped early. {{ could_still }}</p>{% endif %}
<p>{{ outcome.profile.text }} How sure: {{ outcome.profile.confidence }}. {{ outcome.not_a_diagnosis }}</p>
{% if outcome.steps %}
<p>About {{ [1, (outcome.seconds / 60)|round|int]|max }} minutes. {{ outcome.schedule|first }}</p>
<nav aria-label="Exercises"><ol class="short">{% for step in outcome.steps %}
<li><a href="#step-{{ loop.index }}">{{ step.name }}</a> <span>{{ step.dose }}</span></li>{% endfor %}</ol></nav>
{% endif %}
{{ m.section("What you should know", outcome.notes|map(attribute="text")|list) }}
{% if outcome.requests %}<section><h2>What you asked for</h2><ul>{% for request in outcome.requests %}
<li>{{ request.name }}: {{ request.answer }}{% if request.instead %} Safer for the same wish: {{ request.instead|join(", ") }}.{% endif %}</li>
{% endfor %}</ul></section>{% endif %}
{{ m.section("How much pain is all right", outcome.pain_rules) }}
<div class="danger">{{ m.section("Stop at once and get help", outcome.stop_rules) }}</div>
{% for phase in PHASES if outcome.phase(phase) %}
<section><h2>{{ TITLES[phase] }}</h2>
{% for step in outcome.phase(phase) %}
<article id="step-{{ outcome.steps.index(step) + 1 }}">
<h3>{{ outcome.steps.index(step) + 1 }}. {{ step.name }}</h3>
<p><strong>{{ step.dose }}.</strong> {% if step.dose.feel %}{{ step.dose.feel|capitalize }}. {% endif %}On {{ step.dose.days }}.</p>
<p>{{ step.why }}</p>
<ol>{% for line in step.how %}<li>{{ line }}</li>{% endfor %}</ol>
{% if step.cautions or step.stop_signs %}<h4>Mind</h4><ul>{% for line in step.cautions %}<li>{{ line }}</li>{% endfor %}
{% if step.stop_signs %}<li>Stop this one for: {{ step.stop_signs|join("; ") }}.</li>{% endif %}</ul>{% endif %}
</article>
{% endfor %}</section>
{% endfor %}
{{ m.section("When to do it", outcome.schedule + (outcome.next_check,)) }}
{{ m.section("How to do it", outcome.principles) }}
<section><h2>Ask yourself again before every session</h2>{{ m.items(outcome.seek_help) }}
{% for line in outcome.seek_help_if_yes %}<p><strong>{{ line }}</strong></p>{% endfor %}</section>
<p class="note">{{ outcome.intended_use }}</p>
{{ m.after(more) }}
{% endblock %}
"""

REFERRAL = """{% extends "base" %}
{% import "macros" as m %}
{% block title %}Please get help first{% endblock %}
{% block main %}
<div class="{{ "danger" if outcome.urgency in ("emergency", "same_day") else "note" }}">
<h1 tabindex="-1" autofocus>{{ outcome.headline }}</h1>
{{ m.section("What to do", outcome.actions) }}
</div>
{{ m.section("Why", outcome.reasons|map(attribute="text")|list) }}
{{ m.section("Until then", outcome.meanwhile) }}
{% if more %}<p>Some questions are still open. They can show more exactly how urgent it is.</p>{% endif %}
<p class="note">{{ outcome.intended_use }}</p>
{{ m.after(more) }}
{% endblock %}
"""

SCREENING = """{% extends "base" %}
{% import "macros" as m %}
{% block title %}Not there yet{% endblock %}
{% block main %}
<h1 tabindex="-1" autofocus>Not there yet</h1>
<p>{{ outcome.message }}</p>
{% set grouped = outcome.groups|map(attribute="facts")|sum(start=()) %}
{% for level in ["emergency", "same_day", "before_exercising", "caution", "ok"] %}
{% set asks = (outcome.groups|selectattr("urgency", "eq", level)|map(attribute="ask")|list)
  + (outcome.questions|selectattr("urgency", "eq", level)|rejectattr("fact", "in", grouped)|map(attribute="ask")|list) %}
{% if asks %}<section><h2>{{ outcome.if_unsure.get(level, "Still open") }}</h2>
<details{% if level == "emergency" and asks|length < 4 %} open{% endif %}><summary>{{ asks|length }} open question{{ "" if asks|length == 1 else "s" }}</summary>{{ m.items(asks) }}</details></section>{% endif %}
{% endfor %}
{{ m.section("Known so far", outcome.reasons|map(attribute="text")|list) }}
<p class="note">{{ outcome.intended_use }}</p>
{{ m.after(more) }}
{% endblock %}
"""

TEMPLATES = {
    "base": BASE,
    "macros": MACROS,
    "welcome": WELCOME,
    "forgotten": FORGOTTEN,
    "question": QUESTION,
    "answers": ANSWERS,
    "why": WHY,
    "routine": ROUTINE,
    "referral": REFERRAL,
    "screening": SCREENING,
}

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #eef3f4; --line: #6b7680; --strong: #0b5c66;
  --on-strong: #fff; --danger: #a3180e; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181b; --ink: #eceff1; --soft: #20282c; --line: #98a4ad;
  --strong: #7ed3de; --on-strong: #08262a; --danger: #ff9a8f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
header { border-bottom: 4px solid var(--strong); }
header p, main { max-width: 42rem; margin: 0 auto; padding: 0.75rem 1rem; }
header p { font-weight: 600; }
main { padding-bottom: 4rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0.5rem 0; } h1.long, h2 { font-size: 1.2rem; } h3 { font-size: 1.05rem; }
li { margin: 0.25rem 0; } ul, ol { padding-left: 1.5rem; }
a, summary { color: var(--strong); }
fieldset { border: 0; margin: 1rem 0; padding: 0; min-width: 0; } legend { padding: 0; }
fieldset.member, .member { border-top: 1px solid var(--line); margin: 0; padding: 0.5rem 0; }
.tick { position: relative; padding-left: 2.75rem; margin: 0.35rem 0; min-height: 2.75rem; }
.tick input { position: absolute; left: 0; top: 0.35rem; width: 2rem; height: 2rem; margin: 0; accent-color: var(--strong); }
.tick label { display: block; padding: 0.55rem 0; cursor: pointer; }
main .scale { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; } .scale .tick { width: 4.25rem; }
.columns { columns: 2 16rem; } .columns .tick { break-inside: avoid; }
.number label { display: block; } .number input { font: inherit; padding: 0.6rem; border: 2px solid var(--line);
  border-radius: 4px; background: var(--paper); color: var(--ink); width: 9rem; max-width: 100%; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: center; margin: 1.25rem 0; }
.more { border-top: 1px solid var(--line); padding-top: 1.25rem; }
button { font: inherit; font-weight: 600; padding: 0.65rem 1.25rem; min-height: 2.75rem; border: 2px solid var(--strong);
  border-radius: 6px; background: var(--strong); color: var(--on-strong); cursor: pointer; }
button.second { background: transparent; color: var(--strong); }
a { display: inline-block; padding: 0.35rem 0; } li a, .summary a { display: inline; padding: 0; }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 3px; } h1:focus { outline-width: 2px; }
.part { margin: 0.5rem 0 0.25rem; font-weight: 600; color: var(--strong); }
progress { width: 100%; height: 0.6rem; accent-color: var(--strong); }
.note, .danger, .summary { background: var(--soft); border-left: 5px solid var(--strong); padding: 0.5rem 1rem; margin: 1rem 0; }
.danger, .summary { border-color: var(--danger); } .error { color: var(--danger); font-weight: 600; }
.summary a { color: var(--danger); }
.short span { display: block; }
.answers { margin: 0; } .answers div { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.6rem 0;
  border-bottom: 1px solid var(--line); }
.answers dt { font-weight: 600; } .answers dd { margin: 0; overflow-wrap: anywhere; }
.answers dd:first-of-type { grid-row: 2; } .answers dd:last-child { grid-row: 1 / span 2; grid-column: 2; align-self: center; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 0.875rem/1.5 ui-monospace, monospace; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print { .no-print, header { display: none; } body { font-size: 11pt; } article, li { break-inside: avoid; }
  :root { --paper: #fff; --ink: #000; --soft: #fff; --strong: #000; --danger: #000; --line: #000; } }
"""


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    # No access log: not even which page somebody saw is written down.
    uvicorn.run(application(), host="127.0.0.1", port=port, access_log=False)


if __name__ == "__main__":
    main()
