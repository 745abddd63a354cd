"""Which record answers which command? One line for each; the reference page and the description of the API are made from them."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.answers.demo import DemoResult
from fenji.answers.failures import FailedAnswer
from fenji.answers.mapping import MapResult
from fenji.answers.moves import MovesResult
from fenji.answers.policies import LintResult, OverridesResult, PolicyResult, PublishResult, SuggestResult, VersionsResult
from fenji.answers.runs import InitResult, QualityResult, RunResult
from fenji.answers.selftest import SelfTestResult
from fenji.answers.starting import StartResult
from fenji.answers.tiers import TiersResult
from fenji.answers.whatif import ReplayResult, WhatIfResult
from fenji.answers.why import WhyResult

ANSWERS: Mapping[str, type] = {
    "init": InitResult,
    "map": MapResult,
    "start": StartResult,
    "run": RunResult,
    "quality": QualityResult,
    "tiers": TiersResult,
    "moves": MovesResult,
    "why": WhyResult,
    "policy show": PolicyResult,
    "policy lint": LintResult,
    "policy list": VersionsResult,
    "policy publish": PublishResult,
    "policy suggest": SuggestResult,
    "policy override": OverridesResult,
    "policy overrides": OverridesResult,
    "whatif": WhatIfResult,
    "whatif --replay": ReplayResult,
    "selftest": SelfTestResult,
    "demo": DemoResult,
}

FAILED = FailedAnswer
"""What every command writes where it fails."""
