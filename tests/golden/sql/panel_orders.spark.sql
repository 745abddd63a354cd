SELECT
 t8.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 COALESCE(CAST(t8.measure_0 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS sale_revenue_12m,
 COALESCE(t8.measure_1, CAST(0 AS BIGINT)) AS orders_12m,
 COALESCE(CAST(t8.measure_2 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS returned_revenue_12m,
 COALESCE(CAST(t8.measure_3 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS net_revenue_12m,
 COALESCE(t8.measure_4, CAST(0 AS BIGINT)) AS orders_3m,
 COALESCE(CAST(t8.measure_5 AS DECIMAL(18, 3)), CAST(0 AS DECIMAL(18, 3))) AS units_total,
 CAST(CAST(CAST(FLOOR(
  (
   (
    CAST(ROUND(
     CAST(COALESCE(CAST(t8.measure_0 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS DOUBLE) * 100,
     0
    ) AS BIGINT) * 2
   ) + CAST(COALESCE(t8.measure_1, CAST(0 AS BIGINT)) AS DOUBLE)
  ) / NULLIF(CAST(COALESCE(t8.measure_1, CAST(0 AS BIGINT)) AS DOUBLE) * 2, 0)
 ) AS BIGINT) AS DOUBLE) / 100 AS DECIMAL(18, 2)) AS average_order_value_12m,
 IF(
  (
   CAST(COALESCE(CAST(t8.measure_2 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS DOUBLE) / NULLIF(
    CAST(COALESCE(CAST(t8.measure_0 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS DOUBLE),
    0
   )
  ) > 1,
  1.0,
  IF(
   (
    CAST(COALESCE(CAST(t8.measure_2 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS DOUBLE) / NULLIF(
     CAST(COALESCE(CAST(t8.measure_0 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS DOUBLE),
     0
    )
   ) < 0,
   0.0,
   CAST(COALESCE(CAST(t8.measure_2 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS DOUBLE) / NULLIF(
    CAST(COALESCE(CAST(t8.measure_0 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS DOUBLE),
    0
   )
  )
 ) AS refund_rate_12m,
 t8.measure_6 AS largest_order_value_total
FROM (
 SELECT
  t3.customer_key, t7.measure_0, t7.measure_1, t7.measure_2, t7.measure_3, t7.measure_4, t7.measure_5, t7.measure_6
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
   t5.measure_0, t5.measure_1, t5.measure_2, t5.measure_3, t5.measure_4, t5.measure_5, t5.measure_6
  FROM (
   SELECT
    t4.customer_key,
    SUM(
     IF(
      (t4.kind = 'sale') AND (t4.day > MAKE_DATE(2024, 3, 31)),
      t4.net_revenue,
      CAST(NULL AS DECIMAL(18, 2))
     )
    ) AS measure_0,
    COUNT(
     IF(
      (t4.kind = 'sale') AND (t4.line_number = 1) AND (t4.day > MAKE_DATE(2024, 3, 31)),
      t4.customer_key,
      CAST(NULL AS BIGINT)
     )
    ) AS measure_1,
    SUM(
     IF(
      (t4.kind = 'return') AND (t4.day > MAKE_DATE(2024, 3, 31)),
      t4.returned_revenue,
      CAST(NULL AS DECIMAL(18, 2))
     )
    ) AS measure_2,
    SUM(
     IF(
      t4.day > MAKE_DATE(2024, 3, 31),
      t4.net_revenue,
      CAST(NULL AS DECIMAL(18, 2))
     )
    ) AS measure_3,
    COUNT(
     IF(
      (t4.kind = 'sale') AND (t4.line_number = 1) AND (t4.day > MAKE_DATE(2024, 12, 31)),
      t4.customer_key,
      CAST(NULL AS BIGINT)
     )
    ) AS measure_4,
    SUM(t4.quantity) AS measure_5,
    MAX(
     IF(
      (t4.kind = 'sale') AND (t4.line_number = 1),
      t4.order_revenue,
      CAST(NULL AS DECIMAL(18, 2))
     )
    ) AS measure_6
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
     t1.customer_key IS NOT NULL AND t1.ordered_on <= MAKE_DATE(2025, 3, 31)
   ) AS t4
   GROUP BY
    1
  ) AS t5
 ) AS t7
  ON t3.customer_key = t7.part_key
) AS t8
