WITH t3 AS (
 SELECT
  *
 FROM (
  SELECT
   t0.node,
   'phone' AS kind,
   t0.phone AS value
  FROM named AS t0
  WHERE
   t0.phone IS NOT NULL
 ) AS t1
 UNION
 SELECT
  *
 FROM (
  SELECT
   t0.node,
   'email' AS kind,
   t0.email AS value
  FROM named AS t0
  WHERE
   t0.email IS NOT NULL
 ) AS t2
)
SELECT
 t5.kind, t5.value, t5.node, t15.first
FROM t3 AS t5
SEMI JOIN (
 SELECT
  *
 FROM (
  SELECT
   t4.kind, t4.value,
   COUNT(*) AS ids
  FROM t3 AS t4
  GROUP BY
   1,
   2
 ) AS t6
 WHERE
  t6.ids BETWEEN 2 AND 50
) AS t10
 ON t5.kind = t10.kind AND t5.value = t10.value
ANTI JOIN (
 SELECT
  *
 FROM (
  SELECT
   t4.kind, t4.node,
   COUNT(*) AS values
  FROM t3 AS t4
  GROUP BY
   1,
   2
 ) AS t7
 WHERE
  t7.values > 50
) AS t11
 ON t5.kind = t11.kind AND t5.node = t11.node
INNER JOIN (
 SELECT
  *
 FROM (
  SELECT
   t12.kind, t12.value,
   MIN(t12.node) AS first,
   COUNT(*) AS ids
  FROM (
   SELECT
    t5.node, t5.kind, t5.value
   FROM t3 AS t5
   SEMI JOIN (
    SELECT
     *
    FROM (
     SELECT
      t4.kind, t4.value,
      COUNT(*) AS ids
     FROM t3 AS t4
     GROUP BY
      1,
      2
    ) AS t6
    WHERE
     t6.ids BETWEEN 2 AND 50
   ) AS t10
    ON t5.kind = t10.kind AND t5.value = t10.value
   ANTI JOIN (
    SELECT
     *
    FROM (
     SELECT
      t4.kind, t4.node,
      COUNT(*) AS values
     FROM t3 AS t4
     GROUP BY
      1,
      2
    ) AS t7
    WHERE
     t7.values > 50
   ) AS t11
    ON t5.kind = t11.kind AND t5.node = t11.node
  ) AS t12
  GROUP BY
   1,
   2
 ) AS t13
 WHERE
  t13.ids > 1
) AS t15
 ON t5.kind = t15.kind AND t5.value = t15.value
