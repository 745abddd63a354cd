WITH t8 AS (
 SELECT
  t2.value,
  CAST(CAST(ROW_NUMBER() OVER (ORDER BY t2.value ASC NULLS LAST) - 1 AS INT) AS BIGINT) AS number
 FROM (
  SELECT DISTINCT
   t1.category AS value
  FROM clean_order_line AS t1
  WHERE
   t1.customer_key IS NOT NULL AND t1.ordered_on <= MAKE_DATE(2025, 3, 31) AND t1.category IS NOT NULL
 ) AS t2
)
SELECT
 t29.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 COALESCE(
  COALESCE(CAST(BIT_COUNT(t29.measure_0) AS BIGINT), 0) + COALESCE(t29.measure_1, 0),
  CAST(0 AS BIGINT)
 ) AS categories_3m,
 COALESCE(
  COALESCE(CAST(BIT_COUNT(t29.measure_2) AS BIGINT), 0) + COALESCE(t29.measure_3, 0),
  CAST(0 AS BIGINT)
 ) AS categories_total,
 COALESCE(CAST(BIT_COUNT(t29.measure_4 & 4095) AS BIGINT), CAST(0 AS BIGINT)) AS active_months_12m,
 COALESCE(
  COALESCE(CAST(BIT_COUNT(t29.measure_4) AS BIGINT), 0) + COALESCE(t29.measure_5, 0),
  CAST(0 AS BIGINT)
 ) AS active_months_total
