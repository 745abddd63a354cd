SELECT
 t17.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 COALESCE(CAST(t17.measure_0 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS net_revenue_last_year,
 COALESCE(t17.measure_1, CAST(0 AS BIGINT)) AS orders_this_membership_year
FROM (
 SELECT
  t3.customer_key, t11.measure_0, t16.measure_1
 FROM (
  SELECT
   t0.customer_key
  FROM clean_customer AS t0
  WHERE
   (t0.first_seen_on IS NULL) OR (t0.first_seen_on <= MAKE_DATE(2025, 3, 31))
 ) AS t3
 LEFT OUTER JOIN (
  SELECT
   t9.customer_key AS part_key,
   t9.measure_0
  FROM (
   SELECT
    t4.customer_key,
    SUM(
     CASE WHEN (t4.day > MAKE_DATE(2023, 12, 31)) AND (t4.day <= MAKE_DATE(2024, 12, 31)) THEN t4.net_revenue ELSE CAST(NULL AS DECIMAL(18, 2)) END
    ) AS measure_0
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
     t1.customer_key IS NOT NULL AND t1.ordered_on <= MAKE_DATE(2025, 3, 31) AND t1.ordered_on > MAKE_DATE(2023, 12, 31)
   ) AS t4
   GROUP BY
    1
  ) AS t9
 ) AS t11
  ON t3.customer_key = t11.part_key
 LEFT OUTER JOIN (
  SELECT
   t14.customer_key AS part_key,
   t14.measure_1
  FROM (
   SELECT
    t13.customer_key,
    COUNT(
     CASE WHEN (t13.kind = 'sale') AND (t13.line_number = 1) AND (t13.day >= t13.membership_year_0_began_on) THEN t13.customer_key ELSE CAST(NULL AS BIGINT) END
    ) AS measure_1
   FROM (
    SELECT
     t12.*
     EXCLUDE (member_key)
    FROM (
     SELECT
      t6.source, t6.order_id, t6.line_number, t6.customer_key, t6.ordered_at, t6.ordered_on, t6.product_id, t6.category,
      t6.channel, t6.quantity, t6.net_revenue, t6.currency, t6.kind, t6.days_since_previous_order, t6.order_revenue, t6.day,
      t6.returned_revenue, t6.month_before_as_of, t8.member_key, t8.membership_year_0_began_on
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
       t1.customer_key IS NOT NULL AND t1.ordered_on <= MAKE_DATE(2025, 3, 31) AND t1.ordered_on > MAKE_DATE(2024, 3, 30)
     ) AS t6
     INNER JOIN (
      SELECT
       t0.customer_key AS member_key,
       CASE WHEN MAKE_DATE(
         2025,
         EXTRACT(month FROM COALESCE(
          CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
          t0.first_seen_on
         )),
         CASE WHEN (
           EXTRACT(month FROM COALESCE(
            CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
            t0.first_seen_on
           )) = 2
          ) AND (
           EXTRACT(day FROM COALESCE(
            CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
            t0.first_seen_on
           )) = 29
          ) THEN 28 ELSE EXTRACT(day FROM COALESCE(
           CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
           t0.first_seen_on
          )) END
        ) <= MAKE_DATE(2025, 3, 31) THEN MAKE_DATE(
         2025,
         EXTRACT(month FROM COALESCE(
          CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
          t0.first_seen_on
         )),
         CASE WHEN (
           EXTRACT(month FROM COALESCE(
            CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
            t0.first_seen_on
           )) = 2
          ) AND (
           EXTRACT(day FROM COALESCE(
            CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
            t0.first_seen_on
           )) = 29
          ) THEN 28 ELSE EXTRACT(day FROM COALESCE(
           CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
           t0.first_seen_on
          )) END
        ) ELSE MAKE_DATE(
         2024,
         EXTRACT(month FROM COALESCE(
          CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
          t0.first_seen_on
         )),
         EXTRACT(day FROM COALESCE(
          CASE WHEN t0.registered_on <= MAKE_DATE(2025, 3, 31) THEN t0.registered_on ELSE CAST(NULL AS DATE) END,
          t0.first_seen_on
         ))
        ) END AS membership_year_0_began_on
      FROM clean_customer AS t0
     ) AS t8
      ON t6.customer_key = t8.member_key
    ) AS t12
   ) AS t13
   GROUP BY
    1
  ) AS t14
 ) AS t16
  ON t3.customer_key = t16.part_key
) AS t17
