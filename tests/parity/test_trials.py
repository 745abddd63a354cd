"""Both engines count the same customers into the same cells, over as many steps as a run makes. World: the ten customers of the tiers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.whatif.cells import count_bars, count_cells, cuts_for, metrics_compared
from fenji.analyze.whatif.steps import count_spread, spreads_of
from fenji.documents.policies import policy_from_text
from fenji.engines.engine import Engine
from parity.test_tiers import AS_OF, PANEL

POLICY = policy_from_text("""
policy: cells
version: 1
effective_on: 2026-01-01
author: me
why: a test
tiers:
  - {tier: low, name: Low}
  - {tier: good, name: Good, qualify: {any: [net_revenue_12m >= 600.01, orders_12m > 2, satisfaction_12m = 80]}}
  - {tier: top, name: Top, qualify: {all: [net_revenue_12m > 3000, refund_rate_12m <= 0.1, satisfaction_12m is not null]}}
""")
METRICS = {each.slug: each for each in builtin_metrics()}


def counted(engine: Engine) -> tuple[object, ...]:
    panel, compared = engine.from_arrow(PANEL), metrics_compared(POLICY)
    spreads = spreads_of(engine.fetch(count_spread(panel, compared)).to_pylist()[0], compared)
    cuts = cuts_for(POLICY, METRICS, spreads)
    cells = engine.fetch(count_cells(panel, cuts, POLICY, as_of=AS_OF).order_by("cell"))
    placed = panel.mutate(tier=panel.customer_key.cast("string"))
    bars = engine.fetch(count_bars(placed, "net_revenue_12m", cuts["net_revenue_12m"]).order_by("bar", "tier"))
    return spreads, cuts, cells.to_pylist(), bars.to_pylist()


@pytest.mark.proof
@pytest.mark.spark
def test_spreads_cells_and_bars_are_the_same(spark: Engine, duck: Engine) -> None:
    found = counted(duck)
    assert counted(spark) == found
    assert sum(each["customers"] for each in found[2]) == len(PANEL)
    assert sum(each["net_revenue_12m"] for each in found[2]) == Decimal("108180.01")
