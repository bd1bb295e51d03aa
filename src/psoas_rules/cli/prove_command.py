"""The command `prove`: what must never be cannot be, for all answers, or here is somebody for whom it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from psoas_rules.cli.output import (
    FOUND,
    UNDECIDED,
    WELL,
    console,
    json_option,
    pack_argument,
    print_json,
    progress_console,
    refuse_pack,
)
from psoas_rules.errors import PackError

if TYPE_CHECKING:
    from psoas_rules.proving.results import Finding, Person, Proof, Result

_SECONDS: Final = 20.0
_WRONG_USE: Final = 2
_MARKS: Final = {"proved": "[green]proved   [/]", "refuted": "[red]refuted  [/]", "undecided": "[yellow]undecided[/]"}
_HEADS: Final = {
    "refuted": "It does not hold:",
    "undecided": "It could not be decided:",
    "disagreement": "The proof and the library disagree, which is a fault of this program; please report it:",
}


_NOTHING_STATED: Final = "The pack has no invariants.yaml, so it is held to what needs no list of its own.\n"


@click.command()
@pack_argument
@json_option
@click.option("--only", multiple=True, metavar="ID", help="Prove this invariant alone; may be given several times.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=_SECONDS,
    show_default=True,
    help="How long the solver may think about one question.",
)
@click.option(
    "--write-cases",
    "cases_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write every counterexample as a case that fails to this folder, such as the cases of the pack.",
)
@click.option("--notes", is_flag=True, help="List what is worth knowing and keeps nothing from being proved.")
@click.option("--list", "as_list", is_flag=True, help="List the invariants of PACK, and end.")
def prove(
    pack: Path | None,
    *,
    as_json: bool,
    only: tuple[str, ...],
    seconds: float,
    cases_folder: Path | None,
    notes: bool,
    as_list: bool,
) -> None:
    """Prove what must never be, for all answers that anybody could give.

    What is to be proved stands in invariants.yaml of PACK. Each invariant is proved, or refuted by somebody for whom it
    does not hold, with as few answers as can be. Exit codes: 0 all are proved, 1 one is refuted, 3 one is undecided.
    """
    _needs_solver()
    from psoas_rules.loading import rulebook_of
    from psoas_rules.proving import GENERAL, EncodingError, read_invariants, write_cases
    from psoas_rules.recommender import load_pack

    try:
        book = rulebook_of(load_pack(pack))
        stated = read_invariants(book, pack)
        if as_list:
            _list(stated, as_json=as_json)
            return
        proof = _proof(book, stated, only, seconds)
    except PackError as error:
        refuse_pack("prove", error, as_json=as_json)
    except EncodingError as error:
        _refuse(str(error), as_json=as_json)
    try:
        written = write_cases(proof, cases_folder) if cases_folder is not None else ()
    except OSError as error:
        raise click.UsageError(f"the cases cannot be written: {error}") from None
    if as_json:
        print_json("prove", ok=proof.proved, content=_data(proof, written))
    else:
        if stated is GENERAL:
            console().print(_NOTHING_STATED)
        _print(proof, written, notes=notes)
    sys.exit(FOUND if proof.refuted else WELL if proof.proved else UNDECIDED)


def _needs_solver() -> None:
    try:
        import psoas_rules.proving  # noqa: F401 - asked for what is missing alone
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        sys.stderr.write("To prove needs the solver z3: python -m pip install 'psoas-rules[prove]'\n")
        sys.exit(_WRONG_USE)


def _proof(book: Any, stated: Any, only: tuple[str, ...], seconds: float) -> Proof:
    from psoas_rules.hints import nearest
    from psoas_rules.proving import prove as prove_all

    known = [one.id for one in stated.invariants]
    for name in only:
        if name not in known:
            raise click.UsageError(f"there is no invariant '{name}'{nearest(name, known)}; --list names them all.")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=progress_console(), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(title: str, done: int, count: int) -> None:
            bar.update(task, description=title, completed=done, total=count)

        return prove_all(book, stated, only=only or None, seconds=seconds, progress=show)


def _refuse(message: str, *, as_json: bool) -> None:
    if as_json:
        print_json("prove", ok=False, content={"undecided": message})
    else:
        console().print(f"The pack cannot be put into formulas, so nothing is proved: {message}", markup=False)
    sys.exit(UNDECIDED)


def _list(stated: Any, *, as_json: bool) -> None:
    rows = [{"id": one.id, "title": one.title, "kind": one.kind} for one in stated.invariants]
    if as_json:
        print_json("prove", ok=True, content={"invariants": rows})
        return
    out, width = console(), max((len(row["id"]) for row in rows), default=0)
    for row in rows:
        out.print(f"{row['id']:{width}}  {row['title']}", markup=False)


# For people


def _print(proof: Proof, written: tuple[Path, ...], *, notes: bool) -> None:
    out = console()
    width = max((len(result.id) for result in proof.results), default=0)
    for result in proof.results:
        out.print(f"{_MARKS[result.verdict]}  {result.id:{width}}  ", end="")
        out.print(result.title, markup=False)
        for finding in result.findings:
            if finding.kind in _HEADS:
                _print_finding(out, finding)
        _print_rest(out, result, notes=notes)
    out.print()
    for file in written:
        out.print(f"Written: {file}", markup=False)
    out.print(_summary(proof), markup=False)
    out.print("Taken for granted about how sessions are made, and tried by the tests of the library:", style="dim")
    for line in proof.assumed:
        out.print(f"  - {line}", style="dim", markup=False)


def _print_finding(out: Console, finding: Finding) -> None:
    lines = [f"{_HEADS[finding.kind]} {finding.says}"]
    if finding.why:
        lines.append(finding.why)
    for number, person in enumerate(finding.people):
        lines += _person_lines(person, number, len(finding.people))
    for line in lines:
        _indented(out, line)


def _person_lines(person: Person, number: int, count: int) -> Iterator[str]:
    who = "Somebody answers" if count == 1 else ("One person answers", "The other person answers")[number]
    yield f"{who}:"
    yield from (f"  {line}" for line in person.words)
    yield f"  What comes out: {person.outcome}"


def _print_rest(out: Console, result: Result, *, notes: bool) -> None:
    accepted = {finding.claim: finding.why for finding in result.findings if finding.kind == "accepted"}
    for name, why in accepted.items():
        _indented(out, f"accepted, {name}: {why}", style="dim")
    noted = [finding for finding in result.findings if finding.kind == "note"]
    if notes:
        for finding in noted:
            _indented(out, f"note: {finding.why or finding.says}", style="dim")
    elif noted:
        _indented(out, f"{len(noted)} {'note' if len(noted) == 1 else 'notes'}; --notes lists them", style="dim")


def _indented(out: Console, line: str, style: str = "") -> None:
    depth = " " * (4 + len(line) - len(line.lstrip()))
    out.print(Text(fill(line.lstrip(), out.width, initial_indent=depth, subsequent_indent=depth)), style=style)


def _summary(proof: Proof) -> str:
    count = len(proof.results)
    held = sum(1 for result in proof.results if result.verdict == "proved")
    effort = (
        f"{sum(result.claims for result in proof.results)} claims, {proof.queries} questions, {proof.seconds:.1f} s"
    )
    if proof.proved:
        return f"{proof.pack} {proof.version}: all {count} invariants are proved for all answers ({effort})."
    wrong = len(proof.refuted)
    open_ = count - held - wrong
    told = [f"{wrong} refuted"] if wrong else []
    told += [f"{open_} undecided"] if open_ else []
    return f"{proof.pack} {proof.version}: {held} of {count} invariants are proved, {', '.join(told)} ({effort})."


# For programs


def _data(proof: Proof, written: tuple[Path, ...]) -> dict[str, Any]:
    return {
        "pack": {"name": proof.pack, "version": proof.version, "digest": proof.digest},
        "results": [_result_data(result) for result in proof.results],
        "queries": proof.queries,
        "seconds": proof.seconds,
        "assumed": list(proof.assumed),
        "written": [str(file) for file in written],
    }


def _result_data(result: Result) -> dict[str, Any]:
    return {
        "id": result.id,
        "title": result.title,
        "kind": result.kind,
        "verdict": result.verdict,
        "claims": result.claims,
        "queries": result.queries,
        "seconds": result.seconds,
        "findings": [_finding_data(finding) for finding in result.findings],
    }


def _finding_data(finding: Finding) -> dict[str, Any]:
    people = [
        {"facts": dict(p.facts), "intake": dict(p.intake), "words": list(p.words), "outcome": p.outcome}
        for p in finding.people
    ]
    return {
        "kind": finding.kind,
        "claim": finding.claim,
        "says": finding.says,
        "why": finding.why,
        "people": people,
        "case": None if finding.case is None else dict(finding.case),
    }
