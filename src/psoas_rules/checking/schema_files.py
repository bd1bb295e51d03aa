"""The schemas that stand in a pack for editors: are they those of this pack?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from psoas_rules.checking.examination import Examination
from psoas_rules.checking.kinds import SCHEMA_FOLDER, file_schemas
from psoas_rules.pack import Pack


def check_schemas(examination: Examination) -> None:
    """An editor offers the names that the pack has now."""
    if not examination.has_schemas or not examination.sound:
        return
    wanted = file_schemas(examination.rules.pack)
    stale = [name for name, text in wanted.items() if examination.schemas.get(name) != text]
    if stale:
        message = (
            f"{len(stale)} of {len(wanted)} schemas are not those of this pack, so an editor offers other names; "
            f"write them anew: psoas-rules check PACK --schemas PACK/{SCHEMA_FOLDER}"
        )
        examination.tell_at(f"{SCHEMA_FOLDER}/{stale[0]}", (0, 0), "stale-schema", message)


def write_schemas(pack: Pack, folder: str | Path) -> Mapping[str, str]:
    """Writes the schema of every kind of file to a folder, which is made if it is not there.

    Returns:
        The schemas by the names of their files.

    Raises:
        OSError: if a file cannot be written.
    """
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    made = file_schemas(pack)
    for name, text in made.items():
        (where / name).write_bytes(text.encode("utf-8"))
    return made
