SELECT
 t8.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 CAST(IF(
  t8.measure_0 > 1,
  CAST(CAST(FLOOR((
   CAST(ROUND(t8.measure_1, 9) AS DOUBLE) * 100
  ) + 0.5) AS BIGINT) AS DOUBLE) / 100,
  CAST(NULL AS DOUBLE)
 ) AS DECIMAL(18, 2)) AS deviation_of_order_value_12m,
 t8.measure_2 AS smallest_order_value_12m
FROM (
 SELECT
  t3.customer_key, t7.measure_0, t7.measure_1, t7.measure_2
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
   t5.measure_0, t5.measure_1, t5.measure_2
  FROM (
   SELECT
    t4.customer_key,
    COUNT(
     IF(
      (t4.kind = 'sale') AND (t4.line_number = 1) AND (t4.day > MAKE_DATE(2024, 3, 31)),
      t4.order_revenue,
      CAST(NULL AS DECIMAL(18, 2))
     )
    ) AS measure_0,
    STDDEV_POP(
     CAST(IF(
      (t4.kind = 'sale') AND (t4.line_number = 1) AND (t4.day > MAKE_DATE(2024, 3, 31)),
      t4.order_revenue,
      CAST(NULL AS DECIMAL(18, 2))
     ) AS DOUBLE)
    ) AS measure_1,
    MIN(
     IF(
      (t4.kind = 'sale') AND (t4.line_number = 1) AND (t4.day > MAKE_DATE(2024, 3, 31)),
      t4.order_revenue,
      CAST(NULL AS DECIMAL(18, 2))
     )
    ) AS measure_2
   FROM (
    SELECT
     t1.source, t1.order_id, t1.line_number, t1.customer_key, t1.ordered_at, t1.ordered_on, t1.product_id, t1.category,
     t1.channel, t1.quantity, t1.net_revenue, t1.currency, t1.kind, t1.days_since_previous_order, t1.order_revenue,
     t1.ordered_on AS day,
     IF(t1.kind = 'return', -(t1.net_revenue), CAST(NULL AS DECIMAL(18, 2))) AS returned_revenue,
     24303 - (
      (
       CAST(EXTRACT(year FROM t1.ordered_on) AS BIGINT) * 12
      ) + CAST(EXTRACT(month FROM t1.ordered_on) AS BIGINT)
     ) AS month_before_as_of
    FROM clean_order_line AS t1
    WHERE
     t1.customer_key IS NOT NULL AND t1.ordered_on <= MAKE_DATE(2025, 3, 31) AND t1.ordered_on > MAKE_DATE(2024, 3, 31)
   ) AS t4
   GROUP BY
    1
  ) AS t5
 ) AS t7
  ON t3.customer_key = t7.part_key
) AS t8
