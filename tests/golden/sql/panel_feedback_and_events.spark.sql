SELECT
 t13.customer_key,
 MAKE_DATE(2025, 3, 31) AS as_of,
 CAST(t13.measure_0 AS DOUBLE) / NULLIF(CAST(t13.measure_1 AS DOUBLE), 0) AS satisfaction_12m,
 (
  (CAST(t13.measure_2 AS DOUBLE) - CAST(t13.measure_3 AS DOUBLE)) * 100
 ) / NULLIF(CAST(t13.measure_4 AS DOUBLE), 0) AS nps_12m,
 CAST(t13.measure_5 AS DOUBLE) / NULLIF(CAST(t13.measure_6 AS DOUBLE), 0) AS complaint_hours_to_resolution_12m,
 COALESCE(t13.measure_7, CAST(0 AS BIGINT)) AS event_visit_30d,
 COALESCE(CAST(t13.measure_8 AS DOUBLE), CAST(0 AS DOUBLE)) AS event_visit_value_12m
FROM (
 SELECT
  t6.customer_key, t10.measure_7, t10.measure_8, t12.measure_0, t12.measure_1, t12.measure_2, t12.measure_3, t12.measure_4,
  t12.measure_5, t12.measure_6
 FROM (
  SELECT
   t0.customer_key
  FROM clean_customer AS t0
  WHERE
   (t0.first_seen_on IS NULL) OR (t0.first_seen_on <= MAKE_DATE(2025, 3, 31))
 ) AS t6
 LEFT OUTER JOIN (
  SELECT
   t7.customer_key AS part_key,
   t7.measure_7, t7.measure_8
  FROM (
   SELECT
    t3.customer_key,
    COUNT(
     IF(
      (t3.kind = 'visit') AND (t3.day > MAKE_DATE(2025, 3, 1)),
      t3.customer_key,
      CAST(NULL AS BIGINT)
     )
    ) AS measure_7,
    SUM(
     IF(
      (t3.kind = 'visit') AND (t3.day > MAKE_DATE(2024, 3, 31)),
      TRY_CAST(t3.value AS DECIMAL(28, 6)),
      CAST(NULL AS DECIMAL(28, 6))
     )
    ) AS measure_8
   FROM (
    SELECT
     t1.event_id, t1.customer_key, t1.at, t1.on, t1.kind, t1.value,
     t1.on AS day
    FROM clean_event AS t1
    WHERE
     t1.customer_key IS NOT NULL AND t1.on <= MAKE_DATE(2025, 3, 31) AND t1.on > MAKE_DATE(2024, 3, 31)
   ) AS t3
   GROUP BY
    1
  ) AS t7
 ) AS t10
  ON t6.customer_key = t10.part_key
 LEFT OUTER JOIN (
  SELECT
   t9.customer_key AS part_key,
   t9.measure_0, t9.measure_1, t9.measure_2, t9.measure_3, t9.measure_4, t9.measure_5, t9.measure_6
  FROM (
   SELECT
    t5.customer_key,
    SUM(
     IF(
      (t5.kind = 'satisfaction') AND (t5.day > MAKE_DATE(2024, 3, 31)),
      TRY_CAST(t5.score AS DECIMAL(28, 6)),
      CAST(NULL AS DECIMAL(28, 6))
     )
    ) AS measure_0,
    COUNT(
     IF(
      (t5.kind = 'satisfaction') AND (t5.day > MAKE_DATE(2024, 3, 31)),
      t5.score,
      CAST(NULL AS DOUBLE)
     )
    ) AS measure_1,
    SUM(
     CAST(IF(
      (t5.kind = 'nps') AND (t5.day > MAKE_DATE(2024, 3, 31)),
      t5.score,
      CAST(NULL AS DOUBLE)
     ) >= 90 AS INT)
    ) AS measure_2,
    SUM(
     CAST(IF(
      (t5.kind = 'nps') AND (t5.day > MAKE_DATE(2024, 3, 31)),
      t5.score,
      CAST(NULL AS DOUBLE)
     ) <= 60 AS INT)
    ) AS measure_3,
    COUNT(
     IF(
      (t5.kind = 'nps') AND (t5.day > MAKE_DATE(2024, 3, 31)),
      t5.score,
      CAST(NULL AS DOUBLE)
     )
    ) AS measure_4,
    SUM(
     IF(
      (t5.kind = 'complaint') AND (t5.day > MAKE_DATE(2024, 3, 31)),
      TRY_CAST(t5.hours_to_resolution AS DECIMAL(28, 6)),
      CAST(NULL AS DECIMAL(28, 6))
     )
    ) AS measure_5,
    COUNT(
     IF(
      (t5.kind = 'complaint') AND (t5.day > MAKE_DATE(2024, 3, 31)),
      t5.hours_to_resolution,
      CAST(NULL AS DOUBLE)
     )
    ) AS measure_6
   FROM (
    SELECT
     t2.feedback_id, t2.customer_key, t2.at, t2.on, t2.kind, t2.score, t2.topic, t2.resolved_at, t2.resolved_on,
     IF(
      t2.resolved_on <= MAKE_DATE(2025, 3, 31),
      t2.hours_to_resolution,
      CAST(NULL AS DOUBLE)
     ) AS hours_to_resolution,
     t2.text,
     t2.on AS day
    FROM clean_feedback AS t2
    WHERE
     t2.customer_key IS NOT NULL AND t2.on <= MAKE_DATE(2025, 3, 31) AND t2.on > MAKE_DATE(2024, 3, 31)
   ) AS t5
   GROUP BY
    1
  ) AS t9
 ) AS t12
  ON t6.customer_key = t12.part_key
) AS t13
