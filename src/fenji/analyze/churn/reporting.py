"""What is kept of the models: what they are, what they learned from, how good they were?

Reads   nothing: what ``learning`` found
Writes  insight.churn_model, insight.churn_sample, insight.churn_quality, insight.churn_calibration
Units   as the contracts say
Keeps   one row per target, and what belongs to it
Source  decision 0026
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from fenji.analyze.churn.beside import believed
from fenji.analyze.churn.dates import Schedule
from fenji.analyze.churn.learning import Learned
from fenji.domain.churn import ChurnBy, ScoreModel, Target
from fenji.tables.contract import Contract
from fenji.tables.insight_churn import CHURN_CALIBRATION, CHURN_MODEL, CHURN_QUALITY, CHURN_SAMPLE


@dataclass(frozen=True)
class Report:
    """What was learned of one target, and how."""

    learned: Learned
    schedule: Schedule
    definition: ChurnBy
    horizon_days: int
    seed: int
    sampled_share: float


def report_tables(reports: Mapping[Target, Report], *, as_of: date) -> dict[str, pa.Table]:
    """The four tables by full name."""
    made = {
        CHURN_MODEL: [_model(target, each) for target, each in reports.items()],
        CHURN_SAMPLE: [row for target, each in reports.items() for row in _samples(target, each)],
        CHURN_QUALITY: [row for target, each in reports.items() for row in _quality(target, each)],
        CHURN_CALIBRATION: [row for target, each in reports.items() for row in _calibration(target, each)],
    }
    return {contract.full_name: _table(contract, rows, as_of) for contract, rows in made.items()}


def _table(contract: Contract, rows: list[dict[str, object]], as_of: date) -> pa.Table:
    return pa.Table.from_pylist([{"as_of": as_of, **row} for row in rows], schema=contract.schema.to_pyarrow())


def _model(target: Target, report: Report) -> dict[str, object]:
    fitted, learned = report.learned.fitted, report.learned
    uses_trees = fitted is not None and fitted.chosen in (ScoreModel.LIGHTGBM, ScoreModel.BLEND)
    boosted = fitted.boosted if fitted is not None and uses_trees else None
    return {
        "target": str(target),
        "definition": str(report.definition),
        "horizon_days": report.horizon_days,
        "model": None if fitted is None else str(fitted.chosen),
        "believed": None if fitted is None else believed(learned.judged, fitted.chosen),
        "lack": None if learned.lack is None else str(learned.lack),
        "days_missing": report.schedule.days_missing,
        "seed": report.seed,
        "sampled_share": report.sampled_share,
        "trees": 0 if boosted is None else boosted.trees,
        "calibration": None if fitted is None else fitted.curves[fitted.chosen].kind,
        "trees_text": None if boosted is None else boosted.text,
    }


def _samples(target: Target, report: Report) -> list[dict[str, object]]:
    names = ("part", "on", "customers", "outcomes")
    found = [dict(zip(names, each, strict=True)) for each in report.learned.samples]
    return [{"target": str(target), **each, "part": str(each["part"])} for each in found]


def _quality(target: Target, report: Report) -> list[dict[str, object]]:
    fitted = report.learned.fitted
    return [
        {
            **vars(each),
            "target": str(target),
            "model": str(each.model),
            "part": str(each.part),
            "is_used": fitted is not None and each.model is fitted.chosen,
        }
        for each in report.learned.judged
    ]


def _calibration(target: Target, report: Report) -> list[dict[str, object]]:
    return [{"target": str(target), "on": report.schedule.evaluate, **vars(each)} for each in report.learned.tenths]
