"""Which record answers which command? One line for each; the reference page and the description of the API are made from them."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.answers.audit import AuditResult, AuditVerified
from fenji.answers.failures import FailedAnswer
from fenji.answers.moves import MovesResult
from fenji.answers.runs import InitResult, QualityResult, RunResult
from fenji.answers.tiers import TiersResult
from fenji.answers.why import WhyResult

ANSWERS: Mapping[str, type] = {
    "init": InitResult,
    "run": RunResult,
    "quality": QualityResult,
    "tiers": TiersResult,
    "moves": MovesResult,
    "why": WhyResult,
    "audit": AuditResult,
    "audit --verify": AuditVerified,
}

FAILED = FailedAnswer
"""What every command writes where it fails."""
