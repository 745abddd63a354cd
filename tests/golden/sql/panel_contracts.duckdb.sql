SELECT
 t8.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 COALESCE(t8.measure_0, CAST(0 AS BIGINT)) AS contracts_running,
 COALESCE(CAST(t8.measure_1 AS DECIMAL(18, 2)), CAST(0 AS DECIMAL(18, 2))) AS monthly_fee_running,
 CAST(t8.measure_2 AS DOUBLE) AS days_under_contract
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
    COUNT(CASE WHEN t4.standing = 'running' THEN t4.customer_key ELSE CAST(NULL AS BIGINT) END) AS measure_0,
    SUM(
     CASE WHEN t4.standing = 'running' THEN t4.monthly_fee ELSE CAST(NULL AS DECIMAL(18, 2)) END
    ) AS measure_1,
    MAX(t4.days_in_force) AS measure_2
   FROM (
    SELECT
     t1.contract_id, t1.customer_key, t1.started_on, t1.ended_on, t1.plan, t1.monthly_fee,
     t1.started_on AS day,
     CASE WHEN COALESCE(t1.ended_on <= MAKE_DATE(2025, 3, 31), FALSE) THEN 'ended' ELSE 'running' END AS standing,
     DATE_DIFF(
      'DAY',
      t1.started_on,
      CASE WHEN COALESCE(t1.ended_on <= MAKE_DATE(2025, 3, 31), FALSE) THEN t1.ended_on ELSE MAKE_DATE(2025, 3, 31) END
     ) AS days_in_force
    FROM clean_contract AS t1
    WHERE
     t1.customer_key IS NOT NULL AND t1.started_on <= MAKE_DATE(2025, 3, 31)
   ) AS t4
   GROUP BY
    1
  ) AS t5
 ) AS t7
  ON t3.customer_key = t7.part_key
) AS t8
