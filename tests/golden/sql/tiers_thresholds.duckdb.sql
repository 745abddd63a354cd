SELECT
 MAKE_DATE(2025, 3, 31) AS as_of,
 'golden' AS policy,
 2 AS version,
 'net_revenue_12m in top 5%' AS condition,
 CAST(COALESCE(t9.reached, t9.smallest) AS DOUBLE) AS threshold
FROM (
 SELECT
  MAX(t8.value) FILTER(WHERE
   (
    (t8.known - t8.below) * 20
   ) >= (t8.everyone * 1)) AS reached,
  MIN(t8.value) AS smallest
 FROM (
  SELECT
   t7.value, t7.customers, t7.below, t5.everyone, t5.known
  FROM (
   SELECT
    t3.value, t3.customers,
    SUM(t3.customers) OVER (ORDER BY t3.value ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - t3.customers AS below
   FROM (
    SELECT
     t1.value,
     COUNT(*) AS customers
    FROM (
     SELECT
      t0.net_revenue_12m AS value
     FROM insight_customer_metric AS t0
     WHERE
      t0.as_of = MAKE_DATE(2025, 3, 31) AND t0.net_revenue_12m IS NOT NULL
    ) AS t1
    GROUP BY
     1
   ) AS t3
  ) AS t7
  CROSS JOIN (
   SELECT
    COUNT(*) AS everyone,
    COUNT(t2.net_revenue_12m) AS known
   FROM (
    SELECT
     *
    FROM insight_customer_metric AS t0
    WHERE
     t0.as_of = MAKE_DATE(2025, 3, 31)
   ) AS t2
  ) AS t5
 ) AS t8
) AS t9
