"""Metrics, tiers and counts as a script in Polars: lazy scans, decimals kept, one group-by for sums and one for each distinct count."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import polars as pl

AS_OF = date(2025, 12, 31)
WINDOWS = {"3m": date(2025, 9, 30), "12m": date(2024, 12, 31), "total": date(1900, 1, 1)}

DAY = pl.col("ordered_on")
IS_SALE = pl.col("kind") == "sale"
IS_ORDER = IS_SALE & (pl.col("line_number") == 1)
GAP = pl.col("days_since_previous_order")


def sums_of(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Everything that one pass over the lines gives, one row per customer."""
    taken = []
    for name, opens in WINDOWS.items():
        inside = opens < DAY
        taken += [
            pl.col("net_revenue").filter(inside).sum().alias(f"net_revenue_{name}"),
            pl.col("quantity").filter(inside).sum().alias(f"units_{name}"),
            (inside & IS_ORDER).sum().cast(pl.Int64).alias(f"orders_{name}"),
        ]
        if name != "3m":
            taken += [
                pl.col("net_revenue").filter(inside & IS_SALE).sum().alias(f"sale_revenue_{name}"),
                pl.col("order_revenue").filter(inside).max().alias(f"largest_order_value_{name}"),
            ]
    returned = -pl.col("net_revenue").filter((WINDOWS["12m"] < DAY) & ~IS_SALE).sum()
    gaps = [GAP.sum().alias("gap_days"), GAP.count().alias("gaps"), GAP.std(ddof=0).alias("gap_deviation")]
    days = [DAY.filter(IS_ORDER).min().alias("first_on"), DAY.filter(IS_ORDER).max().alias("last_on")]
    return lines.group_by("customer_key").agg(*taken, returned.alias("returned_revenue_12m"), *gaps, *days)


def different_of(lines: pl.LazyFrame, metric: str, value: pl.Expr, rows: pl.Expr) -> pl.LazyFrame:
    """How many different values each customer has in every window: the last day of each (customer, value), counted."""
    seen = lines.filter(rows & value.is_not_null()).group_by("customer_key", value.alias("value")).agg(DAY.max())
    counts = [(opens < DAY).sum().cast(pl.Int64).alias(f"{metric}_{name}") for name, opens in WINDOWS.items()]
    return seen.group_by("customer_key").agg(*counts)


def panel_of(lines: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer."""
    known = customer.filter(pl.col("first_seen_on").is_null() | (pl.col("first_seen_on") <= AS_OF)).select("customer_key")
    panel = known.join(sums_of(lines), on="customer_key", how="left")
    for metric, value, rows in (
        ("categories", pl.col("category"), IS_SALE),
        ("channels", pl.col("channel"), IS_SALE),
        ("active_months", DAY.dt.truncate("1mo"), IS_ORDER),
    ):
        panel = panel.join(different_of(lines, metric, value, rows), on="customer_key", how="left")
    counted = [f"{what}_{name}" for what in ("orders", "categories", "channels", "active_months") for name in WINDOWS]
    summed = [f"{what}_{name}" for what in ("net_revenue", "units") for name in WINDOWS]
    summed += ["sale_revenue_12m", "sale_revenue_total", "returned_revenue_12m"]
    panel = panel.with_columns(pl.col(*counted, *summed).fill_null(0))
    return panel.with_columns(*ratios()).drop("gap_days", "gaps", "gap_deviation", "first_on", "last_on")


def ratios() -> list[pl.Expr]:
    """What is made from the sums."""
    sales, gaps = pl.col("sale_revenue_12m").cast(pl.Float64), pl.col("gaps").cast(pl.Float64)
    mean = pl.when(gaps > 0).then(pl.col("gap_days") / gaps)
    deviation = pl.when(gaps > 1).then(pl.col("gap_deviation"))
    averages = [
        pl.when(pl.col(f"orders_{name}") > 0)
        .then(pl.col(f"sale_revenue_{name}").cast(pl.Float64) / pl.col(f"orders_{name}"))
        .round(2)
        .alias(f"average_order_value_{name}")
        for name in ("12m", "total")
    ]
    return [
        *averages,
        pl.when(sales > 0)
        .then((pl.col("returned_revenue_12m").cast(pl.Float64) / sales).clip(upper_bound=1))
        .alias("refund_rate_12m"),
        (AS_OF - pl.col("first_on")).dt.total_days().alias("days_since_first_order"),
        (AS_OF - pl.col("last_on")).dt.total_days().alias("days_since_last_order"),
        mean.alias("mean_days_between_orders"),
        deviation.alias("deviation_of_days_between_orders"),
        (deviation / mean).alias("order_interval_variation"),
    ]


def tier() -> pl.Expr:
    """The tier of each customer."""
    revenue, orders, good = pl.col("net_revenue_12m"), pl.col("orders_12m"), pl.col("refund_rate_12m") < 0.5  # noqa: PLR2004
    found = pl.when((revenue >= 5000) & (orders >= 10) & good).then(pl.lit("vip"))  # noqa: PLR2004
    found = found.when((revenue >= 2000) & good).then(pl.lit("high"))  # noqa: PLR2004
    found = found.when((revenue >= 500) | (orders >= 4)).then(pl.lit("middle"))  # noqa: PLR2004
    return found.otherwise(pl.lit("entry")).alias("tier")


def main() -> None:
    """Reads two folders, writes three files."""
    lines, customers, out = (Path(each) for each in sys.argv[1:4])
    counted = pl.scan_parquet(lines / "*.parquet").filter(pl.col("customer_key").is_not_null() & (DAY <= AS_OF))
    panel = panel_of(counted, pl.scan_parquet(customers / "*.parquet")).collect(engine="streaming")
    panel.write_parquet(out / "panel.parquet", compression="zstd")
    tiers = panel.select("customer_key", tier(), "net_revenue_12m")
    tiers.select("customer_key", "tier").write_parquet(out / "tiers.parquet", compression="zstd")
    counts = tiers.group_by("tier").agg(pl.len().cast(pl.Int64).alias("customers"), pl.col("net_revenue_12m").sum())
    counts.write_parquet(out / "counts.parquet")


if __name__ == "__main__":
    main()
