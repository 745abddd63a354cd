"""Can this policy be used, and does it say what its author meant? Every finding at once: errors keep a policy from use, warnings are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fenji.analyze.policies.findings import Finding, Keys, LintScope, Severity
from fenji.analyze.policies.ladder_lint import ladder_findings
from fenji.analyze.policies.rule_lint import part_findings
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.errors import Place

__all__ = ["Finding", "Keys", "Severity", "lint_policy"]


def lint_policy(
    policy: Policy, metrics: Sequence[Metric], *, place: Callable[[Keys], Place] | None = None
) -> tuple[Finding, ...]:
    """Everything that is wrong with a policy or looks wrong: errors first, each kind in the order of the document.

    Decided by the rules alone, without data: exact for rules that are conjunctions; of alternatives only what is certain is said.

    Args:
        policy: as read or built.
        metrics: what the panel will hold.
        place: where a part of the policy document stands; by default only its path, such as ``tiers[2].qualify``.
    """
    known = {metric.slug: metric for metric in metrics}
    scope = LintScope(policy, known, place) if place else LintScope(policy, known)
    unique: list[Finding] = []
    for finding in (*part_findings(scope), *ladder_findings(scope)):
        if finding not in unique:
            unique.append(finding)
    return tuple(sorted(unique, key=lambda each: each.severity is not Severity.ERROR))
