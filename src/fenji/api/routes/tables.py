"""Whole stored tables for tools of one's own: which there are, and their rows as Arrow or Parquet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from fenji.answers.tables import TablesResult
from fenji.api.asking import Tabular
from fenji.api.parameters import Day, RunId
from fenji.api.routes.describing import answered_by, described
from fenji.api.streams import ARROW, arrow_stream
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workflow.tables import open_table, tables_now

router = APIRouter(tags=["tables"])

_ROWS = {ARROW: {"schema": {"type": "string", "format": "binary"}}}


@router.get("/tables", summary="Which tables are published", **answered_by(TablesResult, is_stored=True))
def tables(asking: Tabular, *, run_id: RunId = None) -> Response:
    """Names, rows and days. Where the files stand is a matter of the server."""

    def make(root: FilePath) -> TablesResult:
        found = tables_now(root, run=run_id)
        return replace(found, tables=tuple(replace(each, files=()) for each in found.tables))

    return asking.stored(make)


@router.get(
    "/tables/{name}",
    summary="The rows of one table",
    **described("An Arrow IPC stream; personal columns are masked.", _ROWS),
)
def table(
    asking: Tabular,
    *,
    name: Annotated[str, Path(description="Shelf and name, such as insight.customer_metric.", max_length=80)],
    as_of: Annotated[Day | None, Query(description="One of its days; left out: the last one.")] = None,
    run_id: RunId = None,
) -> Response:
    """One batch after the other: what is in memory is one of them, however long the table is."""
    if not asking.is_masked:
        raise InvalidArgument.of(_("whole tables are given masked only."), advice=_("Export a list of customers, with a reason."))
    found = asking.read(lambda root: open_table(root, name, as_of=as_of, run=run_id, view=asking.view))
    return arrow_stream(found.schema, found.batches, {"Cache-Control": "no-store"})
