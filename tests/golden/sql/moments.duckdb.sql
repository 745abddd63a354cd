SELECT
 TIMEZONE('Asia/Shanghai', t0.local_at) AS utc_at,
 TIMEZONE('Asia/Shanghai', t0.moment_at) AS here_at,
 CAST(TIMEZONE('Asia/Shanghai', t0.moment_at) AS DATE) AS here_on
FROM moments AS t0
