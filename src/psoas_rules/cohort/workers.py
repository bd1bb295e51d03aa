"""What the adapters for clusters share: the work of one worker, as a value that can be sent to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa

from psoas_rules.cohort.errors import CohortError
from psoas_rules.cohort.running import recommend_batches, recommend_table
from psoas_rules.loading import fingerprint
from psoas_rules.recommender import Recommender, load_pack

__all__ = ["Work"]


@attrs.frozen
class Work:
    """The arguments of `recommend_table`, for other processes.

    Attributes:
        folder: Where the pack is; None for the built-in one.
        digest: What identifies the pack that must be found there.
        columns: As in `recommend_table`.
        keep: As in `recommend_table`.
        audit: As in `recommend_table`.
    """

    folder: str | None
    digest: str
    columns: Sequence[str] | None
    keep: Sequence[str]
    audit: bool

    @classmethod
    def of(cls, pack: str | Path | None, columns: Sequence[str] | None, keep: Sequence[str], audit: bool) -> Work:
        """The work with the pack as it is now.

        Raises:
            PackError: if the pack does not hold together.
        """
        folder = None if pack is None else str(Path(pack).resolve())
        return cls(folder, fingerprint(load_pack(folder)), columns, keep, audit)

    def table(self, people: Any) -> pa.Table:
        """What `recommend_table` gives, with plain text in place of dictionaries: those differ between parts."""
        options: dict[str, Any] = {"columns": self.columns, "keep": self.keep, "audit": self.audit}
        found = recommend_table(people, _recommender(self.folder, self.digest), **options)
        return found.cast(_plain_schema(found.schema))

    def batches(self, people: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """What `recommend_batches` gives, with plain text in place of dictionaries."""
        options: dict[str, Any] = {"columns": self.columns, "keep": self.keep, "audit": self.audit}
        for found in recommend_batches(people, _recommender(self.folder, self.digest), **options):
            yield found.cast(_plain_schema(found.schema))


@lru_cache(maxsize=2)
def _recommender(folder: str | None, digest: str) -> Recommender:
    """Made once in every process: a recommender cannot be sent to another one."""
    made = Recommender(load_pack(folder))
    if (own := fingerprint(made.pack)) != digest:
        raise CohortError(
            f"a worker has another pack ({made.pack.info.name} {made.pack.info.version}, digest {own[:12]}) than the "
            f"process that started the work (digest {digest[:12]}): install the same psoas-rules on every worker, or "
            "name the folder of one pack that all of them see"
        )
    return made


def _plain_schema(schema: pa.Schema) -> pa.Schema:
    return pa.schema(_plain(pa.struct(schema)))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_plain(field.type)) for field in kind])
    return kind
