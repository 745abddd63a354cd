"""What can be found wrong with a policy? One record per finding: how bad, which tier, in words, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fenji.domain.metrics import Better, Metric
from fenji.domain.policies import SCORE, Policy
from fenji.errors import Place, Problem, unknown_name

Keys = tuple[str | int, ...]
"""Keys and list positions from the top of the policy document to the part at fault."""


class Severity(StrEnum):
    """Whether a finding keeps the policy from use."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a policy, or looks wrong."""

    severity: Severity
    code: str
    """Stable, for scripts: unknown_metric, overlap, gap, unreachable_tier ..."""
    problem: Problem
    """In words, with its place and what to do."""
    tier: str | None = None


@dataclass(frozen=True)
class LintScope:
    """A policy with what is known around it."""

    policy: Policy
    metrics: Mapping[str, Metric]
    find: Callable[[Keys], Place] = field(default=lambda keys: Place(column=_dotted(keys)))

    def error(
        self, code: str, keys: Keys, text: str, *, tier: str | None = None, advice: str | None = None, **values: object
    ) -> Finding:
        """A finding that keeps the policy from use; the text may name the ``{tier}``."""
        return Finding(Severity.ERROR, code, Problem(text, {"tier": tier, **values}, self.find(keys), advice), tier)

    def warning(
        self, code: str, keys: Keys, text: str, *, tier: str | None = None, advice: str | None = None, **values: object
    ) -> Finding:
        """A finding that is shown; the text may name the ``{tier}``."""
        return Finding(Severity.WARNING, code, Problem(text, {"tier": tier, **values}, self.find(keys), advice), tier)

    def unknown(self, code: str, keys: Keys, what: str, name: str, known: Sequence[str], *, tier: str | None = None) -> Finding:
        """An error about a name that is not known, with the nearest one."""
        return Finding(Severity.ERROR, code, unknown_name(what, name, known, place=self.find(keys)), tier)

    def better(self, metric: str) -> Better:
        """Which direction of a metric is the good one; of an unknown metric neither is."""
        if metric == SCORE:
            return Better.HIGHER
        return self.metrics[metric].better if metric in self.metrics else Better.NEITHER


def _dotted(keys: Keys) -> str:
    """Such as ``tiers[2].qualify``, positions counted from 1."""
    text = ""
    for key in keys:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text
