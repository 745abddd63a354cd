"""Both engines group, score, class and track the same customers alike, to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.value.agreeing import WITHIN, agreed, orders_within, shared, sums_of, with_limit
from fenji.analyze.value.classes import class_thresholds, margins
from fenji.analyze.value.contract_lengths import contract_lengths, largest_plans
from fenji.analyze.value.contract_values import contract_value, renewal_weights
from fenji.analyze.value.fitting import choose_purchases, fit_models, purchase_counts, spend_counts
from fenji.analyze.value.order_histories import history_totals, interval_ratios, order_histories, purchase_cells, spend_cells
from fenji.analyze.value.purchase_models import PurchaseModel
from fenji.analyze.value.sbg import SbgModel
from fenji.analyze.value.scoring import SCORES, Discounting, Misfit, score_customers
from fenji.analyze.value.tracking import Split, arrivals_by_day, holdout_by_repeats, repeat_orders_by_week
from fenji.domain.metrics import Fact
from fenji.domain.value import ClassCuts, CutBy, Rhythm
from fenji.engines.engine import Engine
from fenji.tables import clean
from worlds import came_back, sale, world

AS_OF = date(2025, 6, 30)
SPLIT = Split(date(2024, 1, 1), date(2025, 3, 31), AS_OF)


def shop():
    chance, orders = np.random.default_rng(2), []
    for key in range(120):
        day = date(2024, 1, 1) + timedelta(days=int(chance.integers(0, 300)))
        pause = chance.gamma(2, 20)
        for _number in range(min(int(chance.geometric(chance.beta(0.8, 2))), 30)):
            orders.append(sale(key, day, (round(float(chance.gamma(3, 9)), 2), "tea", 2)))
            day += timedelta(days=1 + int(chance.exponential(pause)))
    return world(*orders, came_back(3, "2025-01-02", 500), came_back(4, "2025-02-02", 3))


def agreed_in(engine: Engine, histories: ir.Table, scores: ir.Table, model: PurchaseModel) -> ir.Table:
    """The scores where churn, which gives every active customer the same risk, is to be believed."""
    step = partial(orders_within, model=model, days=90)
    rows = histories.select("customer_key", "repeats", "recency_days", "age_days")
    within = engine.map_customers(rows, step, ibis.Schema.from_pyarrow(WITHIN))
    silent = (histories.age_days - histories.recency_days).cast("int64")
    risk = histories.select(
        "customer_key",
        silent_days=silent,
        limit_days=ibis.literal(90.0),
        churn_probability=ibis.ifelse(silent <= 90, ibis.literal(0.4), ibis.null("float64")),
        fading_probability=ibis.ifelse(silent <= 90, 0.4, 0.5 * ibis.greatest(2.0 - silent.cast("float64") / 90.0, 0.0)),
    )
    both = engine.stage(shared(engine.stage(with_limit(scores, within)), engine.stage(risk)))
    return agreed(both, engine.fetch(sums_of(both)).to_pylist()[0])


def answers(engine: Engine) -> dict[str, list[dict[str, object]]]:
    lines = engine.stage(shop().on(engine)[0][Fact.ORDER_LINE])
    histories = engine.stage(order_histories(lines, as_of=AS_OF))
    totals = engine.fetch(history_totals(histories)).to_pylist()
    cells = engine.fetch(purchase_cells(histories, scale=None))
    ratios = engine.fetch(interval_ratios(lines, as_of=AS_OF)).to_pylist()
    spends = spend_counts(engine.fetch(spend_cells(histories, is_exact=True)))
    models = fit_models(totals[0], purchase_counts(cells), spends, ratios[0])
    assert choose_purchases(purchase_counts(cells), Rhythm.UNKNOWN)[0] is not None
    scores = engine.map_customers(
        histories.select("customer_key", "repeats", "recency_days", "age_days", "revenue"),
        partial(score_customers, models=models, discounting=Discounting(24, 0.1), misfit=Misfit(0.01, 0.02)),
        ibis.Schema.from_pyarrow(SCORES),
    )
    costs = pa.Table.from_pylist([{"product_id": "tea", "unit_cost": Decimal("3.33")}], schema=clean.PRODUCT.schema.to_pyarrow())
    contracts = pa.Table.from_pylist(
        [{"contract_id": str(n), "customer_key": n, "started_on": AS_OF - timedelta(days=37 * n), "plan": "ab"[n % 2], "monthly_fee": Decimal(n) + Decimal("0.33"),
          "ended_on": None if n % 3 else AS_OF - timedelta(days=11 * n)} for n in range(20)], schema=clean.CONTRACT.schema.to_pyarrow(),
    )  # fmt: skip
    lengths = engine.stage(contract_lengths(engine.from_arrow(contracts), as_of=AS_OF))
    weights = renewal_weights({"all": SbgModel(0.7, 2.5, 0.0, None, 9), "a": None}, months=24, rate_yearly=0.1)
    known = engine.stage(order_histories(lines, as_of=SPLIT.split_on))
    tables = {
        "scores": scores,
        "agreed": agreed_in(engine, histories, engine.stage(scores), models.purchase),
        "grouped": purchase_cells(histories, scale=2),
        "margin": margins(lines.mutate(product_id=lines.category), engine.from_arrow(costs), as_of=AS_OF),
        **{
            str(by): class_thresholds(scores, ClassCuts("expected_revenue_12m", by, Decimal("0.5"), Decimal("0.3")))
            for by in (CutBy.REVENUE_SHARE, CutBy.CUSTOMER_SHARE)
        },
        "lengths": lengths,
        "plans": largest_plans(lengths),
        "fees": contract_value(engine.from_arrow(contracts), engine.from_arrow(weights), curves=["all", "a"], as_of=AS_OF),
        "weeks": repeat_orders_by_week(lines, known, SPLIT),
        "arrivals": arrivals_by_day(known),
        "holdout": holdout_by_repeats(lines, known, SPLIT),
    }
    found = {name: sorted(engine.fetch(table).to_pylist(), key=str) for name, table in tables.items()}
    # Averages of revenue are doubles, and added up in another order.
    grouped = spend_counts(engine.fetch(spend_cells(histories, is_exact=False)))
    again = fit_models(totals[0], purchase_counts(cells), grouped, ratios[0])
    found["models"] = [{"spend": models.spend, "purchase": models.purchase, "other": models.other}]
    # Logarithms differ in their last digit from engine to engine, and so does what is fitted to them in its tenth.
    found["grouped spend"] = [{"p": f"{again.spend.p:.9g}", "gamma": f"{again.spend.gamma:.9g}"}]
    return found | {"totals": [{name: value for name, value in totals[0].items() if not name.startswith("sum_")}]}


@pytest.mark.proof
@pytest.mark.spark
def test_the_engines_agree_on_value(duck: Engine, spark: Engine) -> None:
    expected, found = answers(duck), answers(spark)
    assert all(expected.values())
    for name, answer in expected.items():
        assert found[name] == answer, name
