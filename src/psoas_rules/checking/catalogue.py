"""The catalogue: every kind of finding, with its stable code, how grave it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import attrs

Severity: TypeAlias = Literal["error", "warning"]


@attrs.frozen
class Kind:
    """One kind of finding.

    Attributes:
        code: Its stable name.
        title: What is wrong, in a few words.
        severity: `error` for what must be mended, `warning` for what deserves a look.
        cure: What to do about it.
        group: What part of a pack it is about.
        blocks: Whether a pack with it cannot be loaded.
    """

    code: str
    title: str
    severity: Severity
    cure: str
    group: str
    blocks: bool = False


def _blocking(group: str, *rows: tuple[str, str, str]) -> tuple[Kind, ...]:
    """Kinds with which a pack cannot be loaded: code, title and cure of each."""
    return tuple(Kind(code, title, "error", cure, group, blocks=True) for code, title, cure in rows)


def _group(group: str, *rows: tuple[Severity, str, str, str]) -> tuple[Kind, ...]:
    """Kinds that only checking tells: severity, code, title and cure of each."""
    return tuple(Kind(code, title, severity, cure, group) for severity, code, title, cure in rows)


_E: Final = "error"
_W: Final = "warning"

_KINDS: Final = (
    *_blocking(
        "The files",
        ("unreadable", "A file or folder cannot be read", "Look at its rights, or put a plain file there."),
        ("no-pack", "There is no pack in the folder", "Name the folder that holds pack.yaml."),
        ("missing-file", "A file of the pack is missing", "Copy it from the built-in pack and change it."),
        ("unknown-file", "A file that nothing reads", "Put it in the right folder, as .yaml, or take it away."),
        (
            "file-name",
            "File, id and folder do not agree",
            "Call the file like the id, and put it in the folder of its stage.",
        ),
        ("schema", "Written for another format", "Use the release of the library that reads it."),
        ("too-large", "More than can be read", "Split it, or say it with less."),
        ("too-deep", "Nested too deep", "Look for brackets that are not closed."),
        ("more", "There are more problems of this kind", "Mend these first, then check again."),
        ("not-utf8", "The file is not UTF-8 text", "Save it as UTF-8."),
        ("empty", "A file or list is empty", "Fill it, or remove it."),
        ("yaml", "The text is no readable YAML", "Look at colons, brackets, quotes and blanks at this place."),
        ("alias", "Aliases and anchors are not allowed", "Write the value out."),
        ("tag", "Tags are not allowed", "Leave it out."),
        ("bad-key", "Something that cannot be a key", "Write a plain word."),
        ("bad-text", "Characters that cannot be shown", "Type the text anew."),
        ("duplicate-key", "A key stands twice", "Keep one of them."),
    ),
    *_blocking(
        "Keys, values and names",
        ("unknown-key", "A key that does not exist", "Mind the spelling; the nearest key is named."),
        ("missing-key", "A key that must be there is missing", "Add it."),
        ("missing-text", "A text is empty", "Write it."),
        ("missing-question", "A question that every session needs", "Add it to preferences.yaml."),
        ("bad-value", "A value of the wrong kind", "Write what the message says."),
        ("bad-id", "Something that cannot be an id", "Use small letters, digits and _, a letter first."),
        ("bad-name", "A name without a word", "Write a name by which an exercise can be found."),
        ("duplicate-id", "An id stands twice", "Give one of them another id."),
        ("name-clash", "A name that means two exercises", "Change one of the two names."),
        ("unknown-name", "A name that does not exist", "Mind the spelling; the nearest name is named."),
        ("out-of-range", "A number that cannot be meant", "Mind the unit and the decimal point."),
        ("bad-condition", "A condition that cannot be read", "Write all, any, not or one test."),
    ),
    *_blocking(
        "Rules and sessions",
        ("side-open", "A fact with sides, and no side named", "Say side, or for_each_side: yes."),
        ("sides-apart", "Two facts that may be on two sides", "Use for_each_side: yes."),
        ("too-early", "A finding before it is known", "Move the rule to a later stage."),
        (
            "not-monotone",
            "A rule of programmes that gives more when things get worse",
            "Read worse news on its bad side in careful rules, on its good side in those that give more.",
        ),
        ("no-effect", "A rule or limit that changes nothing", "Say what follows, or remove it."),
        ("unsourced", "A rule or claim without a source", "Name a source, or expert_choice."),
        ("unasked", "A danger that nobody is asked about", "Add it to a group of screen.yaml."),
        ("misplaced", "An exercise or slot in the wrong place", "Mind the phase and the targets."),
        ("unreachable", "An exercise that no session can use", "Name it in slots.yaml, or remove it."),
    ),
    *_group(
        "Rules",
        (
            _E,
            "never-holds",
            "A condition that can never be true",
            "Mind the numbers; its parts contradict each other or the range.",
        ),
        (_W, "always-holds", "A test that every answer passes", "Mend the number, or write answered: yes."),
        (_W, "adds-nothing", "A part of a condition that changes nothing", "Remove it, or mend its number."),
        (_W, "rule-twice", "Two rules that say the same", "Keep one of them."),
        (_W, "draft", "A rule that nobody has read over", "Have it read against its sources, then write reviewed."),
        (_E, "pair-answer", "The pair names what does not exist", "Write kind.name, such as person.age."),
        (
            _E,
            "pair-fires",
            "The rule stays quiet in its firing example",
            "Move the example to the threshold, or mend the rule.",
        ),
        (
            _E,
            "pair-quiet",
            "The rule fires in its quiet example",
            "Move the example just past the threshold, or mend the rule.",
        ),
        (_W, "pair-far", "The pair differs in more than one answer", "Let the two differ in the answer that decides."),
    ),
    *_group(
        "Dangers",
        (
            _W,
            "unsourced-safety",
            "A red flag or condition without a source",
            "Name a source under facts, or expert_choice.",
        ),
        (
            _W,
            "raises-nothing",
            "A combination that makes nothing more urgent",
            "Write a higher urgency, or say something.",
        ),
        (
            _W,
            "idle-modifier",
            "A red flag that only raises others, but none",
            "Name it under raised_by of another red flag.",
        ),
        (_W, "changes-nothing", "A condition that changes nothing", "Say what it excludes or limits."),
        (_W, "never-used", "Something that nobody will ever get to see", "Leave it out, or change the clearance."),
        (_E, "swap-excluded", "An exercise swapped for one that is left out", "Swap it for another exercise."),
        (_W, "swap-idle", "A swap that can never happen", "Name an exercise of the same phase."),
        (_E, "prefer-excluded", "An exercise both preferred and left out", "Take it out of one of the two."),
        (_W, "limit-idle", "A limit that no exercise feels", "Lower it, widen its scope, or leave it out."),
        (
            _W,
            "excludes-nothing",
            "A property is left out that no exercise has",
            "Is it missing in an exercise? Else leave it out.",
        ),
        (_W, "asked-twice", "A danger that is asked about twice", "Keep it in one group."),
    ),
    *_group(
        "Questions",
        (_W, "band-gap", "Answers that fall between two bands", "Move one of the two numbers."),
        (_W, "band-overlap", "Answers that count in two bands", "Move one of the two numbers."),
        (_W, "no-unit", "A number without a unit", "Write the unit."),
        (_W, "unit-spelling", "One unit, spelled in two ways", "Spell it as elsewhere."),
        (_W, "few-options", "A choice that is none", "Add an option, or make its words differ."),
        (_W, "no-self-test", "A self-test without steps or warnings", "Say how to do it, and who should not."),
        (_W, "unread-answer", "An answer that nothing reads", "Add a rule that reads it, or do not ask."),
    ),
    *_group(
        "Exercises",
        (_E, "names-itself", "An exercise that leads to itself", "Take it out of the list."),
        (_W, "wrong-way", "A regression that is harder, or the reverse", "Move it to the other list, or mend a level."),
        (_W, "progression-circle", "Progressions that lead in a circle", "Let a harder exercise lead onwards only."),
        (_W, "no-way-down", "No easier exercise leads down to level 1", "Name a regression or a substitute."),
        (
            _W,
            "availability",
            "Availability and its words do not agree",
            "Add what is missing, or change the availability.",
        ),
        (_W, "no-ceiling", "A dose without its upper bounds", "Add a ceiling for sets, reps and hold."),
        (_W, "long-dose", "An exercise that takes most of a session", "Mind seconds and repetitions."),
        (_W, "grade", "A grade that contradicts what it rests on", "Mend the grade, or name the study."),
    ),
    *_group(
        "Sessions",
        (_W, "unused-slot", "A slot that no session has", "Add it to a session, or remove it."),
        (_W, "slot-twice", "A slot that stands twice in a session", "Keep one of them."),
        (_E, "not-alone", "An exercise for supervision among candidates", "Move it to on_request."),
        (_W, "entry-twice", "A name that stands twice in a list", "Keep one of them."),
        (_W, "empty-slot", "A slot that is empty for everybody", "Add a candidate."),
        (_W, "silent-gap", "A condition empties a slot, nobody is told", "Add a candidate."),
        (
            _W,
            "unsaid-gap",
            "A condition empties a slot and has no words",
            "Add say: a sentence about what is left out.",
        ),
        (_E, "nothing-left", "A condition leaves no exercise at all", "Add a swap, or write clearance: block."),
    ),
    *_group(
        "Sources and words",
        (_W, "unused-source", "A source that nothing names", "Name it where it belongs, or remove it."),
        (_W, "source-lost", "A source that nobody can find", "Add where, doi, pmid or url."),
        (_W, "source-twice", "One source under two ids", "Keep one of them."),
        (_W, "source-form", "A number or address that cannot be right", "Copy it anew from the source."),
        (
            _W,
            "verified-by-choice",
            "Verified by the authors' own choice",
            "Name the study, or write well_known_unverified.",
        ),
        (_W, "unused-word", "A word that no exercise has", "Is it missing in an exercise? Else remove it."),
        (_W, "unused-constant", "A constant that nothing reads", "Remove it."),
        (_W, "corrects-nothing", "A correction that does not say of what", "Add said."),
        (_W, "review-date", "The date of the review cannot be right", "Write year-month-day."),
        (
            _W,
            "review-due",
            "The last review was too long ago",
            "Read the pack against its sources, then write the date.",
        ),
    ),
    *_group(
        "Texts",
        (_W, "unfinished", "A gap that was left for later", "Finish the text."),
        (_W, "no-question", "A question without a question mark", "Ask."),
        (_W, "no-full-stop", "A sentence that does not end", "Add a full stop."),
        (_W, "extra-blank", "Blanks too many", "One is enough."),
        (_W, "same-words", "Two things with the same words", "Change one, so that people can tell them apart."),
        (_W, "missing-words", "Words that outcomes look for", "Add them to texts in pack.yaml."),
        (_W, "unread-text", "A text under a key that nothing reads", "Mind the spelling of the key."),
        (_W, "hard-to-read", "A text for people that is hard to read", "Shorten the sentences, use everyday words."),
    ),
    *_group(
        "Cases",
        (_E, "case-answer", "A case answers what cannot be answered", "Mind the name, the unit and the range."),
        (_E, "case-expects", "A case expects what cannot come out", "Mind the name."),
        (_W, "case-twice", "Two cases that ask and expect the same", "Keep one of them."),
        (_W, "untried", "A danger that no case has", "Add a case of somebody who has it."),
    ),
    *_group(
        "Layout",
        (_W, "tab", "A tab before the text", "Write blanks."),
        (_W, "trailing-blank", "Blanks at the end of a line", "Take them out."),
        (_W, "line-ends", "Unusual line ends", "Save with the line ends of all other files."),
        (_W, "schema-line", "An editor does not know the kind of the file", "Write the line that the message names."),
        (_W, "stale-schema", "The schemas are older than the pack", "Write them anew: check --schemas."),
    ),
)

CATALOGUE: Final[Mapping[str, Kind]] = {kind.code: kind for kind in _KINDS}
"""Every kind of finding by its code."""
