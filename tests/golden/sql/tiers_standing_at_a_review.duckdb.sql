WITH t4 AS (
 SELECT
  *
 FROM insight_customer_metric AS t1
 WHERE
  t1.as_of = MAKE_DATE(2025, 3, 31)
)
SELECT
 t28.customer_key,
 3 AS review,
 CAST(t28.qualified_rank AS SMALLINT) AS qualified_rank,
 CAST(t28.kept_rank AS SMALLINT) AS kept_rank,
 CAST(t28.cap_rank AS SMALLINT) AS cap_rank,
 CAST(t28.override_rank AS SMALLINT) AS override_rank,
 t28.is_due, t28.is_lost,
 COALESCE(t28.net_revenue_12m, 0) AS net_revenue_12m
FROM (
 SELECT
  t27.*
  EXCLUDE (overridden_key)
 FROM (
  SELECT
   t26.customer_key, t26.as_of, t26.net_revenue_12m, t26.orders_12m, t26.satisfaction_12m, t26.days_since_last_order,
   t26.complaints_12m, t26.days_since_last_event, t26.mean_days_between_orders, t26.threshold_0, t26.of_customer_city,
   t26.of_customer_first_seen_on, t26.qualified_rank, t26.kept_rank, t26.cap_rank, t26.is_due, t26.is_lost, t19.override_rank,
   t19.overridden_key
  FROM (
   SELECT
    t24.customer_key, t24.as_of, t24.net_revenue_12m, t24.orders_12m, t24.satisfaction_12m, t24.days_since_last_order,
    t24.complaints_12m, t24.days_since_last_event, t24.mean_days_between_orders, t24.threshold_0, t24.of_customer_city,
    t24.of_customer_first_seen_on,
    CASE WHEN COALESCE(t24.net_revenue_12m >= t24.threshold_0, FALSE) AND COALESCE(t24.days_since_last_order < 60, FALSE) THEN 2
     WHEN COALESCE(
      CASE WHEN COALESCE(t24.of_customer_city IN ('上海'), FALSE) THEN t24.net_revenue_12m >= CAST(3000.00 AS DECIMAL(18, 2))
       ELSE t24.net_revenue_12m >= CAST(2000.00 AS DECIMAL(18, 2)) END,
      FALSE
     ) AND COALESCE(t24.orders_12m >= 10, FALSE) AND (
      COALESCE(t24.satisfaction_12m >= 80.5, FALSE) OR (t24.satisfaction_12m IS NULL)
     ) THEN 1 ELSE 0 END AS qualified_rank,
    CASE WHEN COALESCE(t24.net_revenue_12m >= t24.threshold_0, FALSE) AND COALESCE(t24.days_since_last_order < 60, FALSE) THEN 2
     WHEN COALESCE(
      CASE WHEN COALESCE(t24.of_customer_city IN ('上海'), FALSE) THEN t24.net_revenue_12m >= CAST(2400.00 AS DECIMAL(18, 2))
       ELSE t24.net_revenue_12m >= CAST(1600.00 AS DECIMAL(18, 2)) END,
      FALSE
     ) OR COALESCE(t24.orders_12m >= 8, FALSE) THEN 1 ELSE 0 END AS kept_rank,
    CASE WHEN COALESCE(t24.complaints_12m > 3, FALSE) THEN 1 ELSE 2 END AS cap_rank,
    TRUE AS is_due,
    COALESCE(
     CAST(COALESCE(
      LEAST(t24.days_since_last_order, t24.days_since_last_event),
      DATE_DIFF('DAY', t24.of_customer_first_seen_on, MAKE_DATE(2025, 3, 31))
     ) AS DOUBLE) > COALESCE(t24.mean_days_between_orders * 4.0, 365.0),
     FALSE
    ) AS is_lost
   FROM (
    SELECT
     t23.*
     EXCLUDE (described_key)
    FROM (
     SELECT
      t9.customer_key, t9.as_of, t9.net_revenue_12m, t9.orders_12m, t9.satisfaction_12m, t9.days_since_last_order,
      t9.complaints_12m, t9.days_since_last_event, t9.mean_days_between_orders, t22.threshold_0, t6.described_key,
      t6.of_customer_city, t6.of_customer_first_seen_on
     FROM t4 AS t9
     CROSS JOIN (
      SELECT
       COALESCE(t20.reached, t20.smallest) AS threshold_0
      FROM (
       SELECT
        MAX(t17.value) FILTER(WHERE
         (
          (t17.known - t17.below) * 20
         ) >= (t17.everyone * 1)) AS reached,
        MIN(t17.value) AS smallest
       FROM (
        SELECT
         t15.value, t15.customers, t15.below, t13.everyone, t13.known
        FROM (
         SELECT
          t10.value, t10.customers,
          SUM(t10.customers) OVER (ORDER BY t10.value ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - t10.customers AS below
         FROM (
          SELECT
           t5.value,
           COUNT(*) AS customers
          FROM (
           SELECT
            t1.net_revenue_12m AS value
           FROM insight_customer_metric AS t1
           WHERE
            t1.as_of = MAKE_DATE(2025, 3, 31) AND t1.net_revenue_12m IS NOT NULL
          ) AS t5
          GROUP BY
           1
         ) AS t10
        ) AS t15
        CROSS JOIN (
         SELECT
          COUNT(*) AS everyone,
          COUNT(t8.net_revenue_12m) AS known
         FROM t4 AS t8
        ) AS t13
       ) AS t17
      ) AS t20
     ) AS t22
     LEFT OUTER JOIN (
      SELECT
       t2.customer_key AS described_key,
       t2.city AS of_customer_city,
       t2.first_seen_on AS of_customer_first_seen_on
      FROM clean_customer AS t2
     ) AS t6
      ON t9.customer_key = t6.described_key
    ) AS t23
   ) AS t24
  ) AS t26
  LEFT OUTER JOIN (
   SELECT
    t16.override_rank,
    t16.customer_key AS overridden_key
   FROM (
    SELECT
     t12.customer_key, t12.tier, t12.begins_on, t12.ends_on, t12.override_rank,
     ROW_NUMBER() OVER (
      PARTITION BY t12.customer_key
      ORDER BY t12.begins_on DESC, t12.override_rank DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
     ) - 1 AS number
    FROM (
     SELECT
      *
     FROM (
      SELECT
       t0.customer_key, t0.tier, t0.begins_on, t0.ends_on,
       CASE WHEN t0.tier = 'entry' THEN 0 WHEN t0.tier = 'high' THEN 1 WHEN t0.tier = 'vip' THEN 2 ELSE CAST(NULL AS BIGINT)
       END AS override_rank
      FROM overrides AS t0
     ) AS t7
     WHERE
      t7.begins_on <= MAKE_DATE(2025, 3, 31) AND (
       (t7.ends_on IS NULL) OR (t7.ends_on >= MAKE_DATE(2025, 3, 31))
      ) AND t7.override_rank IS NOT NULL
    ) AS t12
   ) AS t16
   WHERE
    t16.number = 0
  ) AS t19
   ON t26.customer_key = t19.overridden_key
 ) AS t27
) AS t28
