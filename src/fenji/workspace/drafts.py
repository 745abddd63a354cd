"""What would the tiers of a draft hold? Counted customers on a ladder of thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fenji.answers.policies import SuggestedTier
from fenji.domain.policies import Policy


def held_tiers(draft: Policy, thresholds: Sequence[Decimal], counted: Sequence[Mapping[str, Any]]) -> tuple[SuggestedTier, ...]:
    """What each tier of a ladder of thresholds would hold, lowest first.

    Args:
        draft: the policy.
        thresholds: of its tiers above the lowest, ascending.
        counted: the fetched rows of ``count_between``.
    """
    by_rank = {each["rank"]: each for each in counted}
    everyone = sum(each["customers"] for each in counted)
    revenue = sum((each["net_revenue"] or Decimal(0) for each in counted), Decimal(0))
    found = []
    for rank, tier in enumerate(draft.tiers):
        row = by_rank.get(rank, {"customers": 0, "known": 0, "total": None, "net_revenue": None})
        own = row["net_revenue"] or Decimal(0)
        found.append(
            SuggestedTier(
                tier=tier.slug,
                name=tier.name,
                at_least=thresholds[rank - 1] if rank else None,
                customers=row["customers"],
                share=row["customers"] / everyone if everyone else None,
                net_revenue_12m=own,
                revenue_share=float(own / revenue) if revenue > 0 else None,
                average=row["total"] / row["known"] if row["known"] else None,
            )
        )
    return tuple(found)


def shown_percent(share: float | None) -> str:
    """A share with one digit, a dash where there is none."""
    return "-" if share is None else f"{share * 100:.1f}%"
