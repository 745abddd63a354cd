SELECT
 MAKE_DATE(2025, 3, 31) AS as_of,
 'golden' AS policy,
 2 AS version,
 t2.cell, t2.customers,
 CAST(COALESCE(t2.revenue, 0) AS DECIMAL(18, 2)) AS net_revenue_12m
FROM (
 SELECT
  t1.cell,
  COUNT(*) AS customers,
  SUM(t1.revenue) AS revenue
 FROM (
  SELECT
   (
    (
     (0 * 6) + CAST(CASE WHEN t0.net_revenue_12m IS NULL THEN 0 ELSE CASE WHEN t0.net_revenue_12m >= CAST(2000.00 AS DECIMAL(18, 2))
       THEN CASE WHEN t0.net_revenue_12m >= CAST(5000.00 AS DECIMAL(18, 2)) THEN 5 ELSE 4 END ELSE CASE
        WHEN t0.net_revenue_12m >= CAST(500.00 AS DECIMAL(18, 2)) THEN 3
        ELSE CASE WHEN t0.net_revenue_12m >= CAST(0.00 AS DECIMAL(18, 2)) THEN 2 ELSE 1 END END END END AS BIGINT)
    ) * 4
   ) + CAST(CASE WHEN t0.satisfaction_12m IS NULL THEN 0 ELSE CASE WHEN t0.satisfaction_12m > 80.5 THEN 3
     ELSE CASE WHEN t0.satisfaction_12m >= 80.5 THEN 2 ELSE 1 END END END AS BIGINT) AS cell,
   t0.net_revenue_12m AS revenue
  FROM insight_customer_metric AS t0
 ) AS t1
 GROUP BY
  1
) AS t2