FROM (
 SELECT
  t4.customer_key, t26.measure_0, t26.measure_2, t26.measure_4, t28.measure_1, t28.measure_3, t22.measure_5
 FROM (
  SELECT
   t0.customer_key
  FROM clean_customer AS t0
  WHERE
   (t0.first_seen_on IS NULL) OR (t0.first_seen_on <= MAKE_DATE(2025, 3, 31))
 ) AS t4
 LEFT OUTER JOIN (
  SELECT
   t23.customer_key AS part_key,
   t23.measure_0, t23.measure_2, t23.measure_4
  FROM (
   SELECT
    t20.customer_key,
    BIT_OR(
     IF(
      (t20.kind = 'sale') AND (t20.day > MAKE_DATE(2024, 12, 31)),
      t20.bit_of_category,
      CAST(NULL AS BIGINT)
     )
    ) AS measure_0,
    BIT_OR(IF(t20.kind = 'sale', t20.bit_of_category, CAST(NULL AS BIGINT))) AS measure_2,
    BIT_OR(
     IF(
      (t20.kind = 'sale') AND (t20.line_number = 1),
      t20.bit_of_month_before_as_of,
      CAST(NULL AS BIGINT)
     )
    ) AS measure_4
   FROM (
    SELECT
     t16.source, t16.order_id, t16.line_number, t16.customer_key, t16.ordered_at, t16.ordered_on, t16.product_id, t16.category,
     t16.channel, t16.quantity, t16.net_revenue, t16.currency, t16.kind, t16.days_since_previous_order, t16.order_revenue,
     t16.day, t16.returned_revenue, t16.month_before_as_of, t16.bit_of_category,
     IF(
      t16.month_before_as_of < 63,
      SHIFTLEFT(
       (
        (t16.month_before_as_of * 0) + 1
       ),
       CAST(t16.month_before_as_of % 63 AS INT)
      ),
      CAST(NULL AS BIGINT)
     ) AS bit_of_month_before_as_of
    FROM (
     SELECT
      t7.source, t7.order_id, t7.line_number, t7.customer_key, t7.ordered_at, t7.ordered_on, t7.product_id, t7.category,
      t7.channel, t7.quantity, t7.net_revenue, t7.currency, t7.kind, t7.days_since_previous_order, t7.order_revenue, t7.day,
      t7.returned_revenue, t7.month_before_as_of, t13.bit_of_category
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
     ) AS t7
     LEFT OUTER JOIN (
      SELECT
       t9.value,
       SHIFTLEFT((
        (t9.number * 0) + 1
       ), CAST(t9.number % 63 AS INT)) AS bit_of_category
      FROM t8 AS t9
      WHERE
       t9.number < 63
     ) AS t13
      ON t7.category = t13.value
    ) AS t16
   ) AS t20
   GROUP BY
    1
  ) AS t23
 ) AS t26
  ON t4.customer_key = t26.part_key
 LEFT OUTER JOIN (
  SELECT
   t24.customer_key AS part_key,
   t24.measure_1, t24.measure_3
  FROM (
   SELECT
    t21.customer_key,
    CAST(CAST(SUM(CAST(BIT_COUNT(t21.measure_1) AS BIGINT)) AS INT) AS BIGINT) AS measure_1,
    CAST(CAST(SUM(CAST(BIT_COUNT(t21.measure_3) AS BIGINT)) AS INT) AS BIGINT) AS measure_3
   FROM (
    SELECT
     t17.customer_key, t17.mask_number,
     BIT_OR(
      IF(
       (t17.kind = 'sale') AND (t17.day > MAKE_DATE(2024, 12, 31)),
       t17.bit,
       CAST(NULL AS BIGINT)
      )
     ) AS measure_1,
     BIT_OR(IF(t17.kind = 'sale', t17.bit, CAST(NULL AS BIGINT))) AS measure_3
    FROM (
     SELECT
      t7.source, t7.order_id, t7.line_number, t7.customer_key, t7.ordered_at, t7.ordered_on, t7.product_id, t7.category,
      t7.channel, t7.quantity, t7.net_revenue, t7.currency, t7.kind, t7.days_since_previous_order, t7.order_revenue, t7.day,
      t7.returned_revenue, t7.month_before_as_of, t14.value, t14.bit, t14.mask_number
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
     ) AS t7
     INNER JOIN (
      SELECT
       t9.value,
       SHIFTLEFT((
        (t9.number * 0) + 1
       ), CAST(t9.number % 63 AS INT)) AS bit,
       CAST(FLOOR((t9.number) / (63)) AS BIGINT) AS mask_number
      FROM t8 AS t9
      WHERE
       t9.number >= 63
     ) AS t14
      ON t7.category = t14.value
    ) AS t17
    GROUP BY
     1,
     2
   ) AS t21
   GROUP BY
    1
  ) AS t24
 ) AS t28
  ON t4.customer_key = t28.part_key
 LEFT OUTER JOIN (
  SELECT
   t18.customer_key AS part_key,
   t18.measure_5
  FROM (
   SELECT
    t15.customer_key,
    CAST(CAST(SUM(CAST(BIT_COUNT(t15.measure_5) AS BIGINT)) AS INT) AS BIGINT) AS measure_5
   FROM (
    SELECT
     t10.customer_key, t10.mask_number,
     BIT_OR(
      IF(
       (t10.kind = 'sale') AND (t10.line_number = 1),
       t10.bit,
       CAST(NULL AS BIGINT)
      )
     ) AS measure_5
    FROM (
     SELECT
      t5.source, t5.order_id, t5.line_number, t5.customer_key, t5.ordered_at, t5.ordered_on, t5.product_id, t5.category,
      t5.channel, t5.quantity, t5.net_revenue, t5.currency, t5.kind, t5.days_since_previous_order, t5.order_revenue, t5.day,
      t5.returned_revenue, t5.month_before_as_of,
      SHIFTLEFT(
       (
        (t5.month_before_as_of * 0) + 1
       ),
       CAST(t5.month_before_as_of % 63 AS INT)
      ) AS bit,
      CAST(FLOOR((t5.month_before_as_of) / (63)) AS BIGINT) AS mask_number
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
       t1.customer_key IS NOT NULL AND t1.ordered_on <= MAKE_DATE(2025, 3, 31) AND t1.ordered_on <= MAKE_DATE(2019, 12, 31)
     ) AS t5
    ) AS t10
    GROUP BY
     1,
     2
   ) AS t15
   GROUP BY
    1
  ) AS t18
 ) AS t22
  ON t4.customer_key = t22.part_key
) AS t29
