"""The figures in a real browser: nothing cut off, still when that is asked for, told to those who cannot see them."""

import pytest
from web_person import BROWSER, browsing

from psoas_rules.figures import FIGURE_CSS, load_figures

for library in ("playwright", "axe_playwright_python"):
    pytest.importorskip(library, reason=f"{library} is not installed")
if BROWSER is None:
    pytest.skip("there is no Chromium on this machine", allow_module_level=True)

FIGURES = load_figures()
MOVING = "bird_dog"

OUTSIDE = """
() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const view = svg.viewBox.baseVal, found = [];
  for (const shape of svg.querySelectorAll('path, circle, text')) {
    const box = shape.getBBox(), style = getComputedStyle(shape);
    const half = style.stroke === 'none' ? 0 : parseFloat(style.strokeWidth) / 2;
    const matrix = svg.getScreenCTM().inverse().multiply(shape.getScreenCTM());
    const corners = [[box.x - half, box.y - half], [box.x + box.width + half, box.y + box.height + half]]
      .map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
    const over = Math.max(-corners[0].x, -corners[0].y, corners[1].x - view.width, corners[1].y - view.height);
    if (over > 0.5) found.push(`${svg.getAttribute('aria-labelledby')} ${shape.getAttribute('class')}: ${over}`);
  }
  return found;
})
"""
SHOWN = """
() => [...document.querySelectorAll('.p-frame')].map(
  frame => [getComputedStyle(frame).visibility, getComputedStyle(frame).animationName])
"""


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    yield page
    page.close()


def html(*figures, css=FIGURE_CSS, theme="", body=""):
    attribute = f' data-theme="{theme}"' if theme else ""
    return (
        f'<!doctype html><html lang="en"{attribute}><head><title>Figures</title><style>svg{{width:300px}}{css}</style></head>'
        f"<body><main><h1>Figures</h1>{body}{''.join(figures)}</main></body></html>"
    )


@pytest.mark.parametrize("animated", [False, True], ids=["still", "animated"])
def test_nothing_lies_outside_the_view_of_any_figure(page, animated):
    page.set_content(html(*(figure.inline(animated=animated) for figure in FIGURES.values())))

    assert page.locator("svg").count() == len(FIGURES)
    assert page.evaluate(OUTSIDE) == []


def test_the_check_for_what_lies_outside_finds_a_view_that_is_too_small(page):
    text = FIGURES[MOVING].inline()
    width, height = FIGURES[MOVING].size
    page.set_content(html(text.replace(f"0 0 {width} {height}", f"0 0 {width - 40} {height}")))

    assert page.evaluate(OUTSIDE) != []


def test_an_animation_runs_where_motion_is_welcome(page):
    page.emulate_media(reduced_motion="no-preference")
    page.set_content(html(FIGURES[MOVING].inline(animated=True)))
    frames = page.evaluate(SHOWN)

    assert [name for _, name in frames] == [f"psoas-figure-{number}" for number in range(7)]
    assert [visibility for visibility, _ in frames].count("visible") == 1


@pytest.mark.parametrize("media", [{"reduced_motion": "reduce"}, {"media": "print", "reduced_motion": "no-preference"}])
def test_an_animation_rests_at_its_end_for_less_motion_and_on_paper(page, media):
    page.emulate_media(**media)
    page.set_content(html(FIGURES[MOVING].inline(animated=True)))

    assert page.evaluate(SHOWN) == [["hidden", "none"]] * 6 + [["visible", "none"]]


def test_an_animation_stops_under_the_pointer(page):
    page.emulate_media(reduced_motion="no-preference")
    page.set_content(html(FIGURES[MOVING].inline(animated=True)))
    running = "() => getComputedStyle(document.querySelector('.p-frame')).animationPlayState"
    before = page.evaluate(running)
    page.locator("svg").hover()

    assert [before, page.evaluate(running)] == ["running", "paused"]


def test_each_animation_takes_its_own_time(page):
    page.emulate_media(reduced_motion="no-preference")
    page.set_content(html(*(figure.inline(animated=True) for figure in FIGURES.values())))
    wrong = page.evaluate("""
        () => [...document.querySelectorAll('svg')].filter(svg => {
          const seconds = [...svg.classList].find(name => name.startsWith('p-seconds-')).slice(10);
          return getComputedStyle(svg.querySelector('.p-frame')).animationDuration !== `${seconds}s`;
        }).length
    """)

    assert wrong == 0


@pytest.mark.parametrize("animated", [False, True], ids=["still", "animated"])
def test_the_accessibility_tree_has_an_image_with_name_and_words_and_nothing_else(page, animated):
    figure = FIGURES[MOVING]
    page.set_content(html(figure.inline(animated=animated)))
    image = page.get_by_role("img")

    assert image.count() == 1
    name = image.evaluate(
        "svg => svg.getAttribute('aria-labelledby').split(' ').map(id => document.getElementById(id).textContent).join(' ')"
    )
    assert name == f"{figure.title} {figure.description}"
    assert page.get_by_role("img", name=name).count() == 1


def test_axe_finds_nothing_in_a_page_of_all_figures(page):
    from axe_playwright_python.sync_playwright import Axe

    page.set_content(html(*(figure.inline() for figure in FIGURES.values())))
    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


PLAIN = '<p class="p-skin">words</p><svg id="own" viewBox="0 0 9 9"><path class="p-skin p-frame p-line" d="M0 0h9v9z"/><circle r="2"/></svg>'
STYLES = """
() => [...document.querySelectorAll('p, #own, #own *')].map(element => JSON.stringify(
  [...getComputedStyle(element)].filter(name => !name.startsWith('--')).map(name => getComputedStyle(element)[name])))
"""


def test_the_rest_of_the_page_looks_the_same_with_and_without_the_style(page):
    page.set_content(html(body=PLAIN, css=""))
    before = page.evaluate(STYLES)
    page.set_content(html(body=PLAIN))

    assert page.evaluate(STYLES) == before


SKIN = "() => getComputedStyle(document.querySelector('.psoas-figure .p-head .p-skin')).fill"


@pytest.mark.parametrize(
    "theme, prefers, media, like",
    [
        ("", "dark", "screen", "dark"),
        ("light", "dark", "screen", "light"),
        ("dark", "light", "screen", "dark"),
        ("mono", "dark", "screen", "mono"),
        ("dark", "dark", "print", "mono"),
        ("light", "light", "print", "mono"),
    ],
)
def test_the_theme_is_what_the_page_says_else_what_the_reader_prefers_and_greys_on_paper(
    page, theme, prefers, media, like
):
    page.emulate_media(color_scheme="light", media="screen")
    page.set_content(html(FIGURES[MOVING].inline(), theme=like))
    expected = page.evaluate(SKIN)
    page.emulate_media(color_scheme=prefers, media=media)
    page.set_content(html(FIGURES[MOVING].inline(), theme=theme))

    assert page.evaluate(SKIN) == expected


def test_a_file_by_itself_looks_as_it_does_in_a_page(page):
    page.set_content(html(FIGURES[MOVING].inline()))
    embedded = page.evaluate(SKIN)
    page.set_content(html(FIGURES[MOVING].svg, css=""))

    assert page.evaluate(SKIN) == embedded
