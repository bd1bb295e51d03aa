"""The explanation graph: what it holds is true, and its drawings can be read and cannot be broken."""

import re
import shutil
import subprocess
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psoas_rules import Intake, Referral, Routine, read_intake
from psoas_rules.casebook import read_cases
from psoas_rules.elements import Element, UnknownElementError, elements
from psoas_rules.graphing import Edge, ExplanationGraph, Node, graph, to_dot, to_mermaid, to_svg
from psoas_rules.graphing.graph import COLUMNS
from psoas_rules.graphing.layout import BOLD, COLOURS, NODE_WIDTH, gutters, placed
from psoas_rules.graphing.routing import LANE, MARGIN, routed
from psoas_rules.graphing.svg import _DARK_COLOURS
from psoas_rules.graphing.texts import clean, width, wrapped
from psoas_rules.justifying import justify
from psoas_rules.testing import intakes

ROOT = Path(__file__).resolve().parents[1]
INTAKES = ROOT / "examples" / "intakes"
SAMPLED = [case.intake for _, case in list(read_cases().values())[::25]]
NS = {"svg": "http://www.w3.org/2000/svg"}
HOSTILE = (
    '<script>alert("1")</script>',
    "</text></svg><svg onload=alert(1)>",
    "]]><!--",
    "a\"b'c&d;\\",
    "\\",
    'x"] ; evil [label="y',
    '%%{init: {"theme": "dark"}}%%',
    "lifestyle: #quot;x#34;",
    "end\nend",
    "`**bold**`",
    "1. a list",
    "click n0 call alert()",
    "Donaudampfschifffahrtsgesellschaftskapitän" * 4,
    "\u202eesrever\u202c \u0000\ud800",
    "الألم في أسفل الظهر: نعم",
    "腰の痛みとこわばり" * 12,
    "&lt;b&gt; &#60;",
    "",
)

any_intake = st.one_of(intakes(), intakes(screen="clear"), st.sampled_from(SAMPLED).map(Intake.from_dict))
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80))
kinds = st.sampled_from([kind for _, those in COLUMNS for kind in sorted(those)])


@st.composite
def graphs(draw, words=texts):
    """Any graph that the renderers may meet: edges go from a column to the next."""
    chosen = draw(st.lists(st.tuples(kinds, words, words), min_size=1, max_size=24))
    nodes = sorted(
        (Node(f"id{number}", kind, label, detail) for number, (kind, label, detail) in enumerate(chosen)),
        key=lambda node: node.column,
    )
    full = sorted({node.column for node in nodes})
    possible = [
        Edge(one.id, other.id)
        for left, right in pairwise(full)
        for one in nodes
        for other in nodes
        if (one.column, other.column) == (left, right)
    ]
    edges = draw(st.lists(st.sampled_from(possible), unique=True, max_size=60)) if possible else []
    return ExplanationGraph(draw(words), tuple(nodes), tuple(edges))


plain_graphs = graphs(words=st.text("abcdefg hijk ", max_size=200))


# What the graph holds


@given(any_intake)
def test_edges_lead_from_each_column_to_the_next(recommender, intake):
    drawn = graph(recommender.recommend(intake))

    column = {node.id: node.column for node in drawn.nodes}
    assert len(column) == len(drawn.nodes)
    assert all(column[edge.target] == column[edge.source] + 1 for edge in drawn.edges)
    assert len(set(drawn.edges)) == len(drawn.edges)


@given(any_intake)
def test_everything_that_is_drawn_reaches_something(recommender, intake):
    """Answers and rules that reached nothing are left out."""
    drawn = graph(recommender.recommend(intake))

    leading, reached = {edge.source for edge in drawn.edges}, {edge.target for edge in drawn.edges}
    assert all(node.id in leading for node in drawn.nodes if node.column < 2)
    assert all(node.id in reached for node in drawn.nodes if node.column == 1)
    assert all(node.id in leading for node in drawn.nodes if node.kind == "conclusion")


@given(any_intake)
def test_every_rule_that_is_drawn_fired(recommender, intake):
    outcome = recommender.recommend(intake)

    drawn = graph(outcome)

    made = {"rule:evidence", "rule:safety", "rule:screening"}
    rules = {node.id.removeprefix("rule:") for node in drawn.nodes if node.kind == "rule" and node.id not in made}
    assert rules <= set(outcome.trace.rules)


@given(intakes(screen="clear"))
def test_every_step_hangs_on_the_pattern_and_on_what_shaped_it(recommender, intake):
    outcome = recommender.recommend(intake)
    drawn = graph(outcome)

    steps = outcome.steps if isinstance(outcome, Routine) else ()
    for number, step in enumerate(steps, 1):
        node = drawn.node(f"step:{step.exercise}")
        assert (node.label, node.detail) == (f"{number}. {step.name}", f"{step.dose}.")
        assert Edge("pattern", node.id) in drawn.edges
        shaping = [edge.source for edge in drawn.edges if edge.target == node.id and edge.source != "pattern"]
        assert {source.removeprefix("conclusion:") for source in shaping} <= set(step.rules)


