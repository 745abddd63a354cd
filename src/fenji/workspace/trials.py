"""What does a run keep so that its policy can be tried at once? The steps of its thresholds, and the customers counted between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.rules.bands import Cut
from fenji.analyze.whatif.cells import (
    MOST_CELLS,
    beyond_cells,
    count_cells,
    cuts_for,
    fits_a_cell,
    metrics_compared,
    step_rows,
)
from fenji.analyze.whatif.comparing import without_lost
from fenji.analyze.whatif.steps import count_spread, spreads_of
from fenji.analyze.whatif.trying import Cells
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Policy
from fenji.domain.reviews import LostRule
from fenji.tables.insight_whatif import WHATIF_CELL, WHATIF_STEP
from fenji.workspace.session import RunWriter, Session


def save_trials(
    writer: RunWriter,
    panel: ir.Table,
    assignment: ir.Table,
    registry: Registry,
    policy: Policy,
    *,
    as_of: date,
    lost: LostRule,
) -> None:
    """Writes insight.whatif_step and insight.whatif_cell; the latter without rows where the policy cannot be tried by cells.

    Args:
        writer: where they go.
        panel: insight.customer_metric at ``as_of``.
        assignment: insight.tier_assignment at ``as_of``, which says who is lost.
        registry: the metrics of the panel.
        policy: the one that the review followed.
        as_of: the review.
        lost: whether anybody can be lost.
    """
    engine, compared = writer.session.engine, metrics_compared(policy)
    here = panel.select("customer_key", "as_of", *dict.fromkeys((REVENUE, *compared)))
    if lost.is_on:
        here = without_lost(here, assignment, as_of=as_of)
    spreads = spreads_of(engine.fetch(count_spread(here, compared)).to_pylist()[0], compared) if compared else {}
    cuts = cuts_for(policy, {each.slug: each for each in registry}, spreads)
    writer.save(engine.from_arrow(step_rows(cuts, policy, as_of=as_of)), WHATIF_STEP, as_of=as_of)
    found = count_cells(here, cuts, policy, as_of=as_of)
    if beyond_cells(policy) is not None or not fits_a_cell(cuts):
        found = found.limit(0)
    else:
        found = engine.stage(found)
        if engine.fetch(found.aggregate(cells=found.count()))["cells"][0].as_py() > MOST_CELLS:
            found = found.limit(0)
    writer.save(found, WHATIF_CELL, as_of=as_of)


def kept_steps(session: Session, run_id: str, *, as_of: date) -> dict[str, tuple[Cut, ...]]:
    """The steps of each metric at a review, metrics in their places; none where the rules compare no metric."""
    rows = session.rows(run_id, WHATIF_STEP, as_of=as_of)
    found: dict[str, list[Cut]] = {}
    for row in sorted(rows, key=lambda each: (each["place"], each["number"])):
        found.setdefault(row["metric"], []).append((Decimal(row["threshold"]), row["is_beyond"]))
    return {metric: tuple(cuts) for metric, cuts in found.items()}


def kept_cells(files: Sequence[Path], cuts: Mapping[str, tuple[Cut, ...]]) -> Cells | None:
    """The cells in the files of insight.whatif_cell of one review, read without an engine; None where there are none."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    tables = [pq.read_table(each, columns=["cell", "customers", REVENUE], partitioning=None) for each in files]
    if not any(each.num_rows for each in tables):
        return None
    return Cells.of(pa.concat_tables(tables), cuts)
