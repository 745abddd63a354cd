"""How are all rows of a list handed over? From the engine by way of scratch disk, one batch after the other, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from fenji.answers.views import OPEN, View
from fenji.domain.lists import ListColumn, ListSource
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.scratch import own_folder_for_now
from fenji.workspace.session import Session
from fenji.workspace.table_masks import masked_batch

BATCH_ROWS = 20_000
"""Rows that are in memory at once: about 20 MB at thirty columns."""


@dataclass(frozen=True)
class Listing:
    """A list that is ready to be taken along, while its session is open."""

    columns: tuple[ListColumn, ...]
    source: ListSource
    metrics: dict[str, Metric]
    """Those of its conditions, for their words."""
    files: tuple[Path, ...]
    not_found: tuple[str, ...] = ()
    """Entries of an uploaded list by which nobody is known."""
    view: View = OPEN
    """How much of it whoever takes it along sees; its rows are masked by what its columns say."""
    policy: Policy | None = None
    """By which workbooks name tiers; None: they keep what the table holds."""

    def batches(self) -> Iterator[Any]:
        """Its rows in their order, as Arrow record batches of at most ``BATCH_ROWS`` rows with the columns in their order."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

        names = [each.slug for each in self.columns]
        veils = {each.slug: each.veil for each in self.columns if each.veil is not None}
        for file in self.files:
            for batch in pq.ParquetFile(file).iter_batches(BATCH_ROWS, columns=names):
                yield masked_batch(batch.select(names), veils, self.view)


@contextmanager
def written_down(session: Session, table: ir.Table) -> Iterator[tuple[tuple[Path, ...], int]]:
    """The files that hold a table in its order, and its rows; they go when the block ends."""
    workspace = session.workspace
    with own_folder_for_now(workspace.settings.scratch_folder(workspace.root)) as place:
        rows = session.engine.save(table, place / "rows")
        yield tuple(sorted((place / "rows").glob("*.parquet"))), rows
