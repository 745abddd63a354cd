"""Which runs are old, and what goes with them? Never the current one, nor raw rows that a kept run stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fenji.domain.runs import Run


def standing_on(runs: Mapping[str, Run], chosen: Iterable[str]) -> tuple[str, ...]:
    """Some published runs with all analyses that stand on them, in the order of publication.

    Args:
        runs: every published run by its id, in the order of publication.
        chosen: the ids of those that are looked at.
    """
    found = set(chosen)
    for run_id, run in runs.items():  # nothing is published before what it stands on
        if run.new.base_run_id in found:
            found.add(run_id)
    return tuple(run_id for run_id in runs if run_id in found)
