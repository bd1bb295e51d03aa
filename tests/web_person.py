"""A person at a browser: the web example on a free port of this machine, and a page of Chromium to answer it in."""

import contextlib
import importlib.util
import socket
import sys
import threading
import time
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "examples" / "14_interview_on_the_web.py"
BROWSER = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
LINKS = ("See or change my answers", "Why it is so", "Back to where I was")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def load_example():
    """The example as a module; its name begins with a digit, so it cannot be imported by name."""
    spec = importlib.util.spec_from_file_location("interview_on_the_web", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def serving(application):
    """The address at which an application answers while the block runs."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(application, access_log=False, log_level="warning", lifespan="off"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def browsing():
    """A browser with a profile of its own, which goes when the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody who answers: no to everything, unless told otherwise.

    Args:
        page: The page of the browser.
        address: Where the site is.
        answers: By the id of a question: a value of its fields, a list of them, or `not_sure`.
    """

    def __init__(self, page, address, answers=None):
        self.page = page
        self.address = address
        self.answers = answers or {}
        self.asked = []

    def start(self):
        self.page.goto(self.address)
        self.press("Start")
        return self

    def press(self, name):
        """Presses a button or a link, and waits for the page that comes."""
        with self.page.expect_navigation():
            self.page.get_by_role("link" if name in LINKS else "button", name=name, exact=True).click()

    @property
    def prompt(self):
        """The id of the question that is shown; None when there is none."""
        field = self.page.locator("input[type=hidden][name=prompt]")
        return field.input_value() if field.count() else None

    @property
    def heading(self):
        return self.page.locator("h1").inner_text()

    def answer(self, value=None):
        """Answers the question that is shown."""
        prompt = self.prompt
        self.asked.append(prompt)
        value = self.answers.get(prompt, value)
        if value == "not_sure":
            self.press("Skip this test" if self.page.get_by_text("Skip this test").count() else "I am not sure")
            return
        text = self.page.locator("p.number input")
        if text.count():
            numbers = value if isinstance(value, list) else [value if value is not None else 5] * text.count()
            for place, number in enumerate(numbers):
                text.nth(place).fill(str(number))
        else:
            for one in value if isinstance(value, list) else [value]:
                self.tick(one)
        self.press("Continue")

    def tick(self, value):
        """Ticks one field; without a value, what denies, or else the first of each list."""
        inputs = "main input:not([type=hidden])"
        if value is None:
            refusals = [one for one in ("no", "none") if self.page.locator(f"{inputs}[value='{one}']").count()]
            if not refusals:
                for name in ("answer", "answer.left", "answer.right"):
                    if self.page.locator(f"{inputs}[name='{name}']").count():
                        self.page.locator(f"{inputs}[name='{name}']").first.check()
                return
            value = refusals[0]
        self.page.locator(f"{inputs}[value='{value}']").first.check()

    def until(self, stop=None, most=80):
        """Answers until a question comes up, or until none is left."""
        while self.prompt is not None and self.prompt != stop:
            assert len(self.asked) < most, f"no end after {self.asked}"
            self.answer()
        return self
