"""Makes the pictures of handouts in this folder anew. It drives Chromium, and needs pdftoppm and Pillow:

    python docs/pictures.py

The contact sheets `figures*.png` are made by `psoas-rules figures rules --sheet sheet.html` and a picture of that page.
"""

import datetime as dt
import io
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from psoas_rules import Intake, read_intake, recommend
from psoas_rules.handout import handout

DOCS = Path(__file__).parent
INTAKES = DOCS.parent / "examples" / "intakes"
FIRST_DAY = dt.date(2026, 12, 1)
GAP = 16


def main() -> None:
    intakes = {
        "handout": read_intake(INTAKES / "desk_worker_tight_hips.yaml"),
        "referral": read_intake(INTAKES / "blood_thinner_groin_pain.yaml"),
        "screening": Intake.from_dict({"signs": {"pain_now": 3}}),
    }
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, intake in intakes.items():
            page = Path(scratch, f"{name}.html")
            page.write_text(handout(recommend(intake), name="Sam Example", date=FIRST_DAY), encoding="utf-8")
            save(printed(browser, page), name)
        save(on_a_phone(browser, Path(scratch, "handout.html")), "handout_phone")
        browser.close()


def printed(browser: Browser, page: Path) -> list[Image.Image]:
    """The pages that come out of a printer."""
    tab, pdf = browser.new_page(), page.with_suffix(".pdf")
    tab.goto(page.as_uri())
    tab.pdf(path=pdf, prefer_css_page_size=True)
    tab.close()
    subprocess.run(["pdftoppm", "-r", "110", "-png", pdf, pdf.with_suffix("")], check=True)  # noqa: S603, S607
    return [Image.open(sheet).convert("RGB") for sheet in sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))]


def on_a_phone(browser: Browser, page: Path) -> list[Image.Image]:
    """A card on a small screen, in light and in dark."""
    shots = []
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": 360, "height": 760},
            device_scale_factor=1.5,
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        tab = context.new_page()
        tab.goto(page.as_uri())
        tab.locator(".card").nth(2).evaluate("card => scrollTo(0, card.getBoundingClientRect().top + scrollY - 8)")
        shots.append(Image.open(io.BytesIO(tab.screenshot())).convert("RGB"))
        context.close()
    return shots


def save(pictures: Iterable[Image.Image], name: str) -> None:
    """Puts pictures side by side."""
    pictures = list(pictures)
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) + 1)
    whole = Image.new("RGB", (width, max(picture.height for picture in pictures) + 2 * GAP), "#8a929c")
    left = GAP
    for picture in pictures:
        whole.paste(picture, (left, GAP))
        left += picture.width + GAP
    whole.quantize(128, dither=Image.Dither.NONE).save(DOCS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
