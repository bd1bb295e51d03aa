"""The same person before two packs: answers that one of them does not know are not given there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs

from psoas_rules.comparing.things import Kind
from psoas_rules.conditions import Value
from psoas_rules.errors import IntakeError
from psoas_rules.facts import SECTIONS, FactKind, FactSpec
from psoas_rules.intake import Intake
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import SIDES

Answers: TypeAlias = Mapping[str, Any]
"""An intake as plain data."""

Renames: TypeAlias = Mapping[tuple[Kind, str], tuple[Kind, str]]
"""For each thing that has another name now, its key in the new pack and the one in the old."""

_KINDS: Final[dict[str, FactKind]] = {section: kind for kind, section in SECTIONS.items()}
_LISTS: Final = ("many", "names")


@attrs.frozen
class Translator:
    """Puts the answers of one person into the words of another pack.

    Attributes:
        lexicon: The facts of the pack that the answers are for.
        names: Old and new name of what was renamed, by kind of fact; none when the answers are in its own words.
        alike: Whether the pack can read everything as it stands.
    """

    lexicon: Lexicon
    names: Mapping[tuple[str, str], str]
    alike: bool = False

    @classmethod
    def of(cls, old: Lexicon, new: Lexicon, renamed: Renames) -> Translator:
        """From the old pack to the new one."""
        names: dict[tuple[str, str], str] = {}
        for (kind, now), (_, was) in renamed.items():
            names[kind, was] = now
            if kind == "condition":
                names["cleared", was] = now
        return cls(new, names, not names and not answers_lost(old, new))

    def translate(self, data: Answers) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The answers that the pack can read, and the fields of those that it cannot."""
        if self.alike:
            return dict(data), ()
        kept: dict[str, Any] = {}
        lost: list[str] = []
        for section, answers in data.items():
            if not isinstance(answers, Mapping):
                kept[section] = answers
                continue
            for key, given in answers.items():
                name, value, gone = self._answer(section, key, given)
                lost += [f"{section}.{key}{entry}" for entry in gone]
                if value is not None:
                    kept.setdefault(section, {})[name] = value
        return kept, tuple(lost)

    def _answer(self, section: str, key: str, given: Any) -> tuple[str, Any, tuple[str, ...]]:
        if section == "screen":
            name = self.names.get(("screen", key), key)
            return (name, given, ()) if name in self.lexicon.groups else (name, None, ("",))
        kind = _KINDS[section]
        name = self.names.get((kind, key), key)
        spec = self.lexicon.answerable(kind, name)
        if spec is None:
            return name, None, ("",)
        if spec.answer in _LISTS and isinstance(given, list | tuple):
            entries = [self.names.get(("exercise", entry), entry) for entry in given]
            known = [entry for entry in entries if self._reads(section, name, [entry])]
            return name, known, tuple(f": {entry}" for entry in entries if entry not in known)
        return (name, given, ()) if self._reads(section, name, given) else (name, None, ("",))

    def _reads(self, section: str, name: str, given: Any) -> bool:
        try:
            self.lexicon.facts(Intake.from_dict({section: {name: given}}))
        except IntakeError:
            return False
        return True


def with_facts(base: Answers, facts: Mapping[str, Value], *lexicons: Lexicon) -> dict[str, Any]:
    """The answers with these facts given besides, each as in the first lexicon that knows it.

    Facts that no answer gives, such as a finding, are passed over.
    """
    data = {key: dict(value) if isinstance(value, Mapping) else value for key, value in base.items()}
    for fact, value in facts.items():
        lexicon = next((one for one in lexicons if _knows(one, fact)), None)
        if lexicon is None:
            continue
        spec = lexicon.spec(fact)
        section = SECTIONS.get(spec.kind)
        if section is None or spec.derive is not None:
            continue
        answers = data.setdefault(section, {})
        whole = _list_of(spec, lexicon)
        if whole is not None:
            listed = [*answers.get(whole.key, ())]
            entry = spec.key.removeprefix(f"{whole.key}.")
            answers[whole.key] = [*listed, entry] if value is True and entry not in listed else listed
        elif spec.answer not in _LISTS:
            _put(answers, spec, fact, value)
    return data


