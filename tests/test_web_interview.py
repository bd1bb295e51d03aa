"""The interview on the web, answered in a real browser: by mouse, by keyboard, with scripts off, on a phone."""

import http.client
import re
import subprocess
import sys
from urllib.parse import urlparse

import pytest
from web_person import BROWSER, SCRIPT, Visitor, browsing, load_example, serving

from psoas_rules.interviewing import Interview

for library in ("starlette", "uvicorn", "jinja2", "multipart", "playwright", "axe_playwright_python"):
    pytest.importorskip(library, reason=f"{library} is not installed")
if BROWSER is None:
    pytest.skip("there is no Chromium on this machine", allow_module_level=True)

# A question of each kind; the groups of signs are named by the pack.
KINDS = {
    "yes or no": "screen.nerves",
    "yes or no, sided": "signs.limited_hip_flexion_reported",
    "scale": "signs.pain_now",
    "scale, sided": "signs.hip_flexor_tightness_feeling",
    "number": "person.age",
    "number with a self-test": "measures.modified_thomas_angle",
    "choice": "person.experience",
    "choice, sided": "measures.resisted_hip_flexion_seated",
    "list": "preferences.equipment",
    "names": "preferences.wants",
    "group": "together",
}
WEAK = ("signs.hands_lift_leg", True)  # to be seen today, unless it is long known and explained
ANSWERS = {"person.age": 40, "preferences.minutes": 20, "preferences.level_max": 2, "preferences.equipment": "not_sure"}


@pytest.fixture(scope="module")
def example():
    return load_example()


@pytest.fixture(scope="module")
def site(example):
    return example.application()


