SELECT
 t7.as_of, t7.policy, t7.version, t7.tier, t7.rank, t7.customers, t7.share, t7.net_revenue_12m, t7.revenue_share
FROM (
 SELECT
  t6.tier, t6.rank, t6.customers, t6.net_revenue_12m,
  COALESCE(
   CAST(t6.customers AS DOUBLE) / NULLIF(
    CAST(SUM(t6.customers) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS DOUBLE),
    0.0
   ),
   0.0
  ) AS share,
  CASE WHEN CAST(SUM(t6.net_revenue_12m) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS DOUBLE) > 0
   THEN CAST(t6.net_revenue_12m AS DOUBLE) / NULLIF(
    CAST(SUM(t6.net_revenue_12m) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS DOUBLE),
    0.0
   ) ELSE CAST(NULL AS DOUBLE) END AS revenue_share,
  MAKE_DATE(2025, 3, 31) AS as_of,
  'golden' AS policy,
  2 AS version
 FROM (
  SELECT
   t5.tier, t5.rank,
   COALESCE(t3.found_customers, 0) AS customers,
   CAST(COALESCE(t3.found_revenue, 0) AS DECIMAL(18, 2)) AS net_revenue_12m
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
    t0.tier,
    COUNT(*) AS found_customers,
    SUM(t0.net_revenue_12m) AS found_revenue
   FROM insight_tier_assignment AS t0
   GROUP BY
    1
  ) AS t3
   ON t5.tier = t3.tier
 ) AS t6
) AS t7
