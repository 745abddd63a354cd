SELECT
 *
FROM (
 SELECT
  t4.source, t4.order_id, t4.line_number, t4.customer_key, t4.ordered_at, t4.ordered_on, t4.product_id, t4.category, t4.channel,
  t4.quantity, t4.net_revenue, t4.currency, t4.kind,
  CASE WHEN t4.ordered_on > t4.previous_on THEN DATE_DIFF('DAY', t4.previous_on, t4.ordered_on) ELSE CAST(NULL AS BIGINT)
  END AS days_since_previous_order,
  t4.order_revenue
 FROM (
  SELECT
   t1.source, t1.file, t1.row_number, t1.part, t1.order_source, t1.order_id, t1.order_number, t1.conflict, t1.customer_key,
   t1.ordered_at, t1.ordered_on, t1.product_id, t1.category, t1.channel, t1.currency, t1.reason, t1.field, t1.came,
   t1.line_number, t1.quantity, t1.net_revenue, t1.kind, t1.order_revenue, t1.is_order,
   LAG(t1.ordered_on) OVER (
    PARTITION BY t1.customer_key
    ORDER BY t1.ordered_on ASC, t1.ordered_at ASC, t1.source ASC, t1.order_id ASC
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
   ) AS previous_on
  FROM (
   SELECT
    t0.order_source AS source,
    t0.file, t0.row_number, t0.part, t0.order_source, t0.order_id, t0.order_number, t0.conflict, t0.customer_key, t0.ordered_at,
    t0.ordered_on, t0.product_id, t0.category, t0.channel, t0.currency, t0.reason, t0.field, t0.came, t0.line_number, t0.quantity,
    t0.net_revenue, t0.kind, t0.order_revenue, t0.is_order
   FROM priced AS t0
   WHERE
    t0.reason IS NULL AND t0.is_order AND t0.customer_key IS NOT NULL
  ) AS t1
 ) AS t4
) AS t5
UNION ALL
SELECT
 *
FROM (
 SELECT
  t0.order_source AS source,
  t0.order_id, t0.line_number, t0.customer_key, t0.ordered_at, t0.ordered_on, t0.product_id, t0.category, t0.channel, t0.quantity,
  t0.net_revenue, t0.currency, t0.kind,
  CAST(NULL AS BIGINT) AS days_since_previous_order,
  t0.order_revenue
 FROM priced AS t0
 WHERE
  t0.reason IS NULL AND NOT (
   t0.is_order AND (t0.customer_key IS NOT NULL)
  )
) AS t2
