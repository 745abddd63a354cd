"""Metrics, tiers and counts as a script in pandas: columns read as numbers and categories, group-bys only, no Python loop over rows."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

AS_OF = pd.Timestamp("2025-12-31")
WINDOWS = {"3m": pd.Timestamp("2025-09-30"), "12m": pd.Timestamp("2024-12-31"), "total": pd.Timestamp("1900-01-01")}


def read_lines(folder: Path) -> pd.DataFrame:
    """The order lines; decimals as doubles, because pandas has no decimals that compute at speed."""
    texts = {name: pa.dictionary(pa.int32(), pa.string()) for name in ("category", "channel", "kind")}
    numbers = dict.fromkeys(("quantity", "net_revenue", "order_revenue", "days_since_previous_order"), pa.float64())
    columns = ["customer_key", "ordered_on", "line_number", *texts, *numbers]
    wanted = (ds.field("customer_key").is_valid()) & (ds.field("ordered_on") <= pa.scalar(date(2025, 12, 31)))
    table = ds.dataset(folder).to_table(columns=columns, filter=wanted)
    for name, kind in {**texts, **numbers, "ordered_on": pa.timestamp("s")}.items():
        column = table[name].dictionary_encode().unify_dictionaries() if name in texts else table[name].cast(kind)
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table.to_pandas(self_destruct=True, split_blocks=True)


def panel_of(lines: pd.DataFrame, customer: pd.DataFrame) -> pd.DataFrame:
    """One row per customer."""
    panel = customer.loc[~(customer["first_seen_on"] > AS_OF.date()), ["customer_key"]].set_index("customer_key")
    lines["month"] = lines["ordered_on"].dt.year * 12 + lines["ordered_on"].dt.month
    is_sale = lines["kind"] == "sale"
    is_order = is_sale & (lines["line_number"] == 1)
    for name, opens in WINDOWS.items():
        inside = lines["ordered_on"] > opens
        sums = lines[inside].groupby("customer_key")[["net_revenue", "quantity"]].sum()
        panel[f"net_revenue_{name}"], panel[f"units_{name}"] = sums["net_revenue"], sums["quantity"]
        panel[f"orders_{name}"] = lines[inside & is_order].groupby("customer_key").size()
        for metric, column, rows in (
            ("categories", "category", is_sale),
            ("channels", "channel", is_sale),
            ("active_months", "month", is_order),
        ):
            pairs = lines.loc[inside & rows, ["customer_key", column]].drop_duplicates().dropna()
            panel[f"{metric}_{name}"] = pairs.groupby("customer_key").size()
        if name != "3m":
            panel[f"sale_revenue_{name}"] = lines[inside & is_sale].groupby("customer_key")["net_revenue"].sum()
            panel[f"largest_order_value_{name}"] = lines[inside].groupby("customer_key")["order_revenue"].max()
        if name == "12m":
            panel["returned_revenue_12m"] = -lines[inside & ~is_sale].groupby("customer_key")["net_revenue"].sum()
    nullable = {"largest_order_value_12m", "largest_order_value_total"}
    zeros = [each for each in panel.columns if each not in nullable]
    panel[zeros] = panel[zeros].fillna(0)
    for name in ("12m", "total"):
        panel[f"average_order_value_{name}"] = (panel[f"sale_revenue_{name}"] / panel[f"orders_{name}"].replace(0, np.nan)).round(
            2
        )
    panel["refund_rate_12m"] = (panel["returned_revenue_12m"] / panel["sale_revenue_12m"].replace(0, np.nan)).clip(upper=1)
    days = lines[is_order].groupby("customer_key")["ordered_on"].agg(["min", "max"])
    panel["days_since_first_order"] = (AS_OF - days["min"]).dt.days
    panel["days_since_last_order"] = (AS_OF - days["max"]).dt.days
    gaps = lines.groupby("customer_key")["days_since_previous_order"].agg(["mean", "count"])
    panel["mean_days_between_orders"] = gaps["mean"]
    spread = lines.groupby("customer_key")["days_since_previous_order"].std(ddof=0)
    panel["deviation_of_days_between_orders"] = spread.where(gaps["count"] > 1)
    panel["order_interval_variation"] = panel["deviation_of_days_between_orders"] / panel["mean_days_between_orders"]
    return panel.reset_index()


def tiers_of(panel: pd.DataFrame) -> pd.Series:
    """The tier of each customer."""
    revenue, orders, good = panel["net_revenue_12m"], panel["orders_12m"], panel["refund_rate_12m"] < 0.5  # noqa: PLR2004
    rules = [(revenue >= 5000) & (orders >= 10) & good, (revenue >= 2000) & good, (revenue >= 500) | (orders >= 4)]  # noqa: PLR2004
    return pd.Series(np.select(rules, ["vip", "high", "middle"], "entry"), index=panel.index, name="tier")


def main() -> None:
    """Reads two folders, writes three files."""
    lines, customers, out = (Path(each) for each in sys.argv[1:4])
    panel = panel_of(read_lines(lines), pd.read_parquet(customers, columns=["customer_key", "first_seen_on"]))
    panel.to_parquet(out / "panel.parquet", compression="zstd")
    panel["tier"] = tiers_of(panel)
    panel[["customer_key", "tier"]].to_parquet(out / "tiers.parquet", compression="zstd")
    counts = panel.groupby("tier").agg(customers=("customer_key", "size"), net_revenue_12m=("net_revenue_12m", "sum"))
    counts.reset_index().to_parquet(out / "counts.parquet")


if __name__ == "__main__":
    main()
