"""The command `test`: runs the cases of a pack and tells what they cover."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from psoas_rules.casebook import Failure
from psoas_rules.cli.output import (
    FOUND,
    WELL,
    console,
    issue_data,
    json_option,
    pack_argument,
    print_json,
    progress_console,
    refuse_pack,
)
from psoas_rules.covering import Coverage, Proposals, Report, place_of, propose_cases, run_cases, write_proposals
from psoas_rules.errors import PackError
from psoas_rules.places import Place, Places


@click.command
@pack_argument
@click.option("-k", "match", metavar="TEXT", help="Only cases whose file, name or rule contains TEXT.")
@click.option("--coverage", is_flag=True, help="Tell what no case covers, file by file, and why.")
@click.option(
    "--write-missing",
    "write",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[FILE]",
    help="Propose a case for each boundary that no case looks at, and write them into FILE "
    "(when FILE is left out: into a new file in the pack's cases). Stands after PACK.",
)
@json_option
def test(pack: Path | None, match: str | None, write: str | None, *, coverage: bool, as_json: bool) -> None:
    """Run the cases of a pack: the pairs beside its rules and the whole intakes in cases/.

    A case that comes out otherwise than expected is shown with the rules that fired. A file of cases that cannot be
    read is a failure. What the cases cover is told for rules (did it ever fire?) and for each test of their conditions
    (masking MC/DC: was it ever seen to decide by itself, both ways?).

    Exit code 0 when every case comes out as expected, else 1.
    """
    try:
        if write is not None:
            _propose(pack, match, write, as_json=as_json)
        report = _run(pack, match)
        places = Places(pack)
    except PackError as error:
        refuse_pack("test", error, as_json=as_json)
    if as_json:
        print_json("test", ok=report.ok, content=_data(report, places, coverage=coverage))
    else:
        _tell(report, places, coverage=coverage, match=match)
    sys.exit(WELL if report.ok else FOUND)


def _run(pack: Path | None, match: str | None) -> Report:
    with Progress(console=progress_console(), transient=True) as progress:
        task = progress.add_task("Running cases", total=None)
        return run_cases(
            pack, match=match, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )


def _tell(report: Report, places: Places, *, coverage: bool, match: str | None) -> None:
    out = console()
    for issue in report.issues:
        out.print(str(issue), markup=False)
    for failure in report.failures:
        out.print(str(failure), markup=False)
    if report.issues or report.failures:
        out.print()
    run = f"{_count(report.pairs, 'example')} beside rules and {_count(report.whole, 'whole intake')}"
    if report.pairs + report.whole == 0:
        out.print("No case was run." if match is None else f"No case has '{match}' in its name.", markup=False)
        return
    if report.ok:
        out.print(f"{run}: all came out as expected.")
    else:
        broken = f", {_count(len({issue.file for issue in report.issues}), 'file')} could not be read"
        out.print(f"{run}: {len(report.failures)} failed{broken if report.issues else ''}.")
    if coverage:
        _tell_coverage(report.coverage, places)
    for line in _summary(report.coverage):
        out.print(line)
    if match is not None:
        out.print("Only cases that were chosen with -k are counted.")
    elif not coverage and not all(one.covered for one in report.coverage):
        out.print("To see what is not covered, and why: psoas-rules test --coverage")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _numbers(coverage: Iterable[Coverage]) -> dict[str, int]:
    every = tuple(coverage)
    leaves = [leaf for one in every for leaf in one.leaves]
    return {
        "rules": len(every),
        "fired": sum(one.fired is not None for one in every),
        "tests": len(leaves),
        "covered": sum(leaf.covered for leaf in leaves),
        "impossible": sum(not leaf.possible for leaf in leaves),
    }


def _summary(coverage: Iterable[Coverage]) -> Iterable[str]:
    numbers = _numbers(coverage)
    yield f"Rules and other conditions that held in at least one case: {numbers['fired']} of {numbers['rules']}."
    cannot = f"; {numbers['impossible']} of the others cannot" if numbers["impossible"] else ""
    yield f"Tests in them that decided both ways (masking MC/DC): {numbers['covered']} of {numbers['tests']}{cannot}."


def _by_file(coverage: Iterable[Coverage], places: Places) -> Mapping[str, list[tuple[Place, Coverage]]]:
    files: dict[str, list[tuple[Place, Coverage]]] = {}
    for one in coverage:
        place = place_of(one.rule, places)
        files.setdefault(place.file, []).append((place, one))
    return dict(sorted(files.items()))


def _tell_coverage(coverage: tuple[Coverage, ...], places: Places) -> None:
    out = console()
    table = Table("File", "Held", "Tests that decided both ways", box=None, pad_edge=False)
    files = _by_file(coverage, places)
    for file, those in files.items():
        numbers = _numbers(one for _, one in those)
        table.add_row(
            escape(file), f"{numbers['fired']} of {numbers['rules']}", f"{numbers['covered']} of {numbers['tests']}"
        )
    out.print()
    out.print(table)
    out.print()
    for those in files.values():
        for place, one in sorted(those, key=lambda pair: pair[0].line):
            for line in _gaps(one):
                out.print(f"{place}: {one.rule}: {line}", markup=False)
    out.print()


def _gaps(one: Coverage) -> Iterable[str]:
    if one.gap is not None:
        yield f"{one.gap.text} [{one.gap.cause}]"
        return
    for leaf in one.leaves:
        for gap in leaf.gaps:
            yield f"{gap.text} [{gap.cause}]"


def _data(report: Report, places: Places, *, coverage: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "pairs": report.pairs,
        "whole": report.whole,
        "problems": [issue_data(issue) for issue in report.issues],
        "failures": [_failure_data(failure) for failure in report.failures],
        "summary": _numbers(report.coverage),
    }
    if coverage:
        data["coverage"] = [_coverage_data(one, place_of(one.rule, places)) for one in report.coverage]
    return data


def _failure_data(failure: Failure) -> dict[str, Any]:
    file, _, line = failure.place.partition(":")
    return {
        "file": file,
        "line": int(line or 0),
        "name": failure.name,
        "expected": failure.expected,
        "got": failure.got,
        "fired": list(failure.fired),
    }


def _coverage_data(one: Coverage, place: Place) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "file": place.file,
        "line": place.line,
        "fired": one.fired,
        "quiet": one.quiet,
        "why": None if one.gap is None else {"cause": one.gap.cause, "text": one.gap.text},
        "tests": [
            {
                "test": str(leaf.leaf),
                "seen": list(leaf.seen),
                "helping": leaf.helping,
                "hindering": leaf.hindering,
                "why": [{"cause": gap.cause, "text": gap.text} for gap in leaf.gaps],
            }
            for leaf in one.leaves
        ],
    }


def _propose(pack: Path | None, match: str | None, write: str, *, as_json: bool) -> NoReturn:
    """Proposes what is missing, writes it and ends the command."""
    file = Path(write) if write else None
    if file is not None and file.is_dir():
        text = f"'{file}' is a folder. Write the pack before --write-missing, and after it the name of a file."
        raise click.UsageError(text)
    with progress_console().status("Looking for boundaries that no case looks at"):
        proposals = propose_cases(pack, match=match)
    written = write_proposals(proposals, pack, file) if proposals.cases else None
    if as_json:
        content = {
            "file": None if written is None else str(written),
            "cases": [case.to_dict() for case in proposals.cases],
            "unreached": list(proposals.unreached),
        }
        print_json("test", ok=True, content=content)
    else:
        _tell_proposals(proposals, written)
    sys.exit(WELL)


def _tell_proposals(proposals: Proposals, written: Path | None) -> None:
    out = console()
    if written is None:
        out.print("No case is missing: some case looks at every boundary that an intake can reach.")
    else:
        wrote = f"{_count(len(proposals.cases), 'case')} written into {written}."
        out.print(f"{wrote} They say what comes out today. A clinician has to confirm each one.", markup=False)
    if proposals.unreached:
        number = len(proposals.unreached)
        out.print(f"For {'1 boundary' if number == 1 else f'{number} boundaries'} no intake was found:")
        for text in proposals.unreached:
            out.print(f"- {text}", markup=False)
