"""The command `figures`: draws the figures of a pack, and tells which are not up to date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

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
from psoas_rules.errors import Issue, PackError
from psoas_rules.figures import FIGURE_FOLDER, Figure, load_figures
from psoas_rules.hints import nearest

if TYPE_CHECKING:
    from psoas_rules.drawing import Gallery
    from psoas_rules.posing.findings import Finding

_WRONG = 2


@click.command
@pack_argument
@click.option("--only", multiple=True, metavar="ID", help="Only the figure of this exercise; may be given again.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; tell what is missing, old or wrong.")
@click.option(
    "--sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with all figures side by side to this file, from the figures that are there.",
)
@click.option(
    "--theme",
    type=click.Choice(("light", "dark", "mono")),
    default="light",
    show_default=True,
    help="How the figures of the sheet are coloured.",
)
@click.option("--animated", is_flag=True, help="Let the figures of the sheet move.")
@json_option
def figures(
    pack: Path | None,
    only: tuple[str, ...],
    *,
    only_check: bool,
    sheet: Path | None,
    theme: Any,
    animated: bool,
    as_json: bool,
) -> None:
    """Draw the figures of PACK from its pose files, into its folder `figures`.

    With --check, nothing is written. The exit code is 1 when a figure is missing or was made from another pose, body or
    name, or when its position cannot be: a hand that floats, a knee that bends too far, an arm through the trunk. So it
    is when a figure shows another position, or other properties, than its exercise says.
    """
    try:
        from psoas_rules.drawing import Gallery
        from psoas_rules.drawing.sheet import contact_sheet
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_WRONG)
    try:
        if sheet is not None and not only_check:
            shown = _shown(pack, only)
            _write(sheet, contact_sheet(shown, title="Figures", theme=theme, animated=animated))
            if as_json:
                print_json("figures", ok=True, content={"sheet": str(sheet), "shown": [one.exercise for one in shown]})
            return
        gallery = Gallery.open(pack, only)
        chosen = gallery.chosen(only)
        if only_check:
            _check(gallery, only, chosen, as_json=as_json)
        else:
            _draw(gallery, chosen, as_json=as_json)
    except PackError as error:
        refuse_pack("figures", error, as_json=as_json)


def _shown(pack: Path | None, only: tuple[str, ...]) -> list[Figure]:
    """The figures of a sheet.

    Raises:
        PackError: if there is none, or not one that is asked for.
    """
    known = load_figures(pack)
    if not known:
        message = "the pack has no figures; draw them: psoas-rules figures"
        raise PackError((Issue(FIGURE_FOLDER, 0, 0, "missing-file", message),))
    unknown = tuple(
        Issue(f"{FIGURE_FOLDER}/{name}.svg", 0, 0, "missing-file", f"there is no such figure{nearest(name, known)}")
        for name in only
        if name not in known
    )
    if unknown:
        raise PackError(unknown)
    return [known[name] for name in known if not only or name in only]


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise click.UsageError(f"'{file}' cannot be written: {error.strerror}") from None


def _counted(count: int) -> str:
    return f"{count} figure" if count == 1 else f"{count} figures"


def _draw(gallery: Gallery, chosen: tuple[str, ...], *, as_json: bool) -> None:
    findings = list(gallery.missing)
    with _progress() as progress:
        task = progress.add_task("Drawing", total=len(chosen))
        sizes = {}
        for drawn in gallery.write(chosen):
            sizes[drawn.exercise] = {name: len(content.encode()) for name, content in drawn.files.items()}
            findings += gallery.findings(drawn.exercise)
            progress.advance(task)
    if as_json:
        print_json("figures", ok=True, content={"written": sizes, "findings": [_data(one) for one in findings]})
    else:
        for finding in findings:
            console().print(f"warning: {finding}", markup=False)
        console().print(f"Drew {_counted(len(sizes))} into {FIGURE_FOLDER}.", markup=False)
    sys.exit(WELL)


def _check(gallery: Gallery, only: tuple[str, ...], chosen: tuple[str, ...], *, as_json: bool) -> None:
    issues = gallery.stale(only)
    findings = list(gallery.missing)
    with _progress() as progress:
        task = progress.add_task("Checking", total=len(chosen))
        for exercise in chosen:
            findings += gallery.findings(exercise)
            progress.advance(task)
    ok = not issues and not findings
    if as_json:
        content = {"problems": [issue_data(issue) for issue in issues], "findings": [_data(one) for one in findings]}
        print_json("figures", ok=ok, content=content)
    else:
        _tell(issues, findings, len(chosen))
    sys.exit(WELL if ok else FOUND)


def _tell(issues: tuple[Issue, ...], findings: list[Finding], count: int) -> None:
    out = console()
    for problem in (*issues, *findings):
        out.print(str(problem), markup=False)
    if not issues and not findings:
        out.print(
            f"{_counted(count)} {'is' if count == 1 else 'are'} up to date, and show what the exercises say.",
            markup=False,
        )


def _data(finding: Finding) -> dict[str, Any]:
    return {
        "exercise": finding.exercise,
        "code": finding.code,
        "message": finding.message,
        "frame": finding.frame,
        "amount": None if finding.amount is None else round(finding.amount, 3),
    }


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=progress_console(), transient=True)
