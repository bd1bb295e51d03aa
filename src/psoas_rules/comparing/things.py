"""A pack as a list of things: rows, rules, exercises, numbers and texts, each with what it means and what it says.

What a thing *means* is what an outcome can hang on: conditions, points, levels, doses, what is left out. What it *says*
is for people to read. Two packs are compared thing by thing, so the order of keys and rows, quotes and remarks do not
count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

import attrs

from psoas_rules import pack as shapes
from psoas_rules import progression
from psoas_rules.cells import relation
from psoas_rules.conditions import All, Condition, Not, Test
from psoas_rules.conditions import Any as AnyOf
from psoas_rules.facts import FACT_KINDS
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import Rulebook
from psoas_rules.pack import Pack, Tree
from psoas_rules.progressing import PROGRESS_KINDS
from psoas_rules.rulebook import TreeReader

Kind: TypeAlias = Literal[
    "sign",
    "measure",
    "person",
    "preference",
    "red_flag",
    "condition",
    "screen",
    "exercise",
    "rule",
    "slot",
    "session",
    "format",
    "session_limits",
    "drop_order",
    "swap_order",
    "constant",
    "property",
    "target",
    "equipment",
    "position",
    "text",
    "source",
    "explainer",
    "pack",
    "progress_rule",
    "programme",
    "programme_text",
]
"""What sort of thing it is."""

_WORDS: Final[Mapping[type, frozenset[str]]] = {
    shapes.Item: frozenset(
        {"label", "ask", "note", "facts", "self_test", "properties", "could_also_be", "from_article"}
    ),
    shapes.Part: frozenset({"ask"}),
    shapes.Evidence: frozenset({"note"}),
    shapes.RedFlag: frozenset({"label", "ask", "could_mean", "psoas_specific", "applies_to", "do", "note", "facts"}),
    shapes.RaisedBy: frozenset({"say"}),
    shapes.Further: frozenset({"say", "own_advice"}),
    shapes.ConditionRow: frozenset({"label", "ask", "group", "stop_signs", "own_advice", "say", "note", "facts"}),
    shapes.Limit: frozenset({"say"}),
    shapes.ScreenGroup: frozenset({"ask"}),
    shapes.Exercise: frozenset(
        {
            *("name", "aliases", "why", "steps", "evidence", "from_article", "article_name", "offered_when"),
            *("not_on_your_own", "progressions", "cues", "common_faults", "stop_signs", "note"),
        }
    ),
    shapes.DoseRow: frozenset({"article", "sources"}),
    shapes.Slot: frozenset({"label"}),
    shapes.SlotUse: frozenset({"sources"}),
    shapes.Format: frozenset({"sources"}),
    shapes.Then: frozenset({"say", "stop_signs"}),
    shapes.RuleFile: frozenset({"title", "because", "sources", "cases"}),
    shapes.Constant: frozenset({"why", "sources"}),
    shapes.Equipment: frozenset({"label"}),
    progression.ProgressRule: frozenset({"title", "because", "sources", "cases", "say"}),
    progression.Number: frozenset({"why", "sources"}),
    progression.Block: frozenset({"title", "goal"}),
    progression.Watched: frozenset({"sources"}),
    progression.RetestPlan: frozenset({"title"}),
    progression.ReportQuestion: frozenset({"label", "ask"}),
}
"""For each shape, the fields that are for people to read. Of a shape that is not here, no field is."""

_READ: Final = (shapes.Source, shapes.Explainer)
"""Shapes that are for people to read as a whole."""

_UNORDERED: Final = frozenset(
    {
        *("properties", "exercises", "phases", "all_but", "for_exercises", "with_any", "red_flags", "conditions"),
        *("prefer", "treat_as", "extra_set", "evidence", "raised_by", "limits", "serves", "on_request"),
        *("marks", "kept_in_flares"),
    }
)
"""Lists in which the order does not matter."""

_TREES: Final = frozenset({"when", "offer_if"})


@attrs.frozen(eq=False)
class Thing:
    """One thing of a pack.

    Attributes:
        kind: What sort of thing it is.
        id: Its name among the things of its kind.
        file: The file that it stands in.
        meaning: What outcomes can hang on, by name of the field; nested names have dots.
        words: What is for people to read, in the same way.
    """

    kind: Kind
    id: str
    file: str
    meaning: Mapping[str, Any]
    words: Mapping[str, Any]


@attrs.frozen(eq=False)
class When:
    """A condition inside a thing: as it was written, and ready to be compared.

    Attributes:
        tree: As it was written.
        condition: The same, with an open side filled in; None when there is none, which holds always.
        feared: Where it is about the follow-up of a condition, the same with every answer that is not known taken for
            the dangerous one; elsewhere the same again.
        lexicon: The facts that it reads.
    """

    tree: Tree
    condition: Condition | None
    feared: Condition | None
    lexicon: Lexicon

    def same(self, other: When) -> bool:
        """Whether it holds for the same people."""
        if self.condition is None or other.condition is None or self.feared is None or other.feared is None:
            return bool(self.tree == other.tree)
        lexicons = (self.lexicon, other.lexicon)
        pairs = ((self.condition, other.condition), (self.feared, other.feared))
        return all(relation(one, another, *lexicons) == "same" for one, another in pairs)

    def renamed(self, names: Mapping[str, str]) -> When:
        """The same with the old names of things replaced by the new ones."""
        if self.condition is None or self.feared is None:
            return self
        condition, feared = (_with_names(one, names) for one in (self.condition, self.feared))
        return attrs.evolve(self, condition=condition, feared=feared)


def _with_names(condition: Condition, names: Mapping[str, str]) -> Condition:
    match condition:
        case Test(fact):
            kind, *parts = fact.split(".")
            return attrs.evolve(condition, fact=".".join((kind, *(names.get(part, part) for part in parts))))
        case Not(part):
            return Not(_with_names(part, names))
        case All(parts):
            return All(_with_names(part, names) for part in parts)
        case AnyOf(parts):
            return AnyOf(_with_names(part, names) for part in parts)


def things(book: Rulebook) -> dict[tuple[Kind, str], Thing]:
    """Every thing of a pack by kind and id."""
    found = {}
    for kind, name, file, value in _values(book.pack):
        split = _Splitter(book.lexicon, f"{kind}.{name}")
        split.take(value, "")
        found[kind, name] = Thing(kind, name, file, split.meaning, split.words)
    for kind, name, file, value in _of_programmes(book.pack):
        split = _Splitter(book.lexicon if book.progress is None else book.progress.lexicon, "")
        split.take(value, "")
        found[kind, name] = Thing(kind, name, file, split.meaning, split.words)
    return found


def _values(pack: Pack) -> Iterator[tuple[Kind, str, str, Any]]:
    tables: tuple[tuple[Kind, str, tuple[Any, ...]], ...] = (
        ("sign", "signs.yaml", pack.signs),
        ("measure", "measures.yaml", pack.measures),
        ("person", "preferences.yaml", pack.person),
        ("preference", "preferences.yaml", pack.preferences),
        ("red_flag", "red_flags.yaml", pack.red_flags),
        ("condition", "conditions.yaml", pack.conditions),
        ("screen", "screen.yaml", pack.screen),
        ("slot", "slots.yaml", pack.sessions.slots),
        ("source", "sources.yaml", pack.sources),
        ("explainer", "explainers.yaml", pack.explainers),
    )
    for kind, file, rows in tables:
        yield from ((kind, row.id, file, row) for row in rows)
    yield from (("exercise", one.id, f"exercises/{one.id}.yaml", one) for one in pack.exercises)
    for rule in pack.rules:
        yield "rule", f"{rule.stage}.{rule.id}", f"{rule.stage}/{rule.id}.yaml", rule
    yield from _sessions(pack)
    yield from (("constant", name, "pack.yaml", value) for name, value in pack.info.constants.items())
    vocabulary = pack.vocabulary
    words: tuple[tuple[Kind, Mapping[str, Any]], ...] = (
        ("property", vocabulary.properties),
        ("target", vocabulary.targets),
        ("equipment", vocabulary.equipment),
        ("position", vocabulary.positions),
    )
    for kind, entries in words:
        yield from ((kind, name, "vocabulary.yaml", value) for name, value in entries.items())
    for name, value in attrs.asdict(pack.info.texts, recurse=False).items():
        yield "text", name, "pack.yaml", {"text": value}
    told = {"name", "licence", "intended_use", "always_repeat", "next_check_weeks"}
    for name, value in attrs.asdict(pack.info, recurse=False).items():
        if name in told:
            yield "pack", name, "pack.yaml", {"text": value}


def _sessions(pack: Pack) -> Iterator[tuple[Kind, str, str, Any]]:
    sessions, file = pack.sessions, "slots.yaml"
    for profile, uses in sessions.sessions.items():
        yield "session", profile, file, {"slots": tuple(use.slot for use in uses)}
        yield from (("session", f"{profile}.{use.slot}", file, use) for use in uses)
    yield from (("format", f"up_to_{one.up_to_minutes}", file, one) for one in sessions.formats)
    yield from (
        ("session_limits", profile, file, {"limits": those}) for profile, those in sessions.session_limits.items()
    )
    yield "drop_order", "drop_order", file, {"slots": sessions.drop_order}


def _of_programmes(pack: Pack) -> Iterator[tuple[Kind, str, str, Any]]:
    yield from (("progress_rule", rule.id, f"progress/{rule.id}.yaml", rule) for rule in pack.progress)
    plan, file = pack.programme, "programme.yaml"
    if plan is None:
        return
    groups: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("report", plan.report),
        ("today", plan.today),
        ("frequency", {name: {"days": those} for name, those in plan.frequency.items()}),
        ("patterns", {name: {"days": those} for name, those in plan.patterns.items()}),
        ("blocks", {one.id: one for one in plan.blocks}),
        ("watched", {one.fact: one for one in plan.watched}),
        ("retests", {f"week_{one.week}": one for one in plan.retests}),
        ("numbers", plan.numbers),
        ("worse", {name: {"worse": way} for name, way in plan.worse.items()}),
    )
    for group, entries in groups:
        yield from (("programme", f"{group}.{name}", file, value) for name, value in entries.items())
    yield "programme", "blocks", file, {"order": tuple(one.id for one in plan.blocks)}
    yield "programme", "kept_in_flares", file, {"kept_in_flares": plan.kept_in_flares}
    yield "programme", "walk", file, {"exercise": plan.walk}
    yield "programme", "growing", file, {"growing": plan.growing}
    yield "programme", "screen_when_over", file, {"screen_when_over": plan.screen_when_over}
    yield "programme", "marks", file, {"marks": tuple(plan.marks)}
    texts = {**{f"marks.{name}": text for name, text in plan.marks.items()}, **plan.texts}
    yield from (("programme_text", name, file, {"text": text}) for name, text in texts.items())


class _Splitter:
    """Takes a value apart into what it means and what it says.

    Args:
        lexicon: The facts of the pack.
        fact: The fact that a condition without a name of its own reads: that of the row around it.
    """

    def __init__(self, lexicon: Lexicon, fact: str) -> None:
        self.lexicon = lexicon
        self.fact = fact
        self.meaning: dict[str, Any] = {}
        self.words: dict[str, Any] = {}

    def take(self, value: Any, path: str, *, words: bool = False) -> None:
        """Takes a value that stands at this path."""
        here = self.words if words else self.meaning
        name = path.rpartition(".")[2]
        if attrs.has(type(value)):
            self._fields(value, path, words=words)
        elif name in _TREES and not words:
            here[path] = self._when(value, feared=path.startswith("further."))
        elif isinstance(value, Mapping):
            self._mapping(value, path, words=words)
        elif isinstance(value, tuple) and value and attrs.has(type(value[0])):
            self._rows(value, path, words=words)
        elif isinstance(value, tuple):
            here[path] = tuple(sorted(value)) if name in _UNORDERED else value
        elif value is not None:
            here[path] = value

    def _fields(self, value: Any, path: str, *, words: bool) -> None:
        told = _WORDS.get(type(value), frozenset())
        words = words or isinstance(value, _READ)
        for field in attrs.fields(type(value)):
            if field.name == "id" and not path:
                continue
            inner = getattr(value, field.name)
            if isinstance(value, shapes.RuleFile | progression.ProgressRule) and field.name == "status":
                # Drafts fire like reviewed rules; only a retired one does not.
                self.meaning["retired"] = inner == "retired"
                self.words["status"] = inner
            elif type(value) is not shapes.RuleFile or field.name != "stage":
                said = words or field.name in told
                if inner not in ((), None) and inner != {}:
                    self.take(inner, f"{path}.{field.name}".lstrip("."), words=said)

    def _mapping(self, value: Mapping[str, Any], path: str, *, words: bool) -> None:
        name = path.rpartition(".")[2]
        if name == "options":
            # The keys are answers, the texts are words.
            self.meaning[path] = tuple(sorted(value))
            words = True
        if not path and set(value) == {"text"}:
            words = True
        for key, inner in value.items():
            self.take(inner, f"{path}.{key}".lstrip("."), words=words)

    def _rows(self, value: tuple[Any, ...], path: str, *, words: bool) -> None:
        """Rows inside a thing: by their id where they have one, else as a list."""
        if hasattr(value[0], "id"):
            for row in value:
                self.take(row, f"{path}.{row.id}", words=words)
            return
        parts = []
        for row in value:
            inner = _Splitter(self.lexicon, self.fact)
            inner.take(row, "", words=words)
            parts.append(inner)
        name = path.rpartition(".")[2]
        meaning = tuple(part.meaning for part in parts if _says_something(part.meaning))
        said = tuple(part.words for part in parts if part.words)
        if meaning:
            self.meaning[path] = meaning
        if said:
            self.words[path] = tuple(sorted(said, key=repr)) if name in _UNORDERED else said

    def _when(self, tree: Tree, *, feared: bool) -> When:
        found: list[str] = []
        reader = TreeReader(self.lexicon, lambda _, code, __: found.append(code), (*FACT_KINDS, *PROGRESS_KINDS))
        default = self.fact if self.fact in self.lexicon.specs else None
        authored = reader.read(tree, (), default=default)
        if authored is None:
            return When(tree, None, None, self.lexicon)
        # A rule that stands once for each side reads the same on either; one is enough to compare it.
        condition = authored.resolve(self.lexicon, "left")
        careful = authored.fearing().resolve(self.lexicon, "left") if feared else condition
        return When(tree, condition, careful, self.lexicon)


def _says_something(meaning: Mapping[str, Any]) -> bool:
    """Whether a row means anything besides saying what it is about: a limit without a number is only a caution."""
    return any(not key.startswith("for_") for key in meaning)


def unordered(path: str) -> bool:
    """Whether the order does not matter in the list at this path."""
    return path.rpartition(".")[2] in _UNORDERED


def same(one: Any, other: Any, path: str = "") -> bool:
    """Whether two parts of things mean the same."""
    if isinstance(one, When) and isinstance(other, When):
        return one.same(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key], key) for key in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        if len(one) != len(other):
            return False
        if unordered(path):
            return not without(one, other) and not without(other, one)
        return all(same(a, b) for a, b in zip(one, other, strict=True))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def without(these: tuple[Any, ...], those: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is in the first list and not in the second, each as often as it is too many."""
    left = list(those)
    rest = []
    for one in these:
        match = next((i for i, other in enumerate(left) if same(one, other)), None)
        if match is None:
            rest.append(one)
        else:
            del left[match]
    return tuple(rest)
