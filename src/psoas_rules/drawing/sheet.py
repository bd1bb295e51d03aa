"""A contact sheet: all figures of a pack on one page, with their names, for looking through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from psoas_rules.figures import FIGURE_CSS, Figure

Theme = Literal["light", "dark", "mono"]

_PAGE: Final = (
    "body{margin:16px;font:15px/1.3 system-ui,sans-serif;background:#fff;color:#1d2430}"
    "[data-theme=dark] body{background:#12161d;color:#e8ecf2}"
    "main{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:12px}"
    "figure{margin:0;padding:8px;border:1px solid #8886;border-radius:8px;break-inside:avoid}"
    "figcaption{font-weight:600;min-height:2.6em}small{font-weight:400;display:block;opacity:.75}"
    "figure svg{width:100%;height:150px;display:block}"
)


def contact_sheet(figures: Iterable[Figure], *, title: str, theme: Theme = "light", animated: bool = False) -> str:
    """A page of HTML with these figures.

    Args:
        figures: What is shown, in this order.
        title: The heading of the page.
        theme: How they are coloured.
        animated: Whether they move.
    """
    page = Element("html", {"lang": "en", "data-theme": theme})
    head = SubElement(page, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "title").text = title
    SubElement(head, "style").text = f"{_PAGE}\n{FIGURE_CSS}"
    body = SubElement(page, "body")
    SubElement(body, "h1").text = title
    main = SubElement(body, "main")
    for one in figures:
        cell = SubElement(main, "figure")
        cell.append(fromstring(one.inline(animated=animated)))  # noqa: S314 - our own figures
        caption = SubElement(cell, "figcaption")
        caption.text = one.title
        SubElement(caption, "small").text = one.exercise
    return "<!doctype html>\n" + tostring(page, encoding="unicode", method="html") + "\n"