@given(any_intake)
def test_each_answer_that_counts_is_there_or_counted(recommender, intake):
    """Of the answers that gave points, each has a node of its own or stands in the one for the rest."""
    outcome = recommender.recommend(intake)
    drawn = graph(outcome)

    giving = set(outcome.profile.rules) if isinstance(outcome, Routine) else set()
    for firing in outcome.trace.firings:
        for reading in firing.readings if firing.rule in giving else ():
            if reading.value is not None:
                found = [node for node in drawn.nodes if node.id == f"answer:{reading.fact}"]
                assert found or f"{reading.label}: {reading.text}" in drawn.node("answer:more").detail


def test_the_most_urgent_level_leads_to_the_referral(recommender):
    outcome = recommender.recommend(read_intake(INTAKES / "blood_thinner_groin_pain.yaml"))
    assert isinstance(outcome, Referral)

    drawn = graph(outcome)

    assert [node.kind for node in drawn.nodes] == ["answer", "rule", "level", "referral"]
    assert drawn.edges == tuple(Edge(one.id, other.id) for one, other in pairwise(drawn.nodes))
    assert drawn.node("referral").label == outcome.headline


def test_what_a_rule_took_for_an_answer_is_not_drawn_as_one(recommender):
    drawn = graph(recommender.recommend(read_intake(INTAKES / "hip_replacement.yaml")))

    assumed = drawn.node("answer:condition.falls_or_balance_risk")

    assert assumed.kind == "found"
    assert "precaution.unsteady_counts_as_falls_risk" in assumed.detail


def test_of_many_open_questions_the_most_dangerous_are_shown(recommender):
    drawn = graph(recommender.recommend(Intake()))

    shown = [node for node in drawn.nodes if node.kind == "open"]
    assert len(shown) == 7
    assert all("emergency" in node.detail for node in shown[:6])
    assert re.fullmatch(r"\d+ more open questions", shown[-1].label)


@given(any_intake, st.data())
def test_one_element_is_drawn_with_what_stands_behind_it(recommender, intake, data):
    """The graph of a justification holds no answer that is not cited, or worked out from what is."""
    element = data.draw(st.sampled_from(elements(recommender.recommend(intake))))
    justification = justify(recommender, intake, element)

    drawn = graph(justification.shown, element)

    column = {node.id: node.column for node in drawn.nodes}
    assert all(column[edge.target] == column[edge.source] + 1 for edge in drawn.edges)
    ends = {"step", "left_out", "request", "note", "referral", "screening", "pattern", "level"}
    assert any(node.kind in ends for node in drawn.nodes)
    assert sum(node.column == 3 for node in drawn.nodes) <= 1
    facts = recommender.lexicon.facts(justification.intake)
    answered = {node.id.removeprefix("answer:") for node in drawn.nodes if node.kind == "answer"}
    assert answered - {"safety", "more"} <= set(facts)


def test_one_step_is_drawn_without_the_others(recommender):
    outcome = recommender.recommend(read_intake(INTAKES / "pregnant_24_weeks.yaml"))

    drawn = graph(outcome, Element("step", "cat_cow"))

    assert [node.id for node in drawn.nodes if node.kind == "step"] == ["step:cat_cow"]
    assert drawn.node("conclusion:condition.pregnancy").label == "Swaps exercises"
    with pytest.raises(UnknownElementError):
        graph(outcome, Element("step", "glute_bridge"))


# Places and ways


@given(plain_graphs)
def test_boxes_do_not_overlap(drawn):
    for boxes in placed(drawn):
        for above, below in pairwise(boxes):
            assert above.bottom + 8 <= below.top


@given(plain_graphs)
def test_every_node_is_placed_once_and_in_its_column(drawn):
    columns = placed(drawn)

    assert sorted(box.node.id for boxes in columns for box in boxes) == sorted(node.id for node in drawn.nodes)
    assert [{box.node.column for box in boxes} for boxes in columns] == [
        {nodes[0].column} for _, nodes in drawn.columns()
    ]


def test_steps_keep_their_order(recommender):
    drawn = graph(recommender.recommend(read_intake(INTAKES / "hip_replacement.yaml")))

    labels = [box.node.label for box in placed(drawn)[-1]]
    assert [label.partition(".")[0] for label in labels] == [str(number) for number in range(1, 11)]


