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
     (0 * 6) + CAST(IF(
      t0.net_revenue_12m IS NULL,
      0,
      IF(
       t0.net_revenue_12m >= CAST('2000.00' AS DECIMAL(18, 2)),
       IF(t0.net_revenue_12m >= CAST('5000.00' AS DECIMAL(18, 2)), 5, 4),
       IF(
        t0.net_revenue_12m >= CAST('500.00' AS DECIMAL(18, 2)),
        3,
        IF(t0.net_revenue_12m >= CAST('0.00' AS DECIMAL(18, 2)), 2, 1)
       )
      )
     ) AS BIGINT)
    ) * 4
   ) + CAST(IF(
    t0.satisfaction_12m IS NULL OR ISNAN(t0.satisfaction_12m),
    0,
    IF(t0.satisfaction_12m > 80.5, 3, IF(t0.satisfaction_12m >= 80.5, 2, 1))
   ) AS BIGINT) AS cell,
   t0.net_revenue_12m AS revenue
  FROM insight_customer_metric AS t0
 ) AS t1
 GROUP BY
  1
) AS t2
