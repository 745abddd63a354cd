SELECT
 MAKE_DATE(2025, 3, 31) AS as_of,
 t9.from_tier, t9.to_tier, t9.cause, t9.customers, t9.net_revenue_12m
FROM (
 SELECT
  t8.from_tier, t8.to_tier, t8.cause,
  COUNT(*) AS customers,
  CAST(SUM(t8.net_revenue_12m) AS DECIMAL(18, 2)) AS net_revenue_12m
 FROM (
  SELECT
   *
  FROM (
   SELECT
    t0.customer_key,
    t0.tier AS from_tier,
    t0.tier AS to_tier,
    t0.cause, t0.net_revenue_12m
   FROM insight_tier_assignment AS t0
   WHERE
    t0.as_of = MAKE_DATE(2025, 3, 31) AND t0.since_on <= MAKE_DATE(2025, 2, 28) AND t0.tier IS NOT NULL
  ) AS t2
  UNION ALL
  SELECT
   *
  FROM (
   SELECT
    t6.customer_key, t6.from_tier, t6.to_tier,
    CASE WHEN t6.to_tier IS NULL THEN 'lost' WHEN t6.earlier_key IS NULL THEN 'new' WHEN t6.from_tier IS NULL THEN 'returned'
     ELSE t6.said END AS cause,
    t6.net_revenue_12m
   FROM (
    SELECT
     t5.customer_key, t5.to_tier, t5.said, t5.net_revenue_12m, t5.is_stay, t3.earlier_key, t3.from_tier
    FROM (
     SELECT
      t0.customer_key,
      t0.tier AS to_tier,
      t0.cause AS said,
      t0.net_revenue_12m,
      t0.since_on <= MAKE_DATE(2025, 2, 28) AS is_stay
     FROM insight_tier_assignment AS t0
     WHERE
      t0.as_of = MAKE_DATE(2025, 3, 31) AND NOT (t0.since_on <= MAKE_DATE(2025, 2, 28))
    ) AS t5
    LEFT OUTER JOIN (
     SELECT
      t0.customer_key AS earlier_key,
      t0.tier AS from_tier
     FROM insight_tier_assignment AS t0
     WHERE
      t0.as_of = MAKE_DATE(2025, 2, 28)
    ) AS t3
     ON t5.customer_key = t3.earlier_key
   ) AS t6
   WHERE
    (t6.from_tier IS NOT NULL) OR (t6.to_tier IS NOT NULL)
  ) AS t7
 ) AS t8
 GROUP BY
  1,
  2,
  3
) AS t9
