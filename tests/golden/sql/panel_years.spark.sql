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
     IF(
      (t4.day > MAKE_DATE(2023, 12, 31)) AND (t4.day <= MAKE_DATE(2024, 12, 31)),
      t4.net_revenue,
      CAST(NULL AS DECIMAL(18, 2))
     )
    ) AS measure_0
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
     IF(
      (t13.kind = 'sale') AND (t13.line_number = 1) AND (t13.day >= t13.membership_year_0_began_on),
      t13.customer_key,
      CAST(NULL AS BIGINT)
     )
    ) AS measure_1
   FROM (
    SELECT
     t12.source, t12.order_id, t12.line_number, t12.customer_key, t12.ordered_at, t12.ordered_on, t12.product_id, t12.category,
     t12.channel, t12.quantity, t12.net_revenue, t12.currency, t12.kind, t12.days_since_previous_order, t12.order_revenue,
     t12.day, t12.returned_revenue, t12.month_before_as_of, t12.membership_year_0_began_on
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
       IF(t1.kind = 'return', -(t1.net_revenue), CAST(NULL AS DECIMAL(18, 2))) AS returned_revenue,
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
       IF(
        MAKE_DATE(
         2025,
         EXTRACT(month FROM COALESCE(
          IF(
           t0.registered_on <= MAKE_DATE(2025, 3, 31),
           t0.registered_on,
           CAST(NULL AS DATE)
          ),
          t0.first_seen_on
         )),
         IF(
          (
           EXTRACT(month FROM COALESCE(
            IF(
             t0.registered_on <= MAKE_DATE(2025, 3, 31),
             t0.registered_on,
             CAST(NULL AS DATE)
            ),
            t0.first_seen_on
           )) = 2
          ) AND (
           EXTRACT(day FROM COALESCE(
            IF(
             t0.registered_on <= MAKE_DATE(2025, 3, 31),
             t0.registered_on,
             CAST(NULL AS DATE)
            ),
            t0.first_seen_on
           )) = 29
          ),
          28,
          EXTRACT(day FROM COALESCE(
           IF(
            t0.registered_on <= MAKE_DATE(2025, 3, 31),
            t0.registered_on,
            CAST(NULL AS DATE)
           ),
           t0.first_seen_on
          ))
         )
        ) <= MAKE_DATE(2025, 3, 31),
        MAKE_DATE(
         2025,
         EXTRACT(month FROM COALESCE(
          IF(
           t0.registered_on <= MAKE_DATE(2025, 3, 31),
           t0.registered_on,
           CAST(NULL AS DATE)
          ),
          t0.first_seen_on
         )),
         IF(
          (
           EXTRACT(month FROM COALESCE(
            IF(
             t0.registered_on <= MAKE_DATE(2025, 3, 31),
             t0.registered_on,
             CAST(NULL AS DATE)
            ),
            t0.first_seen_on
           )) = 2
          ) AND (
           EXTRACT(day FROM COALESCE(
            IF(
             t0.registered_on <= MAKE_DATE(2025, 3, 31),
             t0.registered_on,
             CAST(NULL AS DATE)
            ),
            t0.first_seen_on
           )) = 29
          ),
          28,
          EXTRACT(day FROM COALESCE(
           IF(
            t0.registered_on <= MAKE_DATE(2025, 3, 31),
            t0.registered_on,
            CAST(NULL AS DATE)
           ),
           t0.first_seen_on
          ))
         )
        ),
        MAKE_DATE(
         2024,
         EXTRACT(month FROM COALESCE(
          IF(
           t0.registered_on <= MAKE_DATE(2025, 3, 31),
           t0.registered_on,
           CAST(NULL AS DATE)
          ),
          t0.first_seen_on
         )),
         EXTRACT(day FROM COALESCE(
          IF(
           t0.registered_on <= MAKE_DATE(2025, 3, 31),
           t0.registered_on,
           CAST(NULL AS DATE)
          ),
          t0.first_seen_on
         ))
        )
       ) AS membership_year_0_began_on
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
