"""What deserves a look first? A few lines from stored answers, those with most money first, each leading to its list or page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from fenji.answers.priority import PriorityResult
from fenji.answers.runs import QualityResult
from fenji.answers.tiers import TiersResult
from fenji.answers.views import View
from fenji.answers.waiting import WaitingResult
from fenji.domain.lists import CustomerGroup
from fenji.language import message as _
from fenji.web.scope import Scope
from fenji.workflow.priority import priority_at
from fenji.workflow.quality import report_quality

MOST = 6
QUALITY, POLICIES, OVERRIDES, ALERTS = "/data/quality", "/policies/approvals", "/policies/approvals", "/data/alerts"
"""Where the lines lead whose pages are not lists; a page that is not there is not linked."""


@dataclass(frozen=True)
class Look:
    """One line; exactly one of the figures is the one shown large."""

    title: str
    """A message of the catalog, as what follows."""
    about: str
    customers: int | str | None = None
    money: Decimal | None = None
    share: float | None = None
    things: int | None = None
    """Drafts, overrides, alerts."""
    revenue: Decimal | None = None
    """Of the customers, beside their number."""
    parts: dict[str, str] = field(default_factory=dict)
    """The condition of the list behind customers."""
    page: str = ""
    """The page that it leads to."""

    @property
    def weight(self) -> tuple[bool, Decimal]:
        """Those with money first, most first."""
        amount = self.revenue if self.money is None else self.money
        return amount is not None, amount or Decimal(0)


def priority_of(root: Path, tiers: TiersResult, scope: Scope) -> PriorityResult:
    """The stored lists of who may rise or fall at the review; raises as ``priority_at``."""
    day, policy = None if tiers.is_as_of_defaulted else tiers.as_of, None if scope.run else scope.policy
    return priority_at(root, as_of=day, policy=policy, run_id=scope.run, top=0)


def quality_of(root: Path, run_id: str | None) -> QualityResult:
    """The account of the rows; raises as ``report_quality``."""
    return report_quality(root, run_id=run_id)


def looks(tiers: TiersResult, priority: object, quality: object, waiting: WaitingResult, view: View) -> tuple[Look, ...]:
    """The lines of what is known, at most ``MOST``.

    Args:
        tiers: of the review.
        priority: PriorityResult of the same review; anything else: not known.
        quality: QualityResult; anything else: not known.
        waiting: what waits for whoever reads.
        view: how much they see.
    """
    found = [*_waiting(waiting)]
    if isinstance(priority, PriorityResult):
        found += _lists(priority, view)
    if tiers.unattributed_net_revenue_12m > 0:
        about = _("No customer is known for it; it counts in no tier.")
        found.append(Look(_("Revenue without a customer"), about, money=tiers.unattributed_net_revenue_12m, page=QUALITY))
    if isinstance(quality, QualityResult) and quality.rows_in:
        about = _("Rows that were kept. Every other one is accounted for: rejected with a reason, or a copy.")
        found.append(Look(_("Data quality"), about, share=quality.kept / quality.rows_in, page=QUALITY))
    return tuple(sorted(found, key=lambda each: each.weight, reverse=True)[:MOST])


def _lists(priority: PriorityResult, view: View) -> Iterator[Look]:
    upgrades, watch = priority.lists.upgrades, priority.lists.watch
    told = (
        (upgrades, CustomerGroup.UPGRADES, _("Close to the next tier"), _("They miss little and are likely to reach it.")),
        (watch, CustomerGroup.WATCH, _("May fall"), _("They may lose their tier if they go on as they do.")),
    )
    for each, group, title, about in told:
        if each.customers:
            is_of_few = view.is_small(each.customers)
            parts = {"group": group.value, "as_of": str(priority.as_of)}
            revenue = None if is_of_few else each.net_revenue_12m
            yield Look(title, about, customers=view.count(each.customers), revenue=revenue, parts=parts)


def _waiting(waiting: WaitingResult) -> Iterator[Look]:
    told = (
        (waiting.drafts, _("Drafts of policies"), _("They wait for your approval."), POLICIES),
        (waiting.overrides, _("Overrides"), _("They wait for your approval."), OVERRIDES),
        (waiting.alerts, _("Open alerts"), _("Nobody has acknowledged them yet."), ALERTS),
    )
    yield from (Look(title, about, things=things, page=page) for things, title, about, page in told if things)
