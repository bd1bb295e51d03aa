"""The command `check`: everything that is wrong with a pack at once, and everything that deserves a look."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import click
from rich.text import Text

from psoas_rules.checking import CATALOGUE, Finding, Mended, Report, mend, sarif, write_schemas
from psoas_rules.checking.checks import examine
from psoas_rules.cli.output import FOUND, WELL, console, json_option, pack_argument, print_json, refuse_pack
from psoas_rules.errors import PackError
from psoas_rules.loading import find_builtin
from psoas_rules.recommender import load_pack


@click.command()
@pack_argument
@json_option
@click.option("--strict", is_flag=True, help="Let warnings count like errors.")
@click.option("--fix", is_flag=True, help="Mend what needs no decision, and say what was mended.")
@click.option("--dry-run", is_flag=True, help="With --fix: show the changes, and write nothing.")
@click.option(
    "--sarif",
    "sarif_file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write the findings as SARIF 2.1.0 for editors and code hosts; - for the screen.",
)
@click.option(
    "--schemas",
    "schema_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the JSON Schema of every kind of file to this folder, and end.",
)
@click.option("--list", "as_list", is_flag=True, help="List every check with its code and what to do, and end.")
def check(
    pack: Path | None,
    *,
    as_json: bool,
    strict: bool,
    fix: bool,
    dry_run: bool,
    sarif_file: Path | None,
    schema_folder: Path | None,
    as_list: bool,
) -> None:
    """Tell every problem of PACK at once: where it is, what is wrong, and what to write instead.

    Errors must be mended. Warnings deserve a look and never keep a pack from being used. The exit code is 1 when there
    are errors; with --strict, also when there are warnings.
    """
    if dry_run and not fix:
        raise click.UsageError("--dry-run shows what --fix would change; give both.")
    if as_list:
        _list(as_json=as_json)
        return
    if schema_folder is not None:
        _write_schemas(pack, schema_folder, as_json=as_json)
        return
    report, examination = examine(pack)
    mended = None
    if fix:
        mended = mend(report, examination.contents)
        if not dry_run:
            _write(mended, pack)
            report, _ = examine(pack)
    if sarif_file is not None:
        _write_sarif(report, pack, sarif_file)
    if as_json:
        content = {**_data(report), **({"mended": _mended_data(mended, dry_run=dry_run)} if mended is not None else {})}
        print_json("check", ok=report.sound(strict=strict), content=content)
    elif sarif_file is None or str(sarif_file) != "-":
        _print(report, mended, dry_run=dry_run)
    sys.exit(WELL if report.sound(strict=strict) else FOUND)


def _write(mended: Mended, pack: Path | None) -> None:
    folder = find_builtin() if pack is None else pack
    if not isinstance(folder, Path):
        raise click.UsageError("the built-in pack stands in an archive and cannot be changed; name a folder.")
    try:
        mended.write(folder)
    except OSError as error:
        raise click.UsageError(f"the file cannot be written: {error}") from None


def _write_sarif(report: Report, pack: Path | None, file: Path) -> None:
    folder = find_builtin() if pack is None else pack
    here = Path.cwd()
    seen = ""
    if isinstance(folder, Path) and folder.resolve().is_relative_to(here):
        seen = folder.resolve().relative_to(here).as_posix()
    text = json.dumps(sarif(report, seen), indent=2, ensure_ascii=False) + "\n"
    if str(file) == "-":
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"the file cannot be written: {error}") from None


def _write_schemas(pack: Path | None, folder: Path, *, as_json: bool) -> None:
    try:
        made = write_schemas(load_pack(pack), folder)
    except PackError as error:
        refuse_pack("check", error, as_json=as_json)
    except OSError as error:
        raise click.UsageError(f"the schemas cannot be written: {error}") from None
    if as_json:
        print_json("check", ok=True, content={"schemas": list(made)})
    else:
        console().print(f"{len(made)} schemas written to {folder}.", markup=False)


def _list(*, as_json: bool) -> None:
    kinds = list(CATALOGUE.values())
    if as_json:
        rows = [
            {
                "code": kind.code,
                "title": kind.title,
                "severity": kind.severity,
                "cure": kind.cure,
                "group": kind.group,
                "blocks": kind.blocks,
            }
            for kind in kinds
        ]
        print_json("check", ok=True, content={"checks": rows})
        return
    screen = console()
    group = ""
    for kind in kinds:
        if kind.group != group:
            group = kind.group
            screen.print(Text(f"\n{group}" if kind is not kinds[0] else group, style="bold"))
        line = Text.assemble(f"  {kind.code:<20}", (f"{kind.severity:<9}", _STYLES[kind.severity]), kind.title)
        screen.print(line.append(f". {kind.cure}", style="dim"))
    screen.print(f"\n{len(kinds)} checks.", markup=False)


_STYLES: Final = {"error": "red", "warning": "yellow"}


def _print(report: Report, mended: Mended | None, *, dry_run: bool) -> None:
    screen = console()
    if mended is not None:
        _print_mended(mended, dry_run=dry_run)
    for heading, findings in (("Errors", report.errors), ("Warnings", report.warnings)):
        if findings:
            screen.print(Text(f"{heading} ({len(findings)})", style="bold"))
            for finding in findings:
                screen.print(_line(finding))
            screen.print()
    for note in report.notes:
        screen.print(note, markup=False)
    screen.print(report.summary(), markup=False)


def _line(finding: Finding) -> Text:
    whole = str(finding)
    place, code = whole.index(": "), whole.rindex(" [")
    line = Text(whole)
    line.stylize("cyan", 0, place)
    line.stylize(_STYLES[finding.severity], code)
    if finding.fix is not None:
        line.append(" (--fix)", style="dim")
    return line


def _print_mended(mended: Mended, *, dry_run: bool) -> None:
    screen = console()
    if dry_run:
        for line in mended.diff().splitlines():
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            screen.print(Text(line, style=style))
        screen.print(f"{len(mended.done)} would be mended; nothing was written.\n", markup=False)
        return
    for finding in mended.done:
        assert finding.fix is not None
        screen.print(f"mended  {finding}: {finding.fix.title}", markup=False)
    screen.print(f"{len(mended.done)} mended.\n", markup=False)


def _data(report: Report) -> dict[str, Any]:
    return {
        "findings": [_finding_data(finding) for finding in report.findings],
        "notes": list(report.notes),
        "files": report.files,
        "errors": len(report.errors),
        "warnings": len(report.warnings),
        "checks": len(CATALOGUE),
    }


def _finding_data(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "fix": None if finding.fix is None else finding.fix.title,
    }


def _mended_data(mended: Mended, *, dry_run: bool) -> dict[str, Any]:
    return {
        "written": not dry_run,
        "findings": [_finding_data(finding) for finding in mended.done],
        "diff": mended.diff(),
    }
