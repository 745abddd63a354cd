SELECT
 t34.as_of, t34.policy, t34.version, t34.tier, t34.rank,
 COALESCE(t34.opening, 0) AS opening,
 COALESCE(t34.new, 0) AS new,
 COALESCE(t34.returned, 0) AS returned,
 COALESCE(t34.upgraded_in, 0) AS upgraded_in,
 COALESCE(t34.downgraded_in, 0) AS downgraded_in,
 COALESCE(t34.upgraded_out, 0) AS upgraded_out,
 COALESCE(t34.downgraded_out, 0) AS downgraded_out,
 COALESCE(t34.lost, 0) AS lost,
 COALESCE(t34.closing, 0) AS closing
FROM (
 SELECT
  t33.as_of, t33.earlier_on, t33.policy, t33.version, t33.tier, t33.rank, t33.opening, t33.new, t33.returned, t33.upgraded_in,
  t33.downgraded_in, t33.upgraded_out, t33.downgraded_out, t33.lost, t33.closing
 FROM (
  SELECT
   t32.as_of, t32.earlier_on, t32.policy, t32.version, t32.tier, t32.rank, t32.opening, t32.new, t32.returned, t32.upgraded_in,
   t32.downgraded_in, t32.upgraded_out, t32.downgraded_out, t32.lost, t9.part_on, t9.part_tier, t9.closing
  FROM (
   SELECT
    t30.as_of, t30.earlier_on, t30.policy, t30.version, t30.tier, t30.rank, t30.opening, t30.new, t30.returned, t30.upgraded_in,
    t30.downgraded_in, t30.upgraded_out, t30.downgraded_out, t30.lost
   FROM (
    SELECT
     t29.as_of, t29.earlier_on, t29.policy, t29.version, t29.tier, t29.rank, t29.opening, t29.new, t29.returned, t29.upgraded_in,
     t29.downgraded_in, t24.part_on, t24.part_tier, t24.upgraded_out, t24.downgraded_out, t24.lost
    FROM (
     SELECT
      t27.as_of, t27.earlier_on, t27.policy, t27.version, t27.tier, t27.rank, t27.opening, t27.new, t27.returned, t27.upgraded_in,
      t27.downgraded_in
     FROM (
      SELECT
       t17.as_of, t17.earlier_on, t17.policy, t17.version, t17.tier, t17.rank, t17.opening, t26.part_on, t26.part_tier, t26.new,
       t26.returned, t26.upgraded_in, t26.downgraded_in
      FROM (
       SELECT
        t13.as_of, t13.earlier_on, t13.policy, t13.version, t13.tier, t13.rank, t13.opening
       FROM (
        SELECT
         t3.as_of, t3.earlier_on, t3.policy, t3.version, t3.tier, t3.rank, t10.part_on, t10.part_tier, t10.opening
        FROM ladders AS t3
        LEFT OUTER JOIN (
         SELECT
          t0.as_of AS part_on,
          t0.tier AS part_tier,
          t0.customers AS opening
         FROM insight_tier_count AS t0
        ) AS t10
         ON t3.earlier_on = t10.part_on AND t3.tier = t10.part_tier
       ) AS t13
      ) AS t17
      LEFT OUTER JOIN (
       SELECT
        t22.as_of AS part_on,
        t22.to_tier AS part_tier,
        SUM(
         IF(
          (t22.from_tier IS NULL) AND (t22.cause = 'new'),
          t22.customers,
          NULL
         )
        ) AS new,
        SUM(
         IF(
          (t22.from_tier IS NULL) AND (t22.cause = 'returned'),
          t22.customers,
          NULL
         )
        ) AS returned,
        SUM(IF(t22.step > 0, t22.customers, NULL)) AS upgraded_in,
        SUM(IF(t22.step < 0, t22.customers, NULL)) AS downgraded_in
       FROM (
        SELECT
         t20.as_of, t20.from_tier, t20.to_tier, t20.cause, t20.customers, t20.net_revenue_12m, t20.from_place, t20.to_place,
         t20.to_place - t20.from_place AS step
        FROM (
         SELECT
          t19.as_of, t19.from_tier, t19.to_tier, t19.cause, t19.customers, t19.net_revenue_12m, t19.from_place, t19.to_place
         FROM (
          SELECT
           t18.as_of, t18.from_tier, t18.to_tier, t18.cause, t18.customers, t18.net_revenue_12m, t18.from_place, t11.place_on,
           t11.place_tier, t11.to_place
          FROM (
           SELECT
            t14.as_of, t14.from_tier, t14.to_tier, t14.cause, t14.customers, t14.net_revenue_12m, t14.from_place
           FROM (
            SELECT
             t4.as_of, t4.from_tier, t4.to_tier, t4.cause, t4.customers, t4.net_revenue_12m, t12.place_on, t12.place_tier,
             t12.from_place
            FROM insight_tier_movement AS t4
            LEFT OUTER JOIN (
             SELECT
              t1.as_of AS place_on,
              t1.tier AS place_tier,
              t1.rank AS from_place
             FROM ladders AS t1
            ) AS t12
             ON t4.as_of = t12.place_on AND t4.from_tier = t12.place_tier
           ) AS t14
          ) AS t18
          LEFT OUTER JOIN (
           SELECT
            t1.as_of AS place_on,
            t1.tier AS place_tier,
            t1.rank AS to_place
           FROM ladders AS t1
          ) AS t11
           ON t18.as_of = t11.place_on AND t18.to_tier = t11.place_tier
         ) AS t19
        ) AS t20
        WHERE
         t20.to_tier IS NOT NULL
       ) AS t22
       GROUP BY
        1,
        2
      ) AS t26
       ON t17.as_of = t26.part_on AND t17.tier = t26.part_tier
     ) AS t27
    ) AS t29
    LEFT OUTER JOIN (
     SELECT
      t21.as_of AS part_on,
      t21.from_tier AS part_tier,
      SUM(IF(t21.step > 0, t21.customers, NULL)) AS upgraded_out,
      SUM(IF(t21.step < 0, t21.customers, NULL)) AS downgraded_out,
      SUM(IF(t21.to_tier IS NULL, t21.customers, NULL)) AS lost
     FROM (
      SELECT
       t20.as_of, t20.from_tier, t20.to_tier, t20.cause, t20.customers, t20.net_revenue_12m, t20.from_place, t20.to_place,
       t20.to_place - t20.from_place AS step
      FROM (
       SELECT
        t19.as_of, t19.from_tier, t19.to_tier, t19.cause, t19.customers, t19.net_revenue_12m, t19.from_place, t19.to_place
       FROM (
        SELECT
         t18.as_of, t18.from_tier, t18.to_tier, t18.cause, t18.customers, t18.net_revenue_12m, t18.from_place, t11.place_on,
         t11.place_tier, t11.to_place
        FROM (
         SELECT
          t14.as_of, t14.from_tier, t14.to_tier, t14.cause, t14.customers, t14.net_revenue_12m, t14.from_place
         FROM (
          SELECT
           t4.as_of, t4.from_tier, t4.to_tier, t4.cause, t4.customers, t4.net_revenue_12m, t12.place_on, t12.place_tier,
           t12.from_place
          FROM insight_tier_movement AS t4
          LEFT OUTER JOIN (
           SELECT
            t1.as_of AS place_on,
            t1.tier AS place_tier,
            t1.rank AS from_place
           FROM ladders AS t1
          ) AS t12
           ON t4.as_of = t12.place_on AND t4.from_tier = t12.place_tier
         ) AS t14
        ) AS t18
        LEFT OUTER JOIN (
         SELECT
          t1.as_of AS place_on,
          t1.tier AS place_tier,
          t1.rank AS to_place
         FROM ladders AS t1
        ) AS t11
         ON t18.as_of = t11.place_on AND t18.to_tier = t11.place_tier
       ) AS t19
      ) AS t20
      WHERE
       t20.from_tier IS NOT NULL
     ) AS t21
     GROUP BY
      1,
      2
    ) AS t24
     ON t29.as_of = t24.part_on AND t29.tier = t24.part_tier
   ) AS t30
  ) AS t32
  LEFT OUTER JOIN (
   SELECT
    t0.as_of AS part_on,
    t0.tier AS part_tier,
    t0.customers AS closing
   FROM insight_tier_count AS t0
  ) AS t9
   ON t32.as_of = t9.part_on AND t32.tier = t9.part_tier
 ) AS t33
) AS t34
