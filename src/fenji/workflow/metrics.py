"""Which metrics does a workspace know, and what does each mean?"""

from __future__ import annotations

from pathlib import Path

from fenji.analyze.metrics.registry import Registry, builtin_metrics
from fenji.answers.drafts import MetricRow, MetricsResult
from fenji.workspace.folder import open_workspace, own_metrics_of


def list_metrics(root: Path) -> MetricsResult:
    """The definitions of all metrics that rules may name, but for those of kinds of events, which depend on the data.

    Raises:
        NotFound: no workspace.
        InvalidDocument: metrics.yaml cannot be used.
    """
    builtin, own = builtin_metrics(), own_metrics_of(open_workspace(root, by_customer=True))
    known = Registry(tuple(dict.fromkeys((*builtin, *own))))
    return MetricsResult(tuple(MetricRow.of(each, is_own=each not in builtin) for each in known))
