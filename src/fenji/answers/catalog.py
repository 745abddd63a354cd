"""Which record answers which command? One line for each; the reference page and the description of the API are made from them."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.answers.audit import AuditResult, AuditVerified
from fenji.answers.baskets import RulesResult
from fenji.answers.churn import ChurnResult, PropensityResult
from fenji.answers.failures import FailedAnswer
from fenji.answers.forecast import ForecastResult, TrendResult
from fenji.answers.moves import MovesResult
from fenji.answers.priority import PriorityResult
from fenji.answers.recommend import RecommendResult
from fenji.answers.runs import InitResult, QualityResult, RunResult
from fenji.answers.segments import SegmentsResult
from fenji.answers.structure import StructureResult
from fenji.answers.tiers import TiersResult
from fenji.answers.value import ValueResult
from fenji.answers.why import WhyResult

ANSWERS: Mapping[str, type] = {
    "init": InitResult,
    "run": RunResult,
    "quality": QualityResult,
    "tiers": TiersResult,
    "structure": StructureResult,
    "moves": MovesResult,
    "why": WhyResult,
    "audit": AuditResult,
    "audit --verify": AuditVerified,
    "value": ValueResult,
    "priority": PriorityResult,
    "churn": ChurnResult,
    "churn --propensity": PropensityResult,
    "forecast": ForecastResult,
    "forecast --of revenue": TrendResult,
    "segments": SegmentsResult,
    "rules": RulesResult,
    "recommend": RecommendResult,
}

FAILED = FailedAnswer
"""What every command writes where it fails."""
