"""The command `diff`: what changes in meaning from one pack to another, and whether that is safe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from psoas_rules.cli.output import (
    FOUND,
    UNDECIDED,
    WELL,
    console,
    json_option,
    print_json,
    progress_console,
    refuse_pack,
)
from psoas_rules.cli.rendering import Page
from psoas_rules.comparing import Comparison, Effect, ProgrammeEffect, Strictness, Verdict, View, Witness, compare
from psoas_rules.comparing.comparison import SECONDS
from psoas_rules.comparing.people import in_words
from psoas_rules.comparing.views import as_data
from psoas_rules.errors import PackError
from psoas_rules.shapes import plain

_VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "no_change": ("NO OUTCOME CHANGES", "bold green"),
    "not_less_safe": ("NOT LESS SAFE, proved", "bold green"),
    "less_safe": ("LESS SAFE", "bold red"),
    "not_decided": ("NOT DECIDED", "bold yellow"),
}

_STYLES: Final[dict[Strictness, str]] = {"not_less_strict": "green", "less_strict": "red", "to_read": "yellow"}

_MOST_SHOWN: Final = 10
_MOST_ANSWERS: Final = 15


@click.command()
@click.argument(
    "packs", metavar="[OLD] NEW", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--no-proof", is_flag=True, help="Do not look for a proof; show people that were found by trying.")
@click.option("--seconds", type=click.FloatRange(min=1), default=SECONDS, show_default=True, help="Time for proofs.")
@json_option
def diff(packs: tuple[Path, ...], *, no_proof: bool, seconds: float, as_json: bool) -> None:
    """Tell what changes in meaning from one pack to another, whom it touches, and whether it is as safe.

    Of programmes, every report is compared that a changed rule could decide otherwise.

    OLD and NEW are folders of packs; without OLD, the built-in pack is meant. Another layout of the same is no change.
    Exit code 0: nothing changes, or it is proved that nobody's outcome becomes less strict. 1: somebody's does, or the
    version in pack.yaml does not follow the change. 3: it is not decided.
    """
    if len(packs) > 2:
        raise click.UsageError("give two packs at the most: the old one and the new one")
    old, new = (None, *packs) if len(packs) == 1 else packs
    try:
        with progress_console().status("Reading the packs") as status:
            comparison = compare(old, new, prove=not no_proof, seconds=seconds, progress=status.update)
    except PackError as error:
        refuse_pack("diff", error, as_json=as_json)
    code = _exit_code(comparison)
    if as_json:
        print_json("diff", ok=code == WELL, content=_data(comparison))
    else:
        _show(Page(console()), comparison)
    sys.exit(code)


def _exit_code(comparison: Comparison) -> int:
    match comparison.safety.verdict:
        case "less_safe":
            return FOUND
        case "not_decided":
            return UNDECIDED
        case _:
            return WELL if comparison.version.follows else FOUND


# For people


def _show(page: Page, comparison: Comparison) -> None:
    version = comparison.version
    page.line(f"{comparison.old_name} {version.old} -> {comparison.new_name} {version.new}", style="bold")
    if comparison.same:
        page.title("No change: both packs mean and say the same.", style="bold green")
    count = len(comparison.effects)
    if count:
        page.title(
            "1 change that an outcome can hang on" if count == 1 else f"{count} changes that outcomes can hang on"
        )
    for effect in comparison.effects:
        page.line()
        _show_effect(page, effect)
    if comparison.programmes:
        count = len(comparison.programmes)
        page.title(
            "1 change that programmes can hang on" if count == 1 else f"{count} changes that programmes can hang on"
        )
    for one in comparison.programmes:
        page.line()
        _show_programme(page, one)
    if comparison.words:
        page.title("Changed in words or names alone; no outcome hangs on it")
    for effect in comparison.words:
        page.line(f"{effect.place}: {effect.change}", hang=2, style="cyan")
        for edit in (*effect.change.edits, *effect.change.words):
            page.line(str(edit), indent=2, hang=2)
    page.listing("Answers that are not taken any more", comparison.answers_lost)
    page.listing("Cases that cannot be read, so nobody was looked for in them", comparison.unread)
    _show_safety(page, comparison)
    page.title("Version")
    page.line(_version_line(comparison), style="" if version.follows else "bold red")


def _show_effect(page: Page, effect: Effect) -> None:
    page.line(f"{effect.place}: {effect.change}", hang=2, style="bold cyan")
    for edit in (*effect.change.edits, *effect.change.words):
        page.line(str(edit), indent=2, hang=2)
    if effect.witness is not None:
        page.line("Somebody whom it touches:", indent=2)
        _show_witness(page, effect.witness)
    else:
        page.line(effect.note or "Nobody was found whom it touches.", indent=2, style="yellow")


def _show_programme(page: Page, effect: ProgrammeEffect) -> None:
    page.line(f"{effect.place}: {effect.change}", hang=2, style="bold cyan")
    for edit in (*effect.change.edits, *effect.change.words):
        page.line(str(edit), indent=2, hang=2)
    judgement = effect.judgement
    if judgement.report is None:
        page.line(judgement.why, indent=2, hang=2, style=_STYLES[judgement.strictness])
        return
    page.line("A report that is decided less strictly:", indent=2, style="red")
    for line in judgement.report.told or ("nothing is known",):
        page.line(line, indent=4, hang=2)
    for pack, said in (("old", judgement.report.old), ("new", judgement.report.new)):
        page.line(f"{pack}: {', '.join(said) or 'nothing follows'}", indent=4, hang=2)


def _show_witness(page: Page, witness: Witness) -> None:
    answers = list(in_words(witness.answers)) or ["nothing is answered"]
    for line in answers[:_MOST_ANSWERS]:
        page.line(line, indent=4, hang=2)
    if len(answers) > _MOST_ANSWERS:
        page.line(f"and {len(answers) - _MOST_ANSWERS} answers more; --json lists them all", indent=4, hang=2)
    for field in witness.unread:
        page.line(f"The new pack does not know {field}; it is left out there.", indent=4, hang=2, style="yellow")
    for field in witness.unread_before:
        page.line(f"The old pack did not know {field}; it is left out there.", indent=4, hang=2, style="yellow")
    table = Table(box=None, pad_edge=False, width=page.width - 4, header_style="bold")
    for title in ("old", "new"):
        table.add_column(title, ratio=1, overflow="fold")
    table.add_row(_short(witness.old), _short(witness.new))
    for one in witness.differences:
        table.add_row(Text(one.what, style="bold"), "")
        table.add_row(*(Padding(Text(side or "-"), (0, 0, 0, 2), expand=False) for side in (one.old, one.new)))
    page.console.print(Padding(table, (0, 0, 0, 4), expand=False), soft_wrap=False)


def _short(view: View) -> str:
    if view.kind == "routine":
        return f"routine of {len(view.steps)}, {view.level}, {view.profile} ({view.confidence})"
    return f"{view.kind}, {view.level}" if view.kind == "referral" else view.kind


def _show_safety(page: Page, comparison: Comparison) -> None:
    safety = comparison.safety
    word, style = _VERDICTS[safety.verdict]
    page.title(f"Is the new pack as safe? {word}", style=style)
    asked = f" ({safety.questions} questions to the solver)" if safety.questions else ""
    page.line(f"{safety.why}{asked}")
    _show_less_strict(page, comparison)
    page.listing("No proof can judge these; let a clinician read them", safety.to_read, style="bold yellow")


def _show_less_strict(page: Page, comparison: Comparison) -> None:
    safety = comparison.safety
    if safety.witness is None:
        return
    shown = next((one for one in comparison.effects if one.witness == safety.witness), None)
    if shown is not None:
        page.line(f"It is the person shown above, at {shown.change.kind} {shown.change.id}:")
    else:
        page.line("With this person it is less strict:")
        _show_witness(page, safety.witness)
    for one in safety.witness.looser[:_MOST_SHOWN]:
        page.line(f"- {one.criterion}: {one.text}", indent=2, hang=2, style="red")
    if len(safety.witness.looser) > _MOST_SHOWN:
        page.line(f"- and {len(safety.witness.looser) - _MOST_SHOWN} more; --json lists them all", indent=2)


def _version_line(comparison: Comparison) -> str:
    version = comparison.version
    if version.asked == "none":
        return f"Nothing asks for another version; it is {version.new}."
    asked = f"This asks for a {version.asked} step, because {version.because}: {version.wanted} or later."
    if version.follows:
        return f"{asked} pack.yaml says {version.new}, which follows."
    return f"{asked} pack.yaml says {version.new}; write version: {version.wanted}"


# For programs


def _data(comparison: Comparison) -> dict[str, Any]:
    safety, version = comparison.safety, comparison.version
    return {
        "same": comparison.same,
        "changes": [_effect_data(effect) for effect in comparison.effects],
        "programmes": [_programme_data(effect) for effect in comparison.programmes],
        "words": [_effect_data(effect) for effect in comparison.words],
        "answers_lost": list(comparison.answers_lost),
        "unread": list(comparison.unread),
        "safety": {
            "verdict": safety.verdict,
            "why": safety.why,
            "to_read": list(safety.to_read),
            "people_tried": safety.tried,
            "questions": safety.questions,
            "witness": _witness_data(safety.witness),
        },
        "version": {**plain(version), "follows": version.follows, "wanted": version.wanted},
    }


def _effect_data(effect: Effect) -> dict[str, Any]:
    file, _, line = effect.place.partition(":")
    return {
        "file": file,
        "line": int(line or 0),
        **plain(effect.change),
        "note": effect.note,
        "witness": _witness_data(effect.witness),
    }


def _programme_data(effect: ProgrammeEffect) -> dict[str, Any]:
    file, _, line = effect.place.partition(":")
    return {"file": file, "line": int(line or 0), **plain(effect.change), **plain(effect.judgement)}


def _witness_data(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    return {
        "intake": plain(witness.answers),
        "unread": list(witness.unread),
        "unread_before": list(witness.unread_before),
        "old": as_data(witness.old),
        "new": as_data(witness.new),
        "differences": [plain(one) for one in witness.differences],
        "less_strict": [plain(one) for one in witness.looser],
    }
