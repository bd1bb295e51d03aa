"""The figures of the built-in pack as files: there for every exercise, clean, small, safe to embed, and readable."""

import gzip
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psoas_rules.errors import PackError
from psoas_rules.figures import FIGURE_CSS, Figure, load_figures, picture_css

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("svg", "animated")
DRAWING = {"svg", "title", "desc", "style", "g", "path", "circle", "text"}
ATTRIBUTES = {"class", "d", "id", "transform", "cx", "cy", "r", "x", "y", "role", "viewBox", "aria-labelledby"}
FIGURES = load_figures()


def every_file():
    return [pytest.param(name, kind, id=f"{name}-{kind}") for name in FIGURES for kind in KINDS]


def tree_of(name, kind):
    return ET.fromstring(getattr(FIGURES[name], kind))


def test_every_exercise_has_a_figure(pack):
    assert set(FIGURES) == {exercise.id for exercise in pack.exercises}


def test_a_figure_is_called_what_its_exercise_is_called(pack):
    assert {name: figure.title for name, figure in FIGURES.items()} == {one.id: one.name for one in pack.exercises}


def test_every_description_is_a_sentence_that_says_more_than_the_title():
    short = [name for name, one in FIGURES.items() if len(one.description) < 40 or not one.description.endswith(".")]

    assert short == []


@pytest.mark.parametrize("name, kind", every_file())
def test_a_file_holds_a_drawing_and_nothing_that_acts_or_fetches(name, kind):
    root = tree_of(name, kind)

    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= DRAWING
    assert {key for element in root.iter() for key in element.attrib} <= ATTRIBUTES | {"data-digest"}
    assert not re.search(r"https?:(?!//www\.w3\.org/2000/svg)|url\(|@import|javascript:", getattr(FIGURES[name], kind))


@pytest.mark.parametrize("name, kind", every_file())
def test_a_file_is_small(name, kind):
    content = getattr(FIGURES[name], kind).encode()
    packed = len(gzip.compress(content, 9))

    assert packed <= (6 if kind == "svg" else 15) * 1024
    assert kind == "animated" or len(content) <= 25 * 1024


@pytest.mark.parametrize("name, kind", every_file())
def test_a_file_names_itself_to_those_who_cannot_see_it(name, kind):
    root = tree_of(name, kind)
    texts = {element.get("id"): element.text for element in root if element.tag in (f"{SVG}title", f"{SVG}desc")}

    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == list(texts)
    assert all(texts.values())


@pytest.mark.parametrize("name", list(FIGURES))
def test_coordinates_are_whole_numbers(name):
    paths = [element.get("d") for element in tree_of(name, "svg").iter(f"{SVG}path")]

    assert paths
    assert not any("." in path or "e" in path or "nan" in path for path in paths)


def test_ids_are_unique_when_all_figures_stand_in_one_page():
    page = "".join(figure.inline(animated=moves) for figure in FIGURES.values() for moves in (False, True))
    ids = re.findall(r'\bid="([^"]+)"', page)

    assert len(ids) == 4 * len(FIGURES)
    assert len(set(ids)) == len(ids)


@given(prefix=st.text(max_size=12))
def test_a_prefix_keeps_the_ids_of_a_second_copy_apart_and_its_labels_right(prefix):
    figure = FIGURES["bird_dog"]
    root = ET.fromstring(figure.inline("p-" + re.sub(r"[^ -~]|\s", "_", prefix)))
    ids = [element.get("id") for element in root.iter() if element.get("id")]

    assert root.get("aria-labelledby").split() == ids
    assert not set(ids) & set(re.findall(r'id="([^"]+)"', figure.inline()))


def test_an_embedded_figure_brings_no_style_of_its_own():
    for figure in FIGURES.values():
        assert "<style" not in figure.inline()
        assert "xmlns" not in figure.inline(animated=True)
        assert figure.inline().startswith('<svg class="psoas-figure"')


def selectors(css):
    """Every selector of a style sheet, with those inside media queries; steps of animations are none."""
    plain = re.sub(r"@keyframes [^{]+\{(?:[^{}]*\{[^{}]*\})*\}", "", css)
    plain = re.sub(r"@media[^{]+\{", "", plain)
    return [selector.strip(" }") for selector in re.findall(r"([^{}]+)\{", plain)]


def test_no_rule_of_the_style_reaches_beyond_the_figures():
    found = selectors(FIGURE_CSS)

    assert len(found) > 40
    for selector in found:
        assert all(".psoas-figure" in part for part in split(selector)), selector


