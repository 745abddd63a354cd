"""A seeded world of customers and order lines in the shape of the clean tables, for measuring.

Everything follows from a hash of (seed, customer, order, line): the same seed and DuckDB version give the same rows on every machine.
Customers differ in how often they buy (exponential), prices are log-normal, 4 % of the lines come back within sixty days,
2 % of the lines have no customer, and 3 % of the customers never bought. Files hold one month each, as real exports do,
so the lines of one customer are spread over all of them.

Usage: python bench/generate.py FOLDER [--scale small|standard|large] [--seed 7]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb

FIRST_DAY = "2023-01-01"
DAYS = 1096
"""2023-01-01 to 2025-12-31, the as-of date of the benchmark."""

MEMORY = "6GB"

CUSTOMERS_AT_ONCE = 1_000_000
"""Orders are dated per customer; a million customers at a time keep the window function inside 2 GB."""


@dataclass(frozen=True)
class Scale:
    """How large a world is."""

    customers: int
    csv_lines: int
    """Order lines that are also written as a CSV export."""


SCALES = {
    "small": Scale(200_000, 500_000),
    "standard": Scale(2_000_000, 2_000_000),
    "large": Scale(20_000_000, 2_000_000),
}
"""About ten order lines a customer: 2, 20 and 200 million."""

_MACROS = """
CREATE MACRO chance(a, b, what) AS (hash(a, b, what, {seed}) >> 11) / 9007199254740992.0;
"""

_CUSTOMERS = """
COPY (
    SELECT key AS customer_key, format('C{{:010d}}', key) AS customer_id, NULL::VARCHAR AS name, 'person' AS kind,
           CASE WHEN chance(key, 0, 'gender') < 0.5 THEN 'female' ELSE 'male' END AS gender, NULL::DATE AS birth_on,
           'R' || floor(chance(key, 0, 'region') * 31)::INTEGER AS region, NULL::VARCHAR AS city, NULL::VARCHAR AS industry,
           NULL::VARCHAR AS occupation, NULL::VARCHAR AS income_band, NULL::VARCHAR AS education, NULL::VARCHAR AS acquisition_channel,
           NULL::DATE AS registered_on, NULL::BIGINT AS referred_by_key, NULL::BOOLEAN AS consent_marketing,
           NULL::VARCHAR AS prior_tier, DATE '{first_day}' + floor(chance(key, 0, 'start') * {days} * 0.6)::INTEGER AS first_seen_on
    FROM range(1, {customers} + 1) AS r(key)
) TO '{folder}/customer/part-0.parquet' (FORMAT parquet, COMPRESSION zstd)
"""

_ORDERS = """
COPY (
    WITH buyer AS (
        SELECT key AS customer_key, DATE '{first_day}' + floor(chance(key, 0, 'start') * {days} * 0.6)::INTEGER AS first_on,
               1 + floor(-ln(1 - chance(key, 0, 'orders')) * 3.4)::INTEGER AS orders
        FROM range({low}, {high}) AS r(key)
        WHERE chance(key, 0, 'buys') < 0.97
    ), dated AS (
        SELECT customer_key, unnest(range(orders)) AS n, orders, first_on FROM buyer
    ), placed AS (
        SELECT customer_key, n,
               CASE WHEN n = 0 THEN first_on
                    ELSE first_on + floor(chance(customer_key, n, 'day') * (DATE '{first_day}' + {days} - first_on))::INTEGER
               END AS ordered_on
        FROM dated
    ), stepped AS (
        SELECT *, ordered_on - lag(ordered_on) OVER (PARTITION BY customer_key ORDER BY ordered_on, n) AS step FROM placed
    )
    SELECT customer_key, n, ordered_on, nullif(step, 0) AS days_since_previous_order,
           1 + floor(chance(customer_key, n, 'lines') * 4)::INTEGER AS lines, strftime(ordered_on, '%Y%m') AS month
    FROM stepped
) TO '{folder}/orders' (FORMAT parquet, PARTITION_BY (month), OVERWRITE_OR_IGNORE, FILENAME_PATTERN 'chunk-{low}')
"""

_LINES = """
COPY (
    WITH line AS (
        SELECT *, unnest(range(1, lines + 1)) AS line_number, customer_key * 1000 + n AS number FROM read_parquet('{files}')
    ), priced AS (
        SELECT *, 1 + floor(chance(number, line_number, 'quantity') ** 3 * 5)::INTEGER AS pieces,
               -- The logarithm of a price has mean 4 (about 55) and standard deviation 1, by Box and Muller.
               exp(4 + sqrt(-2 * ln(1 - chance(number, line_number, 'price'))) * cos(2 * pi() * chance(number, line_number, 'turn')))
                   ::DECIMAL(18, 2) AS price,
               floor(chance(number, line_number, 'product') ** 2 * 20000)::INTEGER AS product
        FROM line
    ), sale AS (
        SELECT *, (pieces * price)::DECIMAL(18, 2) AS amount FROM priced
    ), valued AS (
        SELECT *, sum(amount) OVER (PARTITION BY number) AS order_amount FROM sale
    ), both_kinds AS (
        SELECT number, line_number, ordered_on, product, pieces, amount, order_amount, days_since_previous_order, customer_key, 'sale' AS kind
        FROM valued
        UNION ALL
        SELECT number, lines + line_number, ordered_on + 1 + floor(chance(number, line_number, 'late') * 60)::INTEGER, product, -pieces,
               -amount, NULL, NULL, customer_key, 'return'
        FROM valued WHERE chance(number, line_number, 'returned') < 0.04
    )
    SELECT 'shop' AS source, format('{{:016d}}', number) AS order_id, line_number::BIGINT AS line_number,
           CASE WHEN chance(number, 0, 'attributed') >= 0.02 THEN customer_key END AS customer_key,
           (ordered_on + INTERVAL 10 HOUR + INTERVAL 1 SECOND * floor(chance(number, 0, 'second') * 36000))::TIMESTAMP
               AT TIME ZONE 'UTC' AS ordered_at,
           ordered_on, 'P' || product AS product_id, 'category ' || product % 37 AS category,
           ['tmall', 'jd', 'douyin', 'shop'][1 + floor(chance(number, 0, 'channel') * 4)::INTEGER] AS channel,
           pieces::DECIMAL(18, 3) AS quantity, amount AS net_revenue, 'CNY' AS currency, kind,
           CASE WHEN line_number = 1 AND kind = 'sale' THEN days_since_previous_order END AS days_since_previous_order,
           CASE WHEN line_number = 1 AND kind = 'sale' THEN order_amount END::DECIMAL(18, 2) AS order_revenue
    FROM both_kinds
    ORDER BY ordered_at, order_id, line_number
) TO '{folder}/order_line/{month}.parquet' (FORMAT parquet, COMPRESSION zstd)
"""

_CSV = """
COPY (
    SELECT order_id AS "订单编号", format('C{{:010d}}', customer_key) AS "客户编号", ordered_at::TIMESTAMP AS "下单时间", product_id AS "商品编码",
           category AS "商品类目", channel AS "渠道", quantity::INTEGER AS "数量", net_revenue AS "本行实付金额"
    FROM read_parquet('{folder}/order_line/*.parquet') WHERE kind = 'sale' LIMIT {csv_lines}
) TO '{folder}/order_lines.csv' (HEADER)
"""


def generate(folder: Path, scale: Scale, seed: int) -> None:
    """Writes ``customer``, ``order_line`` (Parquet) and ``order_lines.csv`` into the folder."""
    for name in ("customer", "orders", "order_line"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    places = {"folder": folder, "first_day": FIRST_DAY, "days": DAYS, "customers": scale.customers, "csv_lines": scale.csv_lines}
    engine = duckdb.connect(config={"temp_directory": str(folder / "spill"), "memory_limit": MEMORY})
    engine.execute("SET enable_progress_bar = false")
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute(_MACROS.format(seed=seed))
    engine.execute(_CUSTOMERS.format(**places))
    for low in range(1, scale.customers + 1, CUSTOMERS_AT_ONCE):
        high = min(low + CUSTOMERS_AT_ONCE, scale.customers + 1)
        engine.execute(_ORDERS.format(low=low, high=high, **places))
    for month in sorted((folder / "orders").iterdir()):
        engine.execute(_LINES.format(files=month / "*.parquet", month=month.name.removeprefix("month="), **places))
        for file in month.iterdir():
            file.unlink()
        month.rmdir()
    (folder / "orders").rmdir()
    engine.execute(_CSV.format(**places))


def main() -> None:
    """Reads the command line."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--scale", choices=sorted(SCALES), default="standard")
    arguments.add_argument("--seed", type=int, default=7)
    given = arguments.parse_args()
    generate(given.folder, SCALES[given.scale], given.seed)


if __name__ == "__main__":
    main()
