WITH t13 AS (
 SELECT
  t12.customer_key, t12.tier, t12.tier_position, t12.net_revenue_12m, t12.expected_revenue_12m, t12.churn_probability,
  t12.satisfaction_12m, t12.position_value, t12.position_satisfaction, t12.weights_counted,
  CAST(CAST(FLOOR(
   (
    (
     (t12.position_value * 0.35) / t12.weights_counted
    ) * 1000000
   ) + 0.5
  ) AS BIGINT) / 1000000 AS DECIMAL(9, 6)) AS points_value,
  CAST(CAST(FLOOR(
   (
    (
     (t12.position_satisfaction * 0.1) / t12.weights_counted
    ) * 1000000
   ) + 0.5
  ) AS BIGINT) / 1000000 AS DECIMAL(9, 6)) AS points_satisfaction,
  CAST(NULL AS DECIMAL(9, 6)) AS points_potential,
  CAST(NULL AS DECIMAL(9, 6)) AS points_tier,
  CAST(NULL AS DECIMAL(9, 6)) AS points_churn_risk
 FROM (
  SELECT
   t11.customer_key, t11.tier, t11.tier_position, t11.net_revenue_12m, t11.expected_revenue_12m, t11.churn_probability,
   t11.satisfaction_12m, t11.position_value, t11.position_satisfaction,
   NULLIF(
    CASE WHEN t11.position_value IS NULL THEN 0.0 ELSE 0.35 END + CASE WHEN t11.position_satisfaction IS NULL THEN 0.0 ELSE 0.1 END,
    0.0
   ) AS weights_counted
  FROM (
   SELECT
    t10.customer_key, t10.tier, t10.tier_position, t10.net_revenue_12m, t10.expected_revenue_12m, t10.churn_probability,
    t10.satisfaction_12m, t10.position_value,
    (
     1.0 - CASE WHEN CASE WHEN (
        (t10.satisfaction_12m - 0.0) / 100.0
       ) IS NULL THEN (t10.satisfaction_12m - 0.0) / 100.0 ELSE LEAST(1.0, (t10.satisfaction_12m - 0.0) / 100.0) END IS NULL THEN CASE WHEN (
        (t10.satisfaction_12m - 0.0) / 100.0
       ) IS NULL THEN (t10.satisfaction_12m - 0.0) / 100.0 ELSE LEAST(1.0, (t10.satisfaction_12m - 0.0) / 100.0) END ELSE GREATEST(
       0.0,
       CASE WHEN (
         (t10.satisfaction_12m - 0.0) / 100.0
        ) IS NULL THEN (t10.satisfaction_12m - 0.0) / 100.0 ELSE LEAST(1.0, (t10.satisfaction_12m - 0.0) / 100.0) END
      ) END
    ) * 100.0 AS position_satisfaction
   FROM (
    SELECT
     t1.customer_key, t1.tier, t1.tier_position, t1.net_revenue_12m, t1.expected_revenue_12m, t1.churn_probability,
     t1.satisfaction_12m, t9.position_value
    FROM measured AS t1
    LEFT OUTER JOIN (
     SELECT
      t7.value AS position_value_value,
      (
       CAST(t7.below AS DOUBLE) / CAST(GREATEST(t4.known - 1, 1) AS DOUBLE)
      ) * 100.0 AS position_value
     FROM (
      SELECT
       t5.value, t5.customers,
       SUM(t5.customers) OVER (ORDER BY t5.value ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - t5.customers AS below
      FROM (
       SELECT
        t3.value,
        COUNT(*) AS customers
       FROM (
        SELECT
         t0.net_revenue_12m AS value
        FROM measured AS t0
        WHERE
         t0.net_revenue_12m IS NOT NULL
       ) AS t3
       GROUP BY
        1
      ) AS t5
     ) AS t7
     CROSS JOIN (
      SELECT
       COUNT(t0.net_revenue_12m) AS known
      FROM measured AS t0
     ) AS t4
    ) AS t9
     ON t1.net_revenue_12m = t9.position_value_value
   ) AS t10
  ) AS t11
 ) AS t12
), t19 AS (
 SELECT
  t18.pareto_value, t18.customers,
  CAST(CAST(t18.pareto_value AS DECIMAL(27, 6)) * CAST(t18.customers AS DECIMAL(11, 0)) AS DECIMAL(38, 6)) AS amount
 FROM (
  SELECT
   t16.pareto_value,
   COUNT(*) AS customers
  FROM (
   SELECT
    t14.customer_key, t14.tier, t14.tier_position, t14.net_revenue_12m, t14.expected_revenue_12m, t14.churn_probability,
    t14.satisfaction_12m, t14.points_value, t14.points_potential, t14.points_tier, t14.points_churn_risk, t14.points_satisfaction,
    CASE WHEN t14.weights_counted IS NULL THEN CAST(NULL AS DECIMAL(9, 6))
     ELSE COALESCE(t14.points_value, CAST('0' AS DECIMAL(9, 6))) + COALESCE(t14.points_potential, CAST('0' AS DECIMAL(9, 6))) + COALESCE(t14.points_tier, CAST('0' AS DECIMAL(9, 6))) + COALESCE(t14.points_churn_risk, CAST('0' AS DECIMAL(9, 6))) + COALESCE(t14.points_satisfaction, CAST('0' AS DECIMAL(9, 6)))
    END AS score,
    TRY_CAST(t14.net_revenue_12m AS DECIMAL(24, 6)) AS pareto_value
   FROM t13 AS t14
   WHERE
    TRY_CAST(t14.net_revenue_12m AS DECIMAL(24, 6)) > 0
  ) AS t16
  GROUP BY
   1
 ) AS t18
)
SELECT
 t28.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 t28.position, t28.score, t28.points_value, t28.points_potential, t28.points_tier, t28.points_churn_risk, t28.points_satisfaction,
 CAST(t28.net_revenue_12m AS DOUBLE) AS value,
 CAST(NULL AS DOUBLE) AS potential,
 t28.tier,
 CAST(NULL AS DOUBLE) AS churn_risk,
 t28.satisfaction_12m AS satisfaction,
 t28.pareto_value, t28.mark,
 CAST(NULL AS BOOLEAN) AS is_within_capacity
FROM (
 SELECT
  t27.customer_key, t27.tier, t27.tier_position, t27.net_revenue_12m, t27.expected_revenue_12m, t27.churn_probability,
  t27.satisfaction_12m, t27.points_value, t27.points_potential, t27.points_tier, t27.points_churn_risk, t27.points_satisfaction,
  t27.score, t27.pareto_value, t27.mark,
  (
   ROW_NUMBER() OVER (
    ORDER BY t27.score DESC, t27.customer_key ASC
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
   ) - 1
  ) + 1 AS position
 FROM (
  SELECT
   t17.customer_key, t17.tier, t17.tier_position, t17.net_revenue_12m, t17.expected_revenue_12m, t17.churn_probability,
   t17.satisfaction_12m, t17.points_value, t17.points_potential, t17.points_tier, t17.points_churn_risk, t17.points_satisfaction,
   t17.score, t17.pareto_value,
   COALESCE(t26.found_mark, 'C') AS mark
  FROM (
   SELECT
    t14.customer_key, t14.tier, t14.tier_position, t14.net_revenue_12m, t14.expected_revenue_12m, t14.churn_probability,
    t14.satisfaction_12m, t14.points_value, t14.points_potential, t14.points_tier, t14.points_churn_risk, t14.points_satisfaction,
    CASE WHEN t14.weights_counted IS NULL THEN CAST(NULL AS DECIMAL(9, 6))
     ELSE COALESCE(t14.points_value, CAST('0' AS DECIMAL(9, 6))) + COALESCE(t14.points_potential, CAST('0' AS DECIMAL(9, 6))) + COALESCE(t14.points_tier, CAST('0' AS DECIMAL(9, 6))) + COALESCE(t14.points_churn_risk, CAST('0' AS DECIMAL(9, 6))) + COALESCE(t14.points_satisfaction, CAST('0' AS DECIMAL(9, 6)))
    END AS score,
    TRY_CAST(t14.net_revenue_12m AS DECIMAL(24, 6)) AS pareto_value
   FROM t13 AS t14
  ) AS t17
  LEFT OUTER JOIN (
   SELECT
    t24.pareto_value AS marked_value,
    CASE WHEN CAST(t24.larger AS DOUBLE) < (CAST(t22.total AS DOUBLE) * 0.8) THEN 'A' WHEN CAST(t24.larger AS DOUBLE) < (CAST(t22.total AS DOUBLE) * 0.95) THEN 'B' ELSE 'C' END AS found_mark
   FROM (
    SELECT
     t20.pareto_value, t20.customers, t20.amount,
     SUM(t20.amount) OVER (
      ORDER BY t20.pareto_value DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
     ) - t20.amount AS larger
    FROM t19 AS t20
   ) AS t24
   CROSS JOIN (
    SELECT
     SUM(t20.amount) AS total
    FROM t19 AS t20
   ) AS t22
  ) AS t26
   ON t17.pareto_value = t26.marked_value
 ) AS t27
) AS t28
