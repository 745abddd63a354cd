SELECT
 t18.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 COALESCE(t18.measure_0, CAST(0 AS BIGINT)) AS referrals_total,
 COALESCE(CAST(t18.measure_1 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS referred_revenue_12m
FROM (
 SELECT
  t8.customer_key, t17.measure_1, t13.measure_0
 FROM (
  SELECT
   t0.customer_key
  FROM clean_customer AS t0
  WHERE
   (t0.first_seen_on IS NULL) OR (t0.first_seen_on <= MAKE_DATE(2025, 3, 31))
 ) AS t8
 LEFT OUTER JOIN (
  SELECT
   t15.customer_key AS part_key,
   t15.measure_1
  FROM (
   SELECT
    t14.customer_key,
    SUM(
     CASE WHEN t14.day > MAKE_DATE(2024, 3, 31) THEN t14.net_revenue ELSE CAST(NULL AS DECIMAL(18, 2)) END
    ) AS measure_1
   FROM (
    SELECT
     *
    FROM (
     SELECT
      t9.referrer_key AS customer_key,
      t7.day, t7.net_revenue
     FROM (
      SELECT
       t2.customer_key,
       t2.ordered_on AS day,
       t2.net_revenue
      FROM clean_order_line AS t2
      WHERE
       t2.customer_key IS NOT NULL AND t2.ordered_on <= MAKE_DATE(2025, 3, 31)
     ) AS t7
     INNER JOIN (
      SELECT
       t1.referred_key,
       t1.customer_key AS referrer_key
      FROM clean_referral AS t1
      WHERE
       t1.customer_key IS NOT NULL AND (
        (t1.referred_on <= MAKE_DATE(2025, 3, 31)) OR (t1.referred_on IS NULL)
       )
     ) AS t9
      ON t7.customer_key = t9.referred_key
    ) AS t12
    WHERE
     t12.day > MAKE_DATE(2024, 3, 31)
   ) AS t14
   GROUP BY
    1
  ) AS t15
 ) AS t17
  ON t8.customer_key = t17.part_key
 LEFT OUTER JOIN (
  SELECT
   t10.customer_key AS part_key,
   t10.measure_0
  FROM (
   SELECT
    t5.customer_key,
    COUNT(t5.customer_key) AS measure_0
   FROM (
    SELECT
     t1.referred_key, t1.customer_key, t1.referred_on,
     t1.referred_on AS day
    FROM clean_referral AS t1
    WHERE
     t1.customer_key IS NOT NULL AND (
      (t1.referred_on <= MAKE_DATE(2025, 3, 31)) OR (t1.referred_on IS NULL)
     )
   ) AS t5
   GROUP BY
    1
  ) AS t10
 ) AS t13
  ON t8.customer_key = t13.part_key
) AS t18
