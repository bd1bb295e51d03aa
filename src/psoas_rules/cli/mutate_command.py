"""The command `mutate`: would the cases of a pack notice if one small thing in it were wrong?"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

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
from psoas_rules.errors import PackError
from psoas_rules.mutating import ENOUGH, Report, Tally, Tried
from psoas_rules.mutating import mutate as try_mutants


@click.command
@pack_argument
@click.option("-k", "match", metavar="TEXT", help="Only mutants whose file, kind, rule or change contains TEXT.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Only N mutants, drawn at random.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which ones are drawn.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    metavar="N",
    help="How many processes share the work; one for each processor when it is left out.",
)
@json_option
def mutate(
    pack: Path | None, match: str | None, sample: int | None, seed: int, processes: int, *, as_json: bool
) -> None:
    """Change one small thing of a pack at a time, and see whether its own cases notice.

    A mutant drops a rule, negates a test, moves a threshold by a step, lets an exclusion go, lowers an urgency, changes
    a dose, and so on. It is killed when a case comes out otherwise than expected. One that survives is a mistake that
    nobody would notice. Mutants that change nothing that anyone can see are not counted, where that could be decided.

    The rules of programmes are left as they are: whole cases are about one routine.

    Exit code 0 when the cases kill at least 95 % and every mutant that touches safety, else 1.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=progress_console(), transient=True) as progress:
            task = progress.add_task("Trying mutants", total=None)
            report = try_mutants(
                pack,
                match=match,
                sample=sample,
                seed=seed,
                processes=processes,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
    except PackError as error:
        refuse_pack("mutate", error, as_json=as_json)
    if as_json:
        print_json("mutate", ok=report.ok, content=_data(report))
    else:
        _tell(report)
    sys.exit(WELL if report.ok else FOUND)


def _tell(report: Report) -> None:
    out = console()
    if report.failures or report.issues:
        for problem in (*report.issues, *report.failures):
            out.print(str(problem), markup=False)
        out.print("\nFirst make every case come out: psoas-rules test", markup=False)
        return
    if not report.tried:
        out.print("There is no such mutant.")
        return
    for one in report.survivors:
        out.print(_survivor(one), markup=False)
    out.print()
    out.print(_table(report))
    out.print()
    everything, safety = report.tally(), report.tally(safety=True)
    out.print(f"Killed {_share(everything)}; {ENOUGH:.0%} are enough. Of those that touch safety {_share(safety)}.")
    undecided = sum(not one.decided for one in report.survivors)
    if undecided:
        out.print(f"For {undecided} of the survivors it was not decided whether anyone could see a difference.")


def _survivor(one: Tried) -> str:
    safety = " (safety)" if one.mutant.safety else ""
    return f"{one.place}: {one.mutant.subject}: {one.mutant.title} [{one.mutant.kind}]{safety}"


def _share(tally: Tally) -> str:
    return f"{tally.killed} of {tally.killed + tally.survived} ({tally.share:.1%})"


def _table(report: Report) -> Table:
    table = Table("Change", box=None, pad_edge=False)
    for heading in ("Killed", "Survived", "Equivalent", "Share"):
        table.add_column(heading, justify="right")
    for tally in (*report.kinds(), report.tally()):
        row = (str(tally.killed), str(tally.survived), str(tally.equivalent), f"{tally.share:.1%}")
        table.add_row(tally.kind, *row, style="bold" if tally.kind == "all" else None)
    return table


def _tally_data(tally: Tally) -> dict[str, Any]:
    return {
        "kind": tally.kind,
        "killed": tally.killed,
        "survived": tally.survived,
        "equivalent": tally.equivalent,
        "share": round(tally.share, 4),
    }


def _data(report: Report) -> dict[str, Any]:
    return {
        "problems": [issue_data(issue) for issue in report.issues],
        "failures": [str(failure) for failure in report.failures],
        "mutants": report.mutants,
        "tried": len(report.tried),
        "all": _tally_data(report.tally()),
        "safety": _tally_data(report.tally(safety=True)),
        "kinds": [_tally_data(tally) for tally in report.kinds()],
        "survivors": [
            {
                "file": one.place.file,
                "line": one.place.line,
                "kind": one.mutant.kind,
                "subject": one.mutant.subject,
                "change": one.mutant.title,
                "safety": one.mutant.safety,
                "decided": one.decided,
            }
            for one in report.survivors
        ],
    }
