SELECT
 IF(
  FROM_UTC_TIMESTAMP(
   CAST(TO_UTC_TIMESTAMP(CAST(t0.local_at AS TIMESTAMP), 'Asia/Shanghai') + INTERVAL '1' HOUR AS TIMESTAMP),
   'Asia/Shanghai'
  ) = t0.local_at,
  TO_UTC_TIMESTAMP(CAST(t0.local_at AS TIMESTAMP), 'Asia/Shanghai') + INTERVAL '1' HOUR,
  TO_UTC_TIMESTAMP(CAST(t0.local_at AS TIMESTAMP), 'Asia/Shanghai')
 ) AS utc_at,
 FROM_UTC_TIMESTAMP(CAST(t0.moment_at AS TIMESTAMP), 'Asia/Shanghai') AS here_at,
 CAST(FROM_UTC_TIMESTAMP(CAST(t0.moment_at AS TIMESTAMP), 'Asia/Shanghai') AS DATE) AS here_on
FROM moments AS t0
