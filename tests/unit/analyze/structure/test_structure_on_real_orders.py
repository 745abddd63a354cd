"""On half a million real order lines the structure of tiers is what pandas, numpy and scipy say, at a date before the last orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from fenji.analyze.structure.concentration import concentrate, concentration_of
from fenji.analyze.structure.cross_products import GroupKey, buyers_by_tier, sales_by, sales_structure
from fenji.analyze.structure.descriptive import QUANTILES, describe_tiers
from fenji.analyze.structure.habits import habits_of, order_times
from fenji.engines.duck import DuckEngine

pd = pytest.importorskip("pandas")

PROJECT = Path(__file__).parents[4]
SHARED = PROJECT.parent / "shared" / "data" / "online_retail_2" / "online_retail_ii.parquet"
DATA = SHARED if SHARED.exists() else PROJECT / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"
AS_OF, OPENS_AFTER = date(2011, 9, 30), date(2010, 9, 30)
TIERS = ("low", "middle", "high")
LARGEST = 20


@pytest.fixture(scope="module")
def rows():
    """The lines from the month before the window to the end of the data; three characters of the code stand for a category."""
    raw = pd.read_parquet(DATA, columns=["Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"])
    is_return = raw.Invoice.str.startswith("C")
    raw = raw[(raw.Price >= 0) & ((raw.Quantity > 0) != is_return) & (raw.InvoiceDate >= "2010-09-01")].reset_index(drop=True)
    at = raw.groupby("Invoice").InvoiceDate.transform("min")
    return pd.DataFrame(
        {
            "customer_key": raw["Customer ID"].astype("Int64"),
            "order": raw.Invoice,
            "ordered_at": at,
            "day": at.dt.date,
            "line_number": raw.groupby("Invoice").cumcount() + 1,
            "category": raw.StockCode.str[:3].where(raw.StockCode.str[:3] != "POS"),
            "channel": raw.Country,
            "kind": np.where(raw.Invoice.str.startswith("C"), "return", "sale"),
            "pence": np.rint(raw.Quantity * raw.Price * 100).astype("int64"),
        }
    )


@pytest.fixture(scope="module")
def window(rows):
    return rows[(rows.day > OPENS_AFTER) & (rows.day <= AS_OF) & rows.customer_key.notna()]


@pytest.fixture(scope="module")
def people(rows, window):
    """Everyone seen by the date, with revenue, orders and a tier by revenue."""
    keys = rows[(rows.day <= AS_OF) & rows.customer_key.notna()].customer_key.unique()
    found = pd.DataFrame({"customer_key": sorted(int(each) for each in keys)}).set_index("customer_key")
    found["pence"] = window.groupby("customer_key").pence.sum()
    found["orders"] = window[window.kind == "sale"].groupby("customer_key").order.nunique()
    found = found.fillna(0).astype("int64")
    found["tier"] = np.select([found.pence >= 200_000, found.pence >= 50_000], ["high", "middle"], "low")
    return found


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=2)
    yield opened
    opened.close()


def money(pence):
    return pa.array([Decimal(int(each)).scaleb(-2) for each in pence], pa.decimal128(18, 2))


@pytest.fixture(scope="module")
def standing(engine, people):
    columns = {
        "customer_key": pa.array(people.index, pa.int64()),
        "tier": list(people.tier),
        "net_revenue_12m": money(people.pence),
        "orders_12m": pa.array(people.orders, pa.int64()),
    }
    return engine.stage(engine.from_arrow(pa.table(columns)))


@pytest.fixture(scope="module")
def lines(engine, rows):
    columns = {
        "customer_key": pa.array(rows.customer_key, pa.int64()),
        "ordered_at": pa.array(rows.ordered_at, pa.timestamp("us", "UTC")),
        "ordered_on": pa.array(rows.day, pa.date32()),
        "line_number": pa.array(rows.line_number, pa.int64()),
        "category": pa.array(rows.category, pa.string()),
        "channel": list(rows.channel),
        "kind": list(rows.kind),
        "net_revenue": money(rows.pence),
        "order_revenue": money(rows.groupby("order").pence.transform("sum")),
    }
    table = engine.from_arrow(pa.table(columns))
    return engine.stage(table.mutate(local_at=engine.to_local(table.ordered_at, "UTC")))


def test_descriptions_equal_numpy(engine, standing, people):
    found = engine.fetch(describe_tiers(standing, metrics=("net_revenue_12m", "orders_12m"))).to_pylist()
    assert len(found) == 8
    for row in found:
        own = people if row["tier"] is None else people[people.tier == row["tier"]]
        values = own.pence.to_numpy() / 100 if row["metric"] == "net_revenue_12m" else own.orders.to_numpy()
        wanted = [values.mean(), values.std(ddof=1), *np.quantile(values, list(QUANTILES.values()))]
        assert row["customers"] == len(values) > 500
        assert [row[each] for each in ("mean", "standard_deviation", *QUANTILES)] == pytest.approx(wanted, abs=2e-6)


def test_concentration_equals_numpy(engine, standing, people):
    found = concentration_of(engine.fetch(concentrate(standing)).to_pylist()[0])
    pence = people.pence.to_numpy()
    assert (found.customers, found.positive, found.negative) == (len(pence), (pence > 0).sum(), (pence < 0).sum())
    assert found.negative_revenue_12m * 100 == int(pence[pence < 0].sum())
    for ours, values in ((found.buyers, pence[pence > 0]), (found.everyone, np.maximum(pence, 0))):
        best = np.sort(values)[::-1].cumsum()
        for point in (*ours.top, *ours.curve):
            assert point.net_revenue_12m * 100 == int(best[int(np.ceil(len(values) * point.percent / 100)) - 1])
            assert point.revenue_share == pytest.approx(float(point.net_revenue_12m * 100) / values.sum())
        # The area under the Lorenz curve: another road to the Gini coefficient.
        lorenz = np.concatenate([[0], np.sort(values).cumsum() / values.sum()])
        assert ours.gini == pytest.approx(1 - 2 * np.trapezoid(lorenz, dx=1 / len(values)), abs=1e-6)


@pytest.mark.parametrize("column", ["category", "channel"])
def test_cross_analysis_equals_pandas_and_scipy(engine, standing, lines, *, people, window, column):
    totals = engine.fetch(buyers_by_tier(standing, lines, as_of=AS_OF)).to_pylist()
    groups = engine.fetch(sales_by(standing, lines, column=column, as_of=AS_OF, most=LARGEST)).to_pylist()
    found = sales_structure(groups, totals, tiers=TIERS)

    own = window.assign(tier=window.customer_key.map(people.tier))
    largest = own.groupby(column).pence.sum().sort_values(ascending=False).index[:LARGEST]
    own["group"] = own[column].where(own[column].isin(largest) | own[column].isna(), "rest").fillna("none")
    sales = own[own.kind == "sale"]
    counts = sales.groupby(["group", "tier"]).customer_key.nunique().unstack(fill_value=0)[list(TIERS)]
    revenue = own.groupby(["group", "tier"]).pence.sum().unstack(fill_value=0)[list(TIERS)]
    buyers = sales.groupby("tier").customer_key.nunique()[list(TIERS)]

    def name(key: GroupKey) -> str:
        return "rest" if key.is_rest else "none" if key.value is None else str(key.value)

    assert {name(line.key): [cell.customers for cell in line.cells] for line in found.lines} == {
        group: row.tolist() for group, row in zip(counts.index, counts.to_numpy(), strict=True)
    }
    assert {name(line.key): [cell.net_revenue_12m * 100 for cell in line.cells] for line in found.lines} == {
        group: row.tolist() for group, row in zip(revenue.index, revenue.to_numpy(), strict=True)
    }
    assert [each.customers for each in found.totals] == list(buyers)
    whole = stats.chi2_contingency(counts.to_numpy(), correction=False)
    assert (found.test.chi_square, found.test.degrees_of_freedom) == (pytest.approx(whole.statistic), whole.dof)
    assert found.test.p_value == pytest.approx(whole.pvalue, abs=1e-12)
    assert found.test.cramers_v == pytest.approx(stats.contingency.association(counts.to_numpy(), method="cramer"))
    for line in found.lines:
        inside = counts.loc[name(line.key)].to_numpy()
        single = stats.chi2_contingency([inside, buyers.to_numpy() - inside], correction=False)
        assert line.test.p_value == pytest.approx(single.pvalue, abs=1e-12)
        shares = inside / buyers.to_numpy()
        index = 100 * shares / (inside.sum() / buyers.sum())
        assert [cell.customer_index for cell in line.cells] == pytest.approx(list(index))
        assert [cell.is_small for cell in line.cells] == list(single.expected_freq[0] < 5)


def test_habits_equal_pandas(engine, standing, lines, people, window):
    found = habits_of(engine.fetch(order_times(standing, lines, as_of=AS_OF)).to_pylist(), tiers=TIERS)
    orders = window[(window.kind == "sale") & (window.line_number == 1)]
    orders = orders.assign(tier=orders.customer_key.map(people.tier))
    at = orders.ordered_at.dt
    assert len(orders) > 15_000
    for habit, slot in zip(found, (at.hour, at.dayofweek + 1, at.month), strict=True):
        counts = orders.groupby([slot.rename("slot"), "tier"]).size().unstack(fill_value=0)[list(TIERS)]
        shares = counts / counts.sum()
        index = 100 * shares.div(counts.sum(axis=1) / len(orders), axis=0)
        for each in habit.slots:
            if each.slot in counts.index:
                assert [cell.orders for cell in each.cells] == list(counts.loc[each.slot])
                assert [cell.index for cell in each.cells] == pytest.approx(list(index.loc[each.slot]))
            else:
                assert each.total.orders == 0