@pytest.fixture(scope="module")
def address(site):
    with serving(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture
def open_page(browser):
    """Opens a page for a new person; what is given goes to the browser."""
    contexts = []

    def opened(**settings):
        contexts.append(browser.new_context(**settings))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def visiting(example, site, address, open_page):
    """A person who has answered so far, at a question, or at the end."""

    def visited(interview=None, page=None, **state):
        name = site.state.visits.start()
        visit = example.Visit(interview or Interview.start(), **state)
        site.state.visits.visits[name] = visit
        page = page or open_page()
        page.context.add_cookies([{"name": example.COOKIE, "value": name, "url": address}])
        page.goto(f"{address}/interview")
        return Visitor(page, address), visit

    return visited


@pytest.fixture(scope="module")
def finished():
    """An interview that ended in a routine."""
    return walked()


def walked(answers=None, default=None):
    """An interview to its end; what is not said is denied."""
    answers = {**ANSWERS, **(answers or {})}
    interview = Interview.start()
    while prompts := interview.next_questions():
        prompt = prompts[0]
        said = answers.get(prompt.id, default if default is not None else denial(prompt))
        interview = interview.answer(prompt.id, said)
    return interview


def denial(prompt):
    match prompt.answer:
        case "yes_no" | "group":
            return False
        case "many" | "names":
            return []
        case "choice":
            return next(iter(prompt.options))
        case _:
            return prompt.minimum or 0


def audited(page):
    """What axe finds wrong with a page in the light and in the dark."""
    page.emulate_media(color_scheme="light")
    found = axe(page)
    page.emulate_media(color_scheme="dark")
    # All that differs in the dark are the colours.
    return found + axe(page, runOnly=["color-contrast"])


def axe(page, **options):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=options or None).response
    assert found["passes"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def focused(page):
    return page.evaluate("document.activeElement.tagName")


# Every kind of page, for everybody.


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_and_its_error_page_are_accessible_and_fit_a_phone(kind, visiting, open_page):
    prompt = KINDS[kind] if kind != "group" else f"together.{a_group()}"
    page = open_page(viewport={"width": 320, "height": 640})
    visitor, _ = visiting(page=page, place=prompt)
    assert visitor.prompt == prompt
    assert audited(page) == []
    assert fits(page)
    assert focused(page) == "H1"

    ticked = page.locator("input[type=checkbox]:checked")
    while ticked.count():
        # What most people have is ticked beforehand.
        ticked.first.uncheck()
    visitor.press("Continue")
    assert page.get_by_role("alert").is_visible()
    assert audited(page) == []
    assert fits(page)


def a_group():
    from psoas_rules import load_pack

    return load_pack().interview.together[0].id


def test_the_other_pages_are_accessible_and_fit_a_phone(finished, visiting, address, open_page):
    page = open_page(viewport={"width": 320, "height": 640})
    ends = {
        "Your routine": finished,
        "This can be an emergency": Interview.start().answer("red_flags.chest_symptoms", True),
        "Please see or call a doctor today": Interview.start().answer(*WEAK),
        "Please talk to a doctor": walked({"signs.pain_now": 9}),
        "Not there yet": walked(default="not_sure"),
    }
    for heading, interview in ends.items():
        visitor, _ = visiting(interview, page=page)
        assert visitor.heading.startswith(heading)
        assert audited(page) == []
        assert fits(page)
        assert focused(page) == "H1"

    for path in ("/", "/answers", "/why"):
        page.goto(address + path)
        assert audited(page) == []
        assert fits(page)
    page.context.clear_cookies()
    page.goto(f"{address}/interview")
    assert "no longer here" in page.locator("h1").inner_text()
    assert audited(page) == []


# Whole interviews.


def test_it_works_with_scripts_off_and_ends_in_the_routine_of_these_answers(open_page, address, site):
    page = open_page(java_script_enabled=False)
    visitor = Visitor(page, address, ANSWERS).start().until()

    visit = next(reversed(site.state.visits.visits.values()))
    outcome = visit.interview.outcome()
    assert visitor.heading == "Your routine"
    assert visit.interview.is_settled()
    assert len(set(visitor.asked)) == len(visitor.asked)
    names = [text.split(". ", 1)[1] for text in page.locator("article h3").all_inner_texts()]
    assert names == [step.name for step in outcome.steps]
    assert len(names) > 5


def test_it_can_be_done_by_keyboard_alone(open_page, address):
    page = open_page()
    page.goto(address)
    keyboard = page.keyboard

    def tab_to(selector):
        for _ in range(60):
            keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none"
                return
        raise AssertionError(f"the Tab key does not come to {selector}")

    def press(key):
        with page.expect_navigation():
            keyboard.press(key)

    tab_to("button")
    press("Enter")
    visitor = Visitor(page, address)
    asked = 0
    while (prompt := visitor.prompt) is not None:
        asked += 1
        assert asked < 80
        assert focused(page) == "H1"
        if page.locator("input[value=no], input[value=none]").count() and prompt not in ANSWERS:
            if page.locator("input[value=no]").count():
                tab_to("input[type=radio]")
                # The last of the radio buttons is the "no"; the arrows go round.
                keyboard.press("ArrowUp")
            else:
                tab_to("input[value=none]")
                keyboard.press("Space")
            press("Enter")
        elif page.locator("p.number input").count():
            tab_to("p.number input")
            keyboard.type(str(ANSWERS.get(prompt, 2)))
            press("Enter")
        else:
            tab_to("button[value=not_sure]")
            press("Enter")
    assert visitor.heading == "Your routine"
    assert asked > 10


def test_back_shows_the_earlier_answer_and_keeps_the_rest(open_page, address):
    visitor = Visitor(open_page(), address, ANSWERS).start()
    first = visitor.prompt
    visitor.answer()
    second = visitor.prompt
    visitor.answer()

    visitor.press("Back")
    assert visitor.prompt == second
    assert visitor.page.locator("input[value=no]").is_checked()
    visitor.press("Back")
    assert visitor.prompt == first
    visitor.answer("no")
    assert visitor.prompt not in (first, second)


def test_a_danger_is_told_at_once_and_ends_the_interview(open_page, address):
    visitor = Visitor(open_page(), address).start().until("screen.heart_and_vessels")
    visitor.answer("yes")
    assert visitor.prompt is not None
    visitor.answer("red_flags.chest_symptoms")

    page = visitor.page
    assert visitor.prompt is None
    assert "emergency" in visitor.heading
    assert "What to do" in page.locator("main").inner_text()
    assert not page.get_by_role("button", name="Go on with the questions").count()


def test_who_changes_a_danger_at_the_end_gets_no_routine_and_changing_it_back_brings_the_same_one(finished, visiting):
    visitor, _ = visiting(finished)
    page = visitor.page
    before = page.locator("main").inner_text()
    visitor.press("See or change my answers")
    assert fits(page)
    visitor.press("Change: Pain right now")
    visitor.answer("9")
    visitor.until()

    assert "Please talk to a doctor" in visitor.heading
    assert not page.locator("article").count()
    visitor.press("See or change my answers")
    visitor.press("Change: Pain right now")
    assert page.locator("input[value='9']").is_checked()
    visitor.answer("0")
    visitor.until()
    assert page.locator("main").inner_text() == before


def test_same_day_help_is_told_first_and_the_questions_can_go_on(visiting):
    visitor, visit = visiting(Interview.start().answer(*WEAK))
    assert "doctor today" in visitor.heading
    assert visitor.prompt is None
    assert not visit.interview.is_settled()

    visitor.press("Go on with the questions")
    assert visitor.prompt is not None
    visitor.answer()
    assert visitor.prompt is not None
    visitor.until()
    assert "doctor today" in visitor.heading


def test_stopping_shows_what_is_known_and_can_be_taken_back(open_page, address):
    visitor = Visitor(open_page(), address).start()
    visitor.answer()
    here = visitor.prompt
    visitor.press("Stop and show what is known")
    assert visitor.heading == "Not there yet"
    visitor.press("Go on with the questions")
    assert visitor.prompt == here


def test_not_sure_everywhere_is_no_routine(visiting):
    interview = walked(default="not_sure")
    visitor, _ = visiting(interview)

    assert visitor.heading == "Not there yet"
    assert visitor.page.get_by_role("heading", name=re.compile("^Most important")).is_visible()


# What cannot be read.


@pytest.mark.parametrize("typed", ["abc", "-4", "1e999", "nan", "", '"><script>document.title=1</script>', "4 0"])
def test_what_is_no_number_is_told_kindly_and_is_still_there(typed, visiting):
    visitor, visit = visiting(place="person.age")
    page = visitor.page
    visitor.answer(typed)

    assert page.title().startswith("Please check")
    assert "person.age" not in visit.interview.answers
    assert page.locator("#answer").input_value() == typed
    assert page.locator("script").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.locator(".summary a").click()
    assert page.evaluate("document.activeElement.id") == "answer"
    assert page.locator("#answer").get_attribute("aria-invalid") == "true"


def test_none_and_something_is_asked_again(visiting):
    visitor, visit = visiting(place="preferences.equipment")
    visitor.answer(["none", "mat"])

    assert "but not both" in visitor.page.get_by_role("alert").inner_text()
    assert visitor.page.locator("input[value=mat]").is_checked()
    assert "preferences.equipment" not in visit.interview.answers


def test_what_the_pack_refuses_is_told_like_what_the_form_refuses(visiting):
    visitor, visit = visiting(place="preferences.level_max")
    visitor.answer("1.5")

    assert "1.5 is not a whole number" in visitor.page.get_by_role("alert").inner_text()
    assert "preferences.level_max" not in visit.interview.answers


def test_who_contradicts_the_age_is_taken_at_the_age(visiting):
    visitor, _ = visiting(Interview.start().answer("person.age", 30), place="conditions.age_65_plus")
    visitor.answer("yes")

    assert visitor.prompt is not None


def test_going_back_to_a_group_shows_what_was_ticked(visiting):
    visitor, _ = visiting(place=f"together.{a_group()}")
    group = visitor.prompt
    boxes = visitor.page.locator("main input[type=checkbox]")
    ticked = [boxes.nth(0).get_attribute("value"), boxes.nth(boxes.count() - 2).get_attribute("value")]
    visitor.answer(ticked)
    visitor.press("Back")

    assert visitor.prompt == group
    checked = visitor.page.locator("main input:checked")
    assert [checked.nth(place).get_attribute("value") for place in range(checked.count())] == ticked


# What is kept, and for whom.


def test_no_address_tells_anything(open_page, address):
    page = open_page()
    seen = set()
    page.on("request", lambda request: seen.add(request.url))
    visitor = Visitor(page, address).start()
    visitor.answer()
    visitor.press("See or change my answers")
    visitor.press(page.locator("dl button").first.get_attribute("aria-label"))
    visitor.answer("yes")
    visitor.answer("not_sure")

    assert {urlparse(url).path for url in seen} <= {
        "/",
        "/start",
        "/interview",
        "/answers",
        "/style.css",
        "/favicon.ico",
    }
    assert not any(urlparse(url).query or urlparse(url).fragment for url in seen)


def test_nothing_is_kept_in_the_browser_but_a_name_that_scripts_cannot_read(example, open_page, address):
    page = open_page()
    Visitor(page, address).start()
    response = page.goto(f"{address}/interview")

    (cookie,) = page.context.cookies()
    assert cookie["name"] == example.COOKIE
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert len(cookie["value"]) >= 40
    assert response.headers["cache-control"] == "no-store"
    assert "script-src" not in response.headers["content-security-policy"]
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_two_people_do_not_meet(open_page, address):
    one, other = (Visitor(open_page(), address).start() for _ in range(2))
    first = one.prompt
    one.answer()

    other.page.reload()
    assert other.prompt == first
    assert one.prompt != first


def test_who_starts_again_is_forgotten(site, open_page, address, example):
    page = open_page()
    visitor = Visitor(page, address).start()
    name = page.context.cookies()[0]["value"]
    first = visitor.prompt
    visitor.answer()
    visitor.press("Stop and show what is known")
    visitor.press("Start again, and forget my answers")

    assert name not in site.state.visits.visits
    assert visitor.prompt == first


def test_a_quiet_visit_is_forgotten(example, visiting):
    visitor, visit = visiting()
    visit.seen -= example.QUIET_SECONDS + 1
    visitor.page.reload()

    assert "no longer here" in visitor.heading


def test_there_are_never_too_many_visits(example):
    visits = example.Visits(Interview.start())
    names = [visits.start() for _ in range(example.MOST_VISITS + 5)]

    assert len(set(names)) == len(names)
    assert list(visits.visits) == names[5:]


def test_the_page_can_be_printed_without_its_buttons(finished, visiting):
    visitor, _ = visiting(finished)
    page = visitor.page
    page.emulate_media(media="print")

    assert not page.get_by_role("button").filter(visible=True).count()
    assert page.locator("article").filter(visible=True).count() == len(finished.outcome().steps)


def test_the_script_serves_and_writes_no_log_of_requests(tmp_path):
    command = [sys.executable, "-W", "error", "-u", str(SCRIPT), "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said = ""
            while "running on" not in said:
                line = process.stdout.readline()
                assert line, said
                said += line
            port = int(re.search(r"http://127\.0\.0\.1:(\d+)", said).group(1))
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("POST", "/start")
            with connection.getresponse() as response:
                cookie = response.headers["set-cookie"].split(";")[0]
                assert response.status == 303
            connection.request("GET", "/interview", headers={"Cookie": cookie})
            with connection.getresponse() as response:
                assert b"Is any of this true?" in response.read()
            connection.close()
        finally:
            process.terminate()
        rest = process.stdout.read()

    assert "/interview" not in said + rest
    assert "POST" not in said + rest
