"""Which runs have there been, and what is to be known of one?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from fenji.answers.run_comparison import RunsCompared
from fenji.answers.run_list import RunDetail, RunsResult
from fenji.api.asking import Figures
from fenji.api.parameters import Limit
from fenji.api.routes.describing import answered_by
from fenji.workflow.runs import list_runs, run_at
from fenji.workflow.runs_compared import compare_runs

router = APIRouter(tags=["runs"])

Compared = Annotated[str, Query(description="A published run that decided tiers.", max_length=40)]


@router.get("/runs", summary="Which runs there have been", **answered_by(RunsResult))
def runs(asking: Figures, limit: Limit = 50) -> Response:
    """The newest first; those that failed and those at work among them."""
    return asking.fresh(lambda root: list_runs(root, limit=limit))


@router.get("/runs/compare", summary="How two runs differ", **answered_by(RunsCompared, is_stored=True))
def compare(asking: Figures, *, a: Compared, b: Compared) -> Response:
    """What they were made of, what became of the rows, and who stands in which tier in each."""
    return asking.stored(lambda root: compare_runs(root, a, b))


@router.get("/runs/{run_id}", summary="One run", **answered_by(RunDetail))
def run(asking: Figures, run_id: Annotated[str, Path(description="The run.", max_length=40)]) -> Response:
    """Its policy and date, what it read and wrote, and what must be known before its figures are read."""
    return asking.fresh(lambda root: run_at(root, run_id))
