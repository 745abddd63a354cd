SELECT
 t13.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 COALESCE(t13.measure_0, CAST(0 AS BIGINT)) AS points_balance,
 COALESCE(t13.measure_1, CAST(0 AS BIGINT)) AS qualifying_points_12m,
 COALESCE(t13.measure_2, CAST(0 AS BIGINT)) AS points_earned_12m,
 COALESCE(t13.measure_3, CAST(0 AS BIGINT)) AS points_redeemed_12m,
 COALESCE(t13.measure_4, CAST(0 AS BIGINT)) AS vouchers_used_12m
FROM (
 SELECT
  t6.customer_key, t12.measure_0, t12.measure_1, t12.measure_2, t12.measure_3, t10.measure_4
 FROM (
  SELECT
   t0.customer_key
  FROM clean_customer AS t0
  WHERE
   (t0.first_seen_on IS NULL) OR (t0.first_seen_on <= MAKE_DATE(2025, 3, 31))
 ) AS t6
 LEFT OUTER JOIN (
  SELECT
   t8.customer_key AS part_key,
   t8.measure_0, t8.measure_1, t8.measure_2, t8.measure_3
  FROM (
   SELECT
    t5.customer_key,
    SUM(t5.points) AS measure_0,
    SUM(
     CASE WHEN t5.day > MAKE_DATE(2024, 3, 31) THEN t5.qualifying_points ELSE CAST(NULL AS BIGINT) END
    ) AS measure_1,
    SUM(
     CASE WHEN t5.kind IN ('earn', 'bonus', 'refund', 'refund_undo') AND (t5.day > MAKE_DATE(2024, 3, 31)) THEN t5.points ELSE CAST(NULL AS BIGINT) END
    ) AS measure_2,
    SUM(
     CASE WHEN t5.day > MAKE_DATE(2024, 3, 31) THEN t5.redeemed_points ELSE CAST(NULL AS BIGINT) END
    ) AS measure_3
   FROM (
    SELECT
     t1.entry_id, t1.customer_key, t1.program, t1.kind, t1.at, t1.on, t1.points, t1.qualifying_points, t1.order_source,
     t1.order_id,
     t1.on AS day,
     CASE WHEN t1.kind IN ('redeem', 'redeem_undo') THEN -(t1.points) ELSE CAST(NULL AS BIGINT) END AS redeemed_points
    FROM clean_points_entry AS t1
    WHERE
     t1.customer_key IS NOT NULL AND t1.on <= MAKE_DATE(2025, 3, 31)
   ) AS t5
   GROUP BY
    1
  ) AS t8
 ) AS t12
  ON t6.customer_key = t12.part_key
 LEFT OUTER JOIN (
  SELECT
   t7.customer_key AS part_key,
   t7.measure_4
  FROM (
   SELECT
    t3.customer_key,
    COUNT(
     CASE WHEN t3.day > MAKE_DATE(2024, 3, 31) THEN t3.customer_key ELSE CAST(NULL AS BIGINT) END
    ) AS measure_4
   FROM (
    SELECT
     t2.use_number, t2.customer_key, t2.program, t2.offer, t2.at, t2.on, t2.discount, t2.order_source, t2.order_id,
     t2.on AS day
    FROM clean_voucher_use AS t2
    WHERE
     t2.customer_key IS NOT NULL AND t2.on <= MAKE_DATE(2025, 3, 31) AND t2.on > MAKE_DATE(2024, 3, 31)
   ) AS t3
   GROUP BY
    1
  ) AS t7
 ) AS t10
  ON t6.customer_key = t10.part_key
) AS t13
