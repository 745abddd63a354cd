"""Whole stored tables for tools of one's own: which there are, and their rows as Arrow or Parquet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as FilePath

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.tables import TablesResult
from fenji.api.asking import Tabular
from fenji.api.parameters import RunId
from fenji.api.routes.describing import answered_by
from fenji.api.streams import ARROW
from fenji.workflow.tables import tables_now

router = APIRouter(tags=["tables"])

_ROWS = {ARROW: {"schema": {"type": "string", "format": "binary"}}}


@router.get("/tables", summary="Which tables are published", **answered_by(TablesResult, is_stored=True))
def tables(asking: Tabular, *, run_id: RunId = None) -> Response:
    """Names, rows and days. Where the files stand is a matter of the server."""

    def make(root: FilePath) -> TablesResult:
        found = tables_now(root, run=run_id)
        return replace(found, tables=tuple(replace(each, files=()) for each in found.tables))

    return asking.stored(make)