def segments(line, lanes):
    """The horizontal and vertical parts of a line, as (place across, from, to)."""
    wide = 2 * MARGIN + LANE * (lanes - 1)
    flat, upright = [], []
    for way in line.ways:
        lane = MARGIN + way.lane * LANE
        straight = way.start == way.end
        flat += [(way.start, 0, wide)] if straight else [(way.start, 0, lane), (way.end, lane, wide)]
        if not straight:
            upright.append((lane, min(way.start, way.end), max(way.start, way.end)))
    return flat, upright


def overlapping(one, other):
    (place, low, high), (at, start, end) = one, other
    return abs(place - at) < 2 and min(high, end) - max(low, start) > 0


@settings(max_examples=200)
@given(plain_graphs)
def test_no_two_lines_lie_on_each_other(drawn):
    """Each line can be followed: where two meet they cross."""
    columns = placed(drawn)
    for (left, right), edges in zip(pairwise(columns), gutters(drawn), strict=True):
        lines = routed(left, right, edges, last=right is columns[-1])
        for one, other in combinations([segments(line, len(lines)) for line in lines], 2):
            for mine, theirs in zip(one, other, strict=True):
                assert not any(overlapping(a, b) for a in mine for b in theirs)


@given(plain_graphs)
def test_every_edge_leaves_and_arrives_at_its_boxes(drawn):
    columns = placed(drawn)
    boxes = {box.node.id: box for those in columns for box in those}
    ways = []
    for (left, right), edges in zip(pairwise(columns), gutters(drawn), strict=True):
        ways += [way for line in routed(left, right, edges, last=right is columns[-1]) for way in line.ways]

    assert sorted((way.edge.source, way.edge.target) for way in ways) == sorted(
        (edge.source, edge.target) for edge in drawn.edges
    )
    for way in ways:
        assert boxes[way.edge.source].top < way.start < boxes[way.edge.source].bottom
        assert boxes[way.edge.target].top < way.end < boxes[way.edge.target].bottom


@given(texts, st.floats(40, 400))
def test_lines_of_text_are_no_wider_than_their_room(text, most):
    lines = wrapped(text, 13, most)

    assert all(width(line, 13) <= most or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")


def test_a_text_that_is_cut_says_so():
    assert wrapped("one two three four five six", 10, 60, lines=2)[-1].endswith("…")
    assert wrapped("one", 10, 60, lines=2) == ("one",)


# SVG


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_lines_stand_out_from_the_ground():
    """At least 3 to 1, as WCAG asks of graphics, on white and on the dark ground."""
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in COLOURS)
    assert all(contrast(colour, "#16181c") >= 4.5 for colour in _DARK_COLOURS)
    assert len(set(COLOURS)) == len(COLOURS) == len(_DARK_COLOURS)


@given(graphs())
def test_the_picture_is_well_formed_and_asks_for_nothing(drawn):
    """No text can add markup: the elements are those that were drawn, and the texts are just the texts."""
    text = to_svg(drawn)
    root = ET.fromstring(text)

    allowed = {f"{{{NS['svg']}}}{name}" for name in ("svg", "title", "desc", "style", "rect", "text", "g", "path")}
    assert {element.tag for element in root.iter()} <= allowed
    names = {name for element in root.iter() for name in element.attrib}
    assert names <= {
        *("width", "height", "viewBox", "role", "aria-labelledby", "id", "class", "x", "y", "rx", "d", "transform")
    }
    style = root.find("svg:style", NS).text
    assert "url(" not in style
    assert "@import" not in style
    assert len(root.findall(".//svg:g[@class]", NS)) == len(drawn.nodes)


@given(graphs())
def test_the_picture_says_all_of_it_to_a_screen_reader(drawn):
    root = ET.fromstring(to_svg(drawn))

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert (root.find("svg:title", NS).text or "") == clean(drawn.title)
    told = root.find("svg:desc", NS).text or ""
    assert all(clean(node.label) in told for node in drawn.nodes)
    whole = [title.text or "" for title in root.findall(".//svg:g/svg:title", NS)]
    assert sorted(whole) == sorted(
        clean(f"{node.label}. {node.detail}" if node.detail else node.label) for node in drawn.nodes
    )


@given(graphs(words=st.text("abc def ", max_size=400)))
def test_everything_stands_inside_the_picture(drawn):
    root = ET.fromstring(to_svg(drawn))
    wide, high = float(root.get("width")), float(root.get("height"))
    shift = float(re.search(r"translate\(0 ([\d.]+)\)", to_svg(drawn))[1])

    for rect in root.findall(".//svg:g/svg:rect", NS):
        x, y, height = (float(rect.get(name)) for name in ("x", "y", "height"))
        assert 0 <= x <= x + NODE_WIDTH <= wide
        assert 0 <= y + shift <= y + shift + height <= high
    for node in root.findall(".//svg:g[@class]", NS):
        rect = node.find("svg:rect", NS)
        top, bottom = float(rect.get("y")), float(rect.get("y")) + float(rect.get("height"))
        for text in node.findall("svg:text", NS):
            size = 13 * BOLD if text.get("class") == "l" else 11.5
            assert top < float(text.get("y")) < bottom
            assert float(text.get("x")) + width(text.text or "", size) <= float(rect.get("x")) + NODE_WIDTH


