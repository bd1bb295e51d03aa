"""An outcome as a piece of HTML for a notebook or a page of one's own. The printed handout is made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Final

from psoas_rules.figures import FIGURE_CSS
from psoas_rules.legible import legible
from psoas_rules.outcomes.captions import CAPTIONS, Captions
from psoas_rules.outcomes.pictures import Picture, fitting_pictures, safe_picture
from psoas_rules.outcomes.sheets import DaySheet, Section, Sheet, StepSheet

_FOLDED: Final = frozenset({"left_out", "how_to"})
"""Sections that are opened by whoever wants to read them; nothing in them warns."""
_ALARMING: Final = frozenset({"stop", "seek_help", "act", "known"})
_URGENT: Final = frozenset({"same_day", "emergency"})

# The page's own colours and fonts are kept, so that it fits light and dark pages alike. The one colour that is set
# stands out on both, and stands for nothing that is not said in words as well.
_STYLE: Final = """\
.psoas-sheet{max-width:46rem;line-height:1.45;overflow-wrap:anywhere;text-align:start}
.psoas-sheet h3,.psoas-sheet h4{margin:.9em 0 .3em;line-height:1.25;font-weight:600}
.psoas-sheet h3{font-size:1.25em}.psoas-sheet h4{font-size:1.05em}
.psoas-sheet p{margin:.3em 0}.psoas-sheet ul,.psoas-sheet ol{margin:.2em 0;padding-inline-start:1.6em}
.psoas-sheet li{margin:.15em 0}.psoas-sheet li:dir(rtl){list-style-position:inside}
.psoas-sheet summary{cursor:pointer;padding:.15em 0}.psoas-sheet summary:focus-visible{outline:2px solid}
.psoas-sheet details>:not(summary){margin-inline-start:1.1em}
.psoas-sheet .alarm{border-inline-start:5px solid #d7263d;padding-inline-start:.8em}
.psoas-sheet.urgent{border:3px solid #d7263d;padding:.2em .9em}
.psoas-sheet table{border-collapse:collapse;margin:.4em 0;width:auto;table-layout:auto}
.psoas-sheet th,.psoas-sheet td{border:1px solid;padding:.2em .6em;text-align:start;background:none;\
white-space:normal;vertical-align:top}
.psoas-sheet figure{margin:.4em 0;max-width:26rem}.psoas-sheet svg{max-width:100%;height:auto}
.psoas-sheet footer{border-top:1px solid;margin-top:1em;font-size:.9em}"""


def to_html(
    sheet: Sheet,
    pictures: Mapping[str, Picture] | None = None,
    captions: Captions = CAPTIONS,
) -> str:
    """A sheet as HTML: one `section` that can stand in any page, without scripts and without anything from elsewhere.

    All text is escaped. How an exercise is done is folded up under its name and its dose; what to mind in it is not.

    Args:
        sheet: What to show.
        pictures: Drawings, by id of the exercise; None for those that come with the library. See `fitting_pictures`.
        captions: The fixed words of the page.

    Returns:
        The HTML. The same sheet gives the same text.
    """
    body = "\n".join(_body(sheet, fitting_pictures(sheet, pictures), captions))
    styles = f"{_STYLE}\n{FIGURE_CSS}" if "<svg" in body else _STYLE
    urgent = " urgent" if sheet.kind == "referral" and sheet.urgency in _URGENT else ""
    # No label: that would make it a landmark, and one page can hold several sheets with the same title.
    return f'<section class="psoas-sheet{urgent}">\n<style>{styles}</style>\n{body}\n</section>'


def _body(sheet: Sheet, pictures: Mapping[int, Picture], captions: Captions) -> Iterator[str]:
    yield _element("h3", sheet.title)
    yield from _paragraphs(sheet.lead)
    for section in sheet.sections:
        if section.steps:
            yield _element("h4", captions.title(section.title, section.minutes))
            yield from (_step(step, sheet, pictures.get(step.number), captions) for step in section.steps)
        else:
            yield "\n".join(_folded(section) if section.role in _FOLDED else _shown(section))
        if section.role == "time" and sheet.week:
            yield "\n".join(_week(sheet.week, captions))
    yield "<footer>"
    yield from _paragraphs(sheet.foot)
    yield "</footer>"


def _shown(section: Section) -> Iterator[str]:
    yield '<div class="alarm">' if section.role in _ALARMING else "<div>"
    yield _element("h4", section.title)
    yield from _content(section)
    yield "</div>"


def _folded(section: Section) -> Iterator[str]:
    yield f"<details>{_element('summary', section.title)}"
    yield from _content(section)
    yield "</details>"


def _content(section: Section) -> Iterator[str]:
    yield from _paragraphs(section.text)
    yield from _listed("ul", section.entries)
    yield from _paragraphs(section.after)


def _step(step: StepSheet, sheet: Sheet, picture: Picture | None, captions: Captions) -> str:
    head = f"{step.number}. <strong><bdi>{_text(step.name)}</bdi></strong> – {_text(step.dose_text)}"
    lines = [f"<details><summary>{head}</summary>"]
    # Several outcomes can stand in one notebook.
    drawn = safe_picture(picture, f"psoas-{sheet.stamp.digest[:6]}-{step.number}-") if picture is not None else None
    if drawn is not None:
        lines.append(f"<figure>{drawn}</figure>")
    lines += _paragraphs([step.why])
    lines += _listed("ol", step.how)
    lines += _listed("ul", (step.tempo, *step.remarks[len(step.cautions) :], *captions.hints(step)))
    return "\n".join([*lines, "</details>", *_listed("ul", step.mind)])


def _week(week: Iterable[DaySheet], captions: Captions) -> Iterator[str]:
    heads = "".join(_element("th", text) for text in (captions.week, captions.what, captions.exercises))
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for day in week:
        cells = (day.text, captions.numbers(day.steps) or "–")
        name = _element("th", captions.day.format(number=day.index + 1)).replace("<th", '<th scope="row"', 1)
        yield f"<tr>{name}{''.join(_element('td', cell) for cell in cells)}</tr>"
    yield "</tbody></table>"


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    return (_element("p", text) for text in texts if legible(text))


def _listed(kind: str, texts: Iterable[str]) -> Iterator[str]:
    entries = "".join(_element("li", text) for text in texts if legible(text))
    if entries:
        yield f"<{kind}>{entries}</{kind}>"


def _element(name: str, text: str) -> str:
    # Each text finds its own direction, so that one that runs from right to left does not carry others along.
    return f'<{name} dir="auto">{_text(text)}</{name}>'


def _text(text: str) -> str:
    return escape(legible(text))