def _knows(lexicon: Lexicon, fact: str) -> bool:
    return fact in lexicon.specs or fact.rpartition(".")[0] in lexicon.specs


def _list_of(spec: FactSpec, lexicon: Lexicon) -> FactSpec | None:
    """The list that a fact is an entry of."""
    above = lexicon.specs.get(spec.name.rpartition(".")[0])
    return above if above is not None and above.answer in _LISTS else None


def _put(answers: dict[str, Any], spec: FactSpec, fact: str, value: Value) -> None:
    side = fact.removeprefix(spec.name).lstrip(".")
    if not side:
        answers[spec.key] = value
        return
    before = answers.get(spec.key)
    sides = dict(before) if isinstance(before, Mapping) else {} if before is None else dict.fromkeys(SIDES, before)
    answers[spec.key] = {**sides, side: value}


def answers_lost(old: Lexicon, new: Lexicon) -> tuple[str, ...]:
    """What an app could answer before and cannot answer like that any more, a line each."""
    return tuple(_lost(old, new))


def _lost(old: Lexicon, new: Lexicon) -> Iterator[str]:
    for kind, section in SECTIONS.items():
        for key in old.answers(kind):
            before, after = old.answerable(kind, key), new.answerable(kind, key)
            assert before is not None
            name = f"{section}.{key}"
            if after is None:
                yield f"{name} is gone"
            else:
                yield from (f"{name} {change}" for change in _narrower(before, after))
    yield from (f"screen.{group} is gone" for group in old.groups if group not in new.groups)
    gone = sorted({" ".join(key) for key in old.exercises} - {" ".join(key) for key in new.exercises})
    yield from (f"preferences.wants does not know '{name}' any more" for name in gone)


def _narrower(before: FactSpec, after: FactSpec) -> Iterator[str]:
    """What was taken before and is not taken any more."""
    if before.answer != after.answer:
        yield f"is answered by {after.answer}, not by {before.answer}"
        return
    if before.sided and not after.sided:
        yield "has no sides any more"
    if before.unit != after.unit:
        yield f"is in {after.unit or 'no unit'}, not in {before.unit or 'no unit'}"
    if before.answer != "names":
        yield from (f"does not take '{option}' any more" for option in before.options if option not in after.options)
    if after.minimum is not None and (before.minimum is None or after.minimum > before.minimum):
        yield f"begins at {after.minimum:g}"
    if after.maximum is not None and (before.maximum is None or after.maximum < before.maximum):
        yield f"ends at {after.maximum:g}"


def smaller(data: Answers) -> Iterator[dict[str, Any]]:
    """The same answers with one thing less said, for each thing there is."""
    for section, answers in data.items():
        if not isinstance(answers, Mapping):
            if section != "screen":
                yield _with(data, section, None)
            continue
        yield _with(data, section, None)
        for key, given in answers.items():
            yield _with(data, section, {name: one for name, one in answers.items() if name != key} or None)
            for less in _less(given):
                yield _with(data, section, {**answers, key: less})


def _less(given: Any) -> Iterator[Any]:
    if isinstance(given, list | tuple) and given:
        yield from ([*given[:i], *given[i + 1 :]] for i in range(len(given)))
    elif isinstance(given, Mapping) and len(given) > 1:
        yield from ({side: value} for side, value in given.items())


def _with(data: Answers, section: str, answers: Any) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name != section}
    return kept if answers is None else {**kept, section: answers}


def size(data: Answers) -> int:
    """How much is said."""
    return sum(_said(answers) for answers in data.values())


def _said(given: Any) -> int:
    if isinstance(given, Mapping):
        return sum(_said(inner) for inner in given.values()) or 1
    return max(1, len(given)) if isinstance(given, list | tuple) else 1


def in_words(data: Answers) -> Iterable[str]:
    """The answers, a line each, as they would stand in a file."""
    for section, answers in data.items():
        if isinstance(answers, Mapping):
            yield from (f"{section}.{key}: {_flow(given)}" for key, given in answers.items())
        else:
            yield f"{section}: {_flow(answers)}"


def _flow(given: Any) -> str:
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in given.items()) + "}"
    if isinstance(given, list | tuple):
        return f"[{', '.join(_flow(value) for value in given)}]"
    return f"{given:g}" if isinstance(given, float) else str(given)