def test_the_picture_of_the_readme_is_up_to_date(recommender):
    """Made by examples/12_draw_the_explanation.py with the folder docs."""
    drawn = to_svg(graph(recommender.recommend(read_intake(INTAKES / "stiff_lower_back.yaml"))))

    assert (ROOT / "docs" / "explanation.svg").read_text(encoding="utf-8") == drawn


# DOT and Mermaid


def dot_strings(text):
    """The quoted strings of a DOT text as their labels show them; fails where quotes do not match up."""
    found, rest = [], text
    while '"' in rest:
        before, _, rest = rest.partition('"')
        assert re.fullmatch(r"[\w\s=;\[\]{}>/,.-]*", before), before
        string = re.match(r'(?:[^"\\]|\\.)*"', rest, re.DOTALL)
        assert string, rest
        found.append(string[0][:-1])
        rest = rest[string.end() :]
    assert re.fullmatch(r"[\w\s=;\[\]{}>/,.-]*", rest), rest
    return found


def shown_by_dot(string):
    plain = re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], string)
    assert not re.search(r"&(?!amp;)", plain)
    return plain.replace("&amp;", "&")


@given(graphs())
def test_dot_shows_each_text_just_as_it_is(drawn):
    strings = [shown_by_dot(string) for string in dot_strings(to_dot(drawn))]

    flat = ["".join(string.split()) for string in strings]
    assert "".join(clean(drawn.title).split()) in flat
    for node in drawn.nodes:
        shown = node.label + node.detail if node.kind in ("step", "pattern") else node.label
        assert "".join(clean(shown).split()) in flat


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@settings(max_examples=15)
@given(graphs())
def test_graphviz_reads_what_is_written(drawn):
    done = subprocess.run(["dot", "-Tplain"], input=to_dot(drawn), capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 0, done.stderr
    kinds_of_lines = [line.split(" ", 1)[0] for line in done.stdout.replace("\\\n", "").splitlines()]
    assert kinds_of_lines.count("node") == len(drawn.nodes)


MERMAID_TEXT = r"(?:[^\W_]|[ ,]|\#\d+;)*"
MERMAID_LINES = re.compile(
    rf"""
      %%\{{init:\ \{{"flowchart":\ \{{"rankSpacing":\ \d+,\ "nodeSpacing":\ \d+\}}\}}\}}%%
    | flowchart\ LR
    | \ \ accTitle:\ {MERMAID_TEXT}
    | \ \ n\d+\["{MERMAID_TEXT}(?:<br/>{MERMAID_TEXT})?"\]:::[a-z]+
    | \ \ n\d+\ -->\ n\d+
    | \ \ linkStyle\ \d+(?:,\d+)*\ stroke:\#[0-9a-f]{{6}}
    | \ \ classDef\ [a-z]+\ fill:\#[0-9a-f]{{6}},stroke:\#[0-9a-f]{{6}},color:\#[0-9a-f]{{6}}(?:,stroke-dasharray:4\ 3)?
    """,
    re.VERBOSE,
)


@given(graphs())
def test_mermaid_holds_nothing_but_its_own_grammar(drawn):
    lines = to_mermaid(drawn).splitlines()

    assert all(MERMAID_LINES.fullmatch(line) for line in lines)
    labels = [match[1] for line in lines if (match := re.fullmatch(r'  n\d+\["(.*)"\]:::\w+', line))]
    shown = [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label.replace("<br/>", "\x00")) for label in labels]
    expected = [
        "\x00".join(map(clean, (node.label, node.detail)))
        if node.kind in ("step", "pattern") and node.detail
        else clean(node.label)
        for node in drawn.nodes
    ]
    assert shown == [text or " " for text in expected]
    assert all(labels)
    assert sum(" --> " in line for line in lines) == len(drawn.edges)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_of_a_pack_stay_words(recommender, words):
    """A routine whose every label is hostile is drawn with the same parts as with harmless ones."""
    drawn = graph(recommender.recommend(read_intake(INTAKES / "stiff_lower_back.yaml")))

    bad, good = (
        attrs.evolve(drawn, title=text, nodes=tuple(attrs.evolve(one, label=text, detail=text) for one in drawn.nodes))
        for text in (words, "harmless")
    )

    tags = [
        [one.tag for one in ET.fromstring(to_svg(those)).iter() if not one.tag.endswith("text")]
        for those in (bad, good)
    ]
    assert tags[0] == tags[1]
    assert len(to_dot(bad).splitlines()) == len(to_dot(good).splitlines())
    assert len(to_mermaid(bad).splitlines()) == len(to_mermaid(good).splitlines())
