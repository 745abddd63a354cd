-- Metrics, tiers and counts as a good analyst writes them for DuckDB: one pass for sums and counts, and for each distinct
-- count the last day of every (customer, value), because count(distinct) with a filter per window is slower here (measured).
-- {lines}, {customers} and {out} are folders; statements end with a semicolon.

CREATE VIEW lines AS
SELECT * FROM read_parquet('{lines}/*.parquet') WHERE customer_key IS NOT NULL AND ordered_on <= DATE '2025-12-31';

COPY (
    WITH sums AS (
        SELECT
            customer_key,
            sum(net_revenue) FILTER (ordered_on > DATE '2025-09-30') AS net_revenue_3m,
            sum(net_revenue) FILTER (ordered_on > DATE '2024-12-31') AS net_revenue_12m,
            sum(net_revenue) AS net_revenue_total,
            count(*) FILTER (kind = 'sale' AND line_number = 1 AND ordered_on > DATE '2025-09-30') AS orders_3m,
            count(*) FILTER (kind = 'sale' AND line_number = 1 AND ordered_on > DATE '2024-12-31') AS orders_12m,
            count(*) FILTER (kind = 'sale' AND line_number = 1) AS orders_total,
            sum(quantity) FILTER (ordered_on > DATE '2025-09-30') AS units_3m,
            sum(quantity) FILTER (ordered_on > DATE '2024-12-31') AS units_12m,
            sum(quantity) AS units_total,
            sum(net_revenue) FILTER (kind = 'sale' AND ordered_on > DATE '2024-12-31') AS sale_revenue_12m,
            sum(net_revenue) FILTER (kind = 'sale') AS sale_revenue_total,
            -sum(net_revenue) FILTER (kind = 'return' AND ordered_on > DATE '2024-12-31') AS returned_revenue_12m,
            max(order_revenue) FILTER (ordered_on > DATE '2024-12-31') AS largest_order_value_12m,
            max(order_revenue) AS largest_order_value_total,
            min(ordered_on) FILTER (kind = 'sale' AND line_number = 1) AS first_on,
            max(ordered_on) FILTER (kind = 'sale' AND line_number = 1) AS last_on,
            sum(days_since_previous_order) AS gap_days,
            count(days_since_previous_order) AS gaps,
            stddev_pop(days_since_previous_order) AS gap_deviation
        FROM lines GROUP BY customer_key
    ), category AS (
        SELECT
            customer_key,
            count(*) FILTER (last_on > DATE '2025-09-30') AS categories_3m,
            count(*) FILTER (last_on > DATE '2024-12-31') AS categories_12m,
            count(*) AS categories_total
        FROM (SELECT customer_key, category, max(ordered_on) AS last_on FROM lines WHERE kind = 'sale' AND category IS NOT NULL GROUP BY ALL)
        GROUP BY customer_key
    ), channel AS (
        SELECT
            customer_key,
            count(*) FILTER (last_on > DATE '2025-09-30') AS channels_3m,
            count(*) FILTER (last_on > DATE '2024-12-31') AS channels_12m,
            count(*) AS channels_total
        FROM (SELECT customer_key, channel, max(ordered_on) AS last_on FROM lines WHERE kind = 'sale' AND channel IS NOT NULL GROUP BY ALL)
        GROUP BY customer_key
    ), month AS (
        -- At a month's last day the months counted back are calendar months.
        SELECT
            customer_key,
            count(*) FILTER (first_day > DATE '2025-09-30') AS active_months_3m,
            count(*) FILTER (first_day > DATE '2024-12-31') AS active_months_12m,
            count(*) AS active_months_total
        FROM (SELECT DISTINCT customer_key, date_trunc('month', ordered_on) AS first_day FROM lines WHERE kind = 'sale' AND line_number = 1)
        GROUP BY customer_key
    )
    SELECT
        customer_key,
        DATE '2025-12-31' AS as_of,
        coalesce(net_revenue_3m, 0)::DECIMAL(18, 2) AS net_revenue_3m,
        coalesce(net_revenue_12m, 0)::DECIMAL(18, 2) AS net_revenue_12m,
        coalesce(net_revenue_total, 0)::DECIMAL(18, 2) AS net_revenue_total,
        coalesce(orders_3m, 0) AS orders_3m,
        coalesce(orders_12m, 0) AS orders_12m,
        coalesce(orders_total, 0) AS orders_total,
        coalesce(units_3m, 0)::DECIMAL(18, 3) AS units_3m,
        coalesce(units_12m, 0)::DECIMAL(18, 3) AS units_12m,
        coalesce(units_total, 0)::DECIMAL(18, 3) AS units_total,
        coalesce(categories_3m, 0) AS categories_3m,
        coalesce(categories_12m, 0) AS categories_12m,
        coalesce(categories_total, 0) AS categories_total,
        coalesce(channels_3m, 0) AS channels_3m,
        coalesce(channels_12m, 0) AS channels_12m,
        coalesce(channels_total, 0) AS channels_total,
        coalesce(active_months_3m, 0) AS active_months_3m,
        coalesce(active_months_12m, 0) AS active_months_12m,
        coalesce(active_months_total, 0) AS active_months_total,
        coalesce(sale_revenue_12m, 0)::DECIMAL(18, 2) AS sale_revenue_12m,
        coalesce(sale_revenue_total, 0)::DECIMAL(18, 2) AS sale_revenue_total,
        round(sale_revenue_12m / nullif(orders_12m, 0), 2)::DECIMAL(18, 2) AS average_order_value_12m,
        round(sale_revenue_total / nullif(orders_total, 0), 2)::DECIMAL(18, 2) AS average_order_value_total,
        largest_order_value_12m,
        largest_order_value_total,
        coalesce(returned_revenue_12m, 0)::DECIMAL(18, 2) AS returned_revenue_12m,
        CASE WHEN sale_revenue_12m > 0 THEN least(coalesce(returned_revenue_12m, 0) / sale_revenue_12m, 1) END AS refund_rate_12m,
        DATE '2025-12-31' - first_on AS days_since_first_order,
        DATE '2025-12-31' - last_on AS days_since_last_order,
        gap_days / nullif(gaps, 0) AS mean_days_between_orders,
        CASE WHEN gaps > 1 THEN gap_deviation END AS deviation_of_days_between_orders,
        CASE WHEN gaps > 1 THEN gap_deviation / (gap_days / gaps) END AS order_interval_variation
    FROM read_parquet('{customers}/*.parquet')
    LEFT JOIN sums USING (customer_key)
    LEFT JOIN category USING (customer_key)
    LEFT JOIN channel USING (customer_key)
    LEFT JOIN month USING (customer_key)
    WHERE first_seen_on IS NULL OR first_seen_on <= DATE '2025-12-31'
) TO '{out}/panel.parquet' (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT
        customer_key,
        as_of,
        CASE
            WHEN net_revenue_12m >= 5000 AND orders_12m >= 10 AND refund_rate_12m < 0.5 THEN 'vip'
            WHEN net_revenue_12m >= 2000 AND refund_rate_12m < 0.5 THEN 'high'
            WHEN net_revenue_12m >= 500 OR orders_12m >= 4 THEN 'middle'
            ELSE 'entry'
        END AS tier
    FROM read_parquet('{out}/panel.parquet')
) TO '{out}/tiers.parquet' (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT tier, count(*) AS customers, sum(net_revenue_12m)::DECIMAL(18, 2) AS net_revenue_12m
    FROM read_parquet('{out}/panel.parquet') JOIN read_parquet('{out}/tiers.parquet') USING (customer_key)
    GROUP BY tier
) TO '{out}/counts.parquet' (FORMAT parquet);
