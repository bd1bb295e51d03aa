"""Writing the counterexamples of a proof as whole-intake cases, which fail until the pack is mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from psoas_rules.casebook import cases_as_yaml
from psoas_rules.proving.results import Proof, Result

_HEAD: Final = (
    "Written by `psoas-rules prove`: people for whom '{id}' does not hold.\n"
    "{title}\n"
    "Each case fails until the pack is mended. If what the pack does is right after all, change the invariant instead."
)


def write_cases(proof: Proof, folder: str | Path) -> tuple[Path, ...]:
    """Writes a file of cases for each invariant that was refuted, and gives the files back.

    Args:
        proof: What was found.
        folder: Where to write, such as `cases` of the pack; it is made if need be. Files of an earlier proof with the
            same names are replaced.

    Raises:
        OSError: if a file cannot be written.
    """
    written = []
    for result in proof.results:
        cases = list(_cases(result))
        if cases:
            file = Path(folder) / f"refuted_{result.id}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(cases_as_yaml(cases, head=_HEAD.format(id=result.id, title=result.title)), "utf-8")
            written.append(file)
    return tuple(written)


def _cases(result: Result) -> Iterator[Mapping[str, Any]]:
    """The cases of one result, each under a name of its own."""
    names: dict[str, int] = {}
    for finding in result.findings:
        if finding.kind != "refuted" or finding.case is None:
            continue
        name = str(finding.case["name"]).rstrip(".")
        names[name] = names.get(name, 0) + 1
        yield {**finding.case, "name": name if names[name] == 1 else f"{name} ({names[name]})"}
