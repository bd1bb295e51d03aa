"""Findings as SARIF 2.1.0, the format in which editors and code hosts take them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final
from urllib.parse import quote

from psoas_rules.checking.catalogue import CATALOGUE, Kind
from psoas_rules.checking.findings import Finding, Report

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report, folder: str = "") -> dict[str, Any]:
    """A report as the plain data of a SARIF log: one run, with every kind of finding described.

    Args:
        report: What was found.
        folder: The folder of the pack as a code host sees it from the top of a repository, with forward slashes; where
            it is empty, files are named relative to the pack.
    """
    base = f"{folder.strip('/')}/" if folder.strip("./") else ""
    rules = sorted(CATALOGUE)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "psoas-rules",
                        "semanticVersion": _version(),
                        "rules": [_rule(CATALOGUE[code]) for code in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "note", "message": {"text": note}} for note in report.notes
                        ],
                    }
                ],
                "results": [_result(finding, rules.index(finding.code), base) for finding in report.findings],
            }
        ],
    }


def _version() -> str:
    try:
        return version("psoas-rules")
    except PackageNotFoundError:
        # Run from its source, or from a zip.
        return "0.0.0"


def _rule(kind: Kind) -> dict[str, Any]:
    return {
        "id": kind.code,
        "shortDescription": {"text": f"{kind.title}."},
        "help": {"text": kind.cure},
        "defaultConfiguration": {"level": kind.severity},
        "properties": {"group": kind.group, "blocks": kind.blocks},
    }


def _result(finding: Finding, number: int, base: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(f"{base}{finding.file}")}}
    if finding.line:
        place["region"] = {"startLine": finding.line, "startColumn": finding.column}
    return {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
    }
