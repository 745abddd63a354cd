-- One monthly review as a good analyst writes it for DuckDB, run once for each review: what counts in its window, what the rules
-- say, and what becomes of the tier of the review before. The same rules as bench/history.yaml: a fall of one step, one review of
-- grace, three of hold. {lines} and {customers} are folders, {before} and {out} files; {opens} is the last day before the window.
-- Ranks: 0 entry, 1 middle, 2 high, 3 vip.

COPY (
    WITH measured AS (
        SELECT
            customer_key,
            sum(net_revenue) AS net_revenue_12m,
            count(*) FILTER (kind = 'sale' AND line_number = 1) AS orders_12m,
            sum(net_revenue) FILTER (kind = 'sale') AS sale_revenue_12m,
            -sum(net_revenue) FILTER (kind = 'return') AS returned_revenue_12m
        FROM read_parquet('{lines}/*.parquet')
        WHERE customer_key IS NOT NULL AND ordered_on > DATE '{opens}' AND ordered_on <= DATE '{as_of}'
        GROUP BY customer_key
    ), known AS (
        SELECT
            customer_key,
            coalesce(net_revenue_12m, 0)::DECIMAL(18, 2) AS net_revenue_12m,
            coalesce(orders_12m, 0) AS orders_12m,
            CASE WHEN sale_revenue_12m <> 0 THEN least(greatest(coalesce(returned_revenue_12m, 0) / sale_revenue_12m, 0), 1) END AS refund_rate_12m
        FROM read_parquet('{customers}/*.parquet')
        LEFT JOIN measured USING (customer_key)
        WHERE first_seen_on IS NULL OR first_seen_on <= DATE '{as_of}'
    ), said AS (
        SELECT
            customer_key,
            net_revenue_12m,
            CASE
                WHEN net_revenue_12m >= 5000 AND orders_12m >= 10 AND refund_rate_12m < 0.5 THEN 3
                WHEN net_revenue_12m >= 2000 AND refund_rate_12m < 0.5 THEN 2
                WHEN net_revenue_12m >= 500 OR orders_12m >= 4 THEN 1
                ELSE 0
            END AS qualified,
            CASE
                WHEN net_revenue_12m >= 4000 AND orders_12m >= 8 AND refund_rate_12m < 0.5 THEN 3
                WHEN net_revenue_12m >= 1500 AND refund_rate_12m < 0.5 THEN 2
                WHEN net_revenue_12m >= 400 OR orders_12m >= 3 THEN 1
                ELSE 0
            END AS kept
        FROM known
    ), caused AS (
        SELECT
            said.*,
            before.rank AS present,
            before.since_on,
            before.grace_left,
            before.hold_left,
            CASE
                WHEN before.rank IS NULL THEN 'new'
                WHEN qualified > before.rank THEN 'upgrade'
                WHEN qualified = before.rank OR kept >= before.rank THEN 'kept'
                WHEN before.hold_left > 0 THEN 'held'
                WHEN before.grace_left > 0 THEN 'grace'
                ELSE 'downgrade'
            END AS cause
        FROM said LEFT JOIN {before} AS before USING (customer_key)
    ), placed AS (
        SELECT
            *,
            CASE
                WHEN cause IN ('new', 'upgrade') THEN qualified
                WHEN cause = 'downgrade' THEN greatest(present - 1, qualified, kept)
                ELSE present
            END AS rank
        FROM caused
    )
    SELECT
        customer_key,
        DATE '{as_of}' AS as_of,
        rank,
        ['entry', 'middle', 'high', 'vip'][rank + 1] AS tier,
        ['entry', 'middle', 'high', 'vip'][qualified + 1] AS qualified_tier,
        ['entry', 'middle', 'high', 'vip'][kept + 1] AS kept_tier,
        CASE WHEN rank IS DISTINCT FROM present THEN DATE '{as_of}' ELSE since_on END AS since_on,
        cause,
        CASE
            WHEN rank IS DISTINCT FROM present OR cause = 'kept' THEN 1
            WHEN cause = 'grace' THEN grace_left - 1
            ELSE grace_left
        END AS grace_left,
        CASE WHEN rank IS DISTINCT FROM present THEN 3 ELSE greatest(hold_left - 1, 0) END AS hold_left,
        net_revenue_12m
    FROM placed
) TO '{out}' (FORMAT parquet, COMPRESSION zstd);
