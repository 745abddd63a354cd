SELECT
 MAKE_DATE(2025, 3, 31) AS as_of,
 'golden' AS policy,
 2 AS version,
 t9.tier, t9.rank,
 t9.entry.metric AS metric,
 t9.entry.customers AS customers,
 t9.entry.average AS average,
 t9.entry.median AS median
FROM (
 SELECT
  t8.tier, t8.rank,
  UNNEST(
   CAST([
    {'metric': 'satisfaction_12m', 'customers': COALESCE(t8.customers_0, 0), 'average': t8.average_0, 'median': t8.median_0}
   ] AS STRUCT(metric TEXT, customers BIGINT, average DOUBLE, median DOUBLE)[])
  ) AS entry
 FROM (
  SELECT
   t7.*
   EXCLUDE (tier_right)
  FROM (
   SELECT
    t5.rank, t5.tier,
    t6.tier AS tier_right,
    t6.customers_0, t6.average_0, t6.median_0
   FROM (
    SELECT
     CAST(t2.rank AS BIGINT) AS rank,
     CASE WHEN t2.rank = 0 THEN 'entry' WHEN t2.rank = 1 THEN 'high' WHEN t2.rank = 2 THEN 'vip' ELSE '' END AS tier
    FROM (
     SELECT
      UNNEST(RANGE(0, 3, 1)) AS rank
    ) AS t2
   ) AS t5
   LEFT OUTER JOIN (
    SELECT
     t1.tier,
     COUNT(t1.satisfaction_12m) AS customers_0,
     CAST(ROUND(SUM(t1.satisfaction_12m) / NULLIF(COUNT(t1.satisfaction_12m), 0), 6) AS DOUBLE) AS average_0,
     CAST(ROUND(QUANTILE_CONT(t1.satisfaction_12m, 0.5), 6) AS DOUBLE) AS median_0
    FROM (
     SELECT
      t0.customer_key, t0.net_revenue_12m, t0.satisfaction_12m,
      'high' AS tier
     FROM insight_customer_metric AS t0
    ) AS t1
    GROUP BY
     1
   ) AS t6
    ON t5.tier = t6.tier
  ) AS t7
 ) AS t8
) AS t9
