SELECT
 t8.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 DATE_DIFF('DAY', t8.measure_0, MAKE_DATE(2025, 3, 31)) AS days_since_first_order,
 DATE_DIFF('DAY', t8.measure_1, MAKE_DATE(2025, 3, 31)) AS days_since_last_order,
 CAST(t8.measure_2 AS DOUBLE) / NULLIF(CAST(t8.measure_3 AS DOUBLE), 0) AS mean_days_between_orders,
 CASE WHEN t8.measure_3 > 1 THEN SQRT(
   (CAST(t8.measure_3 AS DOUBLE) * CAST(t8.measure_4 AS DOUBLE)) - (CAST(t8.measure_2 AS DOUBLE) * CAST(t8.measure_2 AS DOUBLE))
  ) / NULLIF(CAST(t8.measure_3 AS DOUBLE), 0) ELSE CAST(NULL AS DOUBLE) END AS deviation_of_days_between_orders
FROM (
 SELECT
  t3.customer_key, t7.measure_0, t7.measure_1, t7.measure_2, t7.measure_3, t7.measure_4
 FROM (
  SELECT
   t0.customer_key
  FROM clean_customer AS t0
  WHERE
   (t0.first_seen_on IS NULL) OR (t0.first_seen_on <= MAKE_DATE(2025, 3, 31))
 ) AS t3
 LEFT OUTER JOIN (
  SELECT
   t5.customer_key AS part_key,
   t5.measure_0, t5.measure_1, t5.measure_2, t5.measure_3, t5.measure_4
  FROM (
   SELECT
    t4.customer_key,
    MIN(
     CASE WHEN (t4.kind = 'sale') AND (t4.line_number = 1) THEN t4.day ELSE CAST(NULL AS DATE) END
    ) AS measure_0,
    MAX(
     CASE WHEN (t4.kind = 'sale') AND (t4.line_number = 1) THEN t4.day ELSE CAST(NULL AS DATE) END
    ) AS measure_1,
    SUM(t4.days_since_previous_order) AS measure_2,
    COUNT(t4.days_since_previous_order) AS measure_3,
    SUM(t4.days_since_previous_order * t4.days_since_previous_order) AS measure_4
   FROM (
    SELECT
     t1.source, t1.order_id, t1.line_number, t1.customer_key, t1.ordered_at, t1.ordered_on, t1.product_id, t1.category,
     t1.channel, t1.quantity, t1.net_revenue, t1.currency, t1.kind, t1.days_since_previous_order, t1.order_revenue,
     t1.ordered_on AS day,
     CASE WHEN t1.kind = 'return' THEN -(t1.net_revenue) ELSE CAST(NULL AS DECIMAL(18, 2)) END AS returned_revenue,
     24303 - (
      (
       CAST(EXTRACT(year FROM t1.ordered_on) AS BIGINT) * 12
      ) + CAST(EXTRACT(month FROM t1.ordered_on) AS BIGINT)
     ) AS month_before_as_of
    FROM clean_order_line AS t1
    WHERE
     t1.customer_key IS NOT NULL AND t1.ordered_on <= MAKE_DATE(2025, 3, 31)
   ) AS t4
   GROUP BY
    1
  ) AS t5
 ) AS t7
  ON t3.customer_key = t7.part_key
) AS t8