def split(selector):
    """The parts of a selector list; commas in brackets separate none."""
    return re.split(r",(?![^(]*\))", selector)


def test_every_class_that_is_drawn_is_painted_or_names_a_part():
    drawn = {
        name
        for figure in FIGURES.values()
        for text in (figure.svg, figure.animated)
        for names in re.findall(r'class="([^"]+)"', text)
        for name in names.split()
    }
    parts = {"p-head", "p-neck", "p-torso", "p-arm", "p-leg", "p-panel", "p-behind", "p-before", "p-signs", "p-moving"}
    parts |= {"p-side", "p-top", "p-far", "psoas-figure"}
    painted = set(re.findall(r"p-[\w-]+", FIGURE_CSS)) | parts

    assert drawn <= painted


def test_all_variables_that_the_style_uses_have_a_value_in_every_theme():
    used = set(re.findall(r"var\((--psoas-[\w-]+)\)", FIGURE_CSS))
    themes = re.findall(r"\{((?:--psoas-[\w-]+:[^;}]+;?)+)\}", FIGURE_CSS)

    assert len(themes) == 5
    for theme in themes:
        assert set(re.findall(r"(--psoas-[\w-]+):", theme)) >= used


def brightness(colour):
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    red, green, blue = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_in_greys_clothes_skin_and_near_and_far_differ():
    greys = dict(
        re.findall(
            r"--psoas-([\w-]+):(#\w+)", re.findall(r"\[data-theme=mono\] \.psoas-figure\{([^}]+)", FIGURE_CSS)[0]
        )
    )
    pairs = [
        ("skin", "shirt"),
        ("shirt", "shorts"),
        ("skin", "skin-far"),
        ("shirt", "shirt-far"),
        ("shorts", "shorts-far"),
        ("shorts", "hair"),
        ("sign", "halo"),
    ]

    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in greys.values() if len(colour) == 7)
    for one, other in pairs:
        assert abs(brightness(greys[one]) - brightness(greys[other])) > 0.08, (one, other)


def test_a_picture_brings_only_the_style_that_it_uses():
    little = picture_css({"p-skin"})

    assert ".p-skin{" in little
    assert "shirt" not in little
    assert len(little) < len(picture_css()) / 4


def test_figures_are_read_once_and_kept():
    assert load_figures()["bird_dog"] is FIGURES["bird_dog"]


def test_a_figure_that_is_not_there_is_refused_with_the_nearest_name():
    with pytest.raises(KeyError, match="did you mean 'bird_dog'"):
        FIGURES["bird_dgo"]


def test_a_folder_that_is_no_pack_is_refused(tmp_path):
    with pytest.raises(PackError, match=r"it has no pack\.yaml"):
        load_figures(tmp_path)


def test_a_pack_without_figures_has_none(tmp_path):
    (tmp_path / "pack.yaml").write_text("")

    assert dict(load_figures(tmp_path)) == {}


def test_only_figures_with_both_files_count(tmp_path):
    (tmp_path / "pack.yaml").write_text("")
    folder = tmp_path / "figures"
    folder.mkdir()
    for name in ("whole.svg", "whole.animated.svg", "half.svg", "other.animated.svg"):
        (folder / name).write_text('<svg viewBox="0 0 20 10"><title id="t">A &amp; B</title></svg>', encoding="utf-8")
    figures = load_figures(tmp_path)

    assert list(figures) == ["whole"]
    assert figures["whole"].title == "A & B"
    assert figures["whole"].size == (20, 10)


def test_a_figure_that_is_not_text_is_told_with_its_file(tmp_path):
    (tmp_path / "pack.yaml").write_text("")
    (tmp_path / "figures").mkdir()
    for name in ("one.svg", "one.animated.svg"):
        (tmp_path / "figures" / name).write_bytes(b"\xff\xfe")

    with pytest.raises(PackError, match=r"figures/one\.svg: .*not text in UTF-8"):
        load_figures(tmp_path)["one"]


def test_a_figure_prints_shortly():
    assert repr(Figure("bird_dog", "<svg/>", "<svg/>")) == "Figure(exercise='bird_dog')"


def test_reading_figures_needs_none_of_the_libraries_that_draw_them():
    code = "import sys, psoas_rules.figures as f; len(f.load_figures()['bird_dog'].inline()); print({'numpy', 'scipy'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "set()"
