"""What do the metrics mean? Their definitions, the same that rules, columns and documentation read."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.drafts import MetricsResult
from fenji.api.asking import Figures
from fenji.api.routes.describing import answered_by
from fenji.workflow.metrics import list_metrics

router = APIRouter(tags=["metrics"])


@router.get("/metrics", summary="The definitions of all metrics", **answered_by(MetricsResult))
def metrics(asking: Figures) -> Response:
    """Name, sentence, unit and source of each: those that fenji knows of itself, then the company's own."""
    return asking.fresh(list_metrics)
