SELECT
 t17.source, t17.file, t17.row_number, t17.part, t17.order_source, t17.order_id, t17.order_number, t17.conflict, t17.customer_key,
 t17.ordered_at, t17.ordered_on, t17.product_id, t17.category, t17.channel, t17.currency, t17.reason, t17.field, t17.came,
 t17.line_number,
 IF(NOT (t17.is_return), t17.pieces, -(t17.pieces)) AS quantity,
 IF(NOT (t17.is_return), t17.amount, -(t17.amount)) AS net_revenue,
 IF(NOT (t17.is_return), 'sale', 'return') AS kind,
 IF(
  NOT (t17.is_return) AND (t17.line_number = 1) AND (t17.reason IS NULL),
  CAST(t17.paid_for_order AS DECIMAL(18, 2)),
  CAST(NULL AS DECIMAL(18, 2))
 ) AS order_revenue,
 NOT (t17.is_return) AND (t17.line_number = 1) AND (t17.reason IS NULL) AS is_order
FROM (
 SELECT
  t16.source, t16.file, t16.row_number, t16.order_source, t16.order_id, t16.order_number, t16.conflict, t16.customer_key,
  t16.product_id, t16.category, t16.channel, t16.currency, t16.part, t16.is_return, t16.at, t16.on, t16.pieces, t16.line,
  t16.product, t16.total, t16.refund, t16.stated_line, t16.stated_product, t16.stated_refund, t16.stated_total, t16.own,
  t16.is_told, t16.stated_own, t16.ordered_at, t16.ordered_on, t16.position, t16.lines_told, t16.prices_told, t16.lowest_total,
  t16.highest_total, t16.order_total, t16.price_sum, t16.price_sum_so_far, t16.lines_in_all, t16.lines_so_far, t16.told_so_far,
  t16.told_for_order, t16.is_shared, t16.by_price, t16.amount, t16.line_number, t16.paid_for_order, t16.reason, t16.field,
  t16.came
 FROM (
  SELECT
   t15.source, t15.file, t15.row_number, t15.order_source, t15.order_id, t15.order_number, t15.conflict, t15.customer_key,
   t15.product_id, t15.category, t15.channel, t15.currency, t15.part, t15.is_return, t15.at, t15.on, t15.pieces, t15.line,
   t15.product, t15.total, t15.refund, t15.stated_line, t15.stated_product, t15.stated_refund, t15.stated_total, t15.own,
   t15.is_told, t15.stated_own, t15.ordered_at, t15.ordered_on, t15.position, t15.lines_told, t15.prices_told, t15.lowest_total,
   t15.highest_total, t15.order_total, t15.price_sum, t15.price_sum_so_far, t15.lines_in_all, t15.lines_so_far, t15.told_so_far,
   t15.told_for_order, t15.is_shared, t15.by_price, t15.amount, t15.line_number, t15.paid_for_order,
   CASE WHEN t15.problem = 0 THEN 'order_totals_differ' WHEN t15.problem = 1 THEN 'missing_amount' ELSE t15.reason END AS reason,
   CASE WHEN t15.problem = 0 THEN 'order_amount' WHEN t15.problem = 1 THEN CAST(NULL AS STRING) ELSE t15.field END AS field,
   CASE WHEN t15.problem = 0 THEN CAST(NULL AS STRING) WHEN t15.problem = 1 THEN CAST(NULL AS STRING) ELSE t15.came END AS came,
   t15.problem
  FROM (
   SELECT
    t13.source, t13.file, t13.row_number, t13.order_source, t13.order_id, t13.order_number, t13.conflict, t13.customer_key,
    t13.product_id, t13.category, t13.channel, t13.currency, t13.part, t13.is_return, t13.at, t13.on, t13.pieces, t13.line,
    t13.product, t13.total, t13.refund, t13.stated_line, t13.stated_product, t13.stated_refund, t13.stated_total, t13.own,
    t13.is_told, t13.stated_own, t13.ordered_at, t13.ordered_on, t13.position, t13.lines_told, t13.prices_told, t13.lowest_total,
    t13.highest_total, t13.order_total, t13.price_sum, t13.price_sum_so_far, t13.lines_in_all, t13.lines_so_far, t13.told_so_far,
    t13.told_for_order, t13.is_shared, t13.by_price, t13.amount, t13.line_number, t13.paid_for_order,
    CAST(NULL AS STRING) AS reason,
    CAST(NULL AS STRING) AS field,
    CAST(NULL AS STRING) AS came,
    CASE WHEN t13.is_shared AND (t13.lowest_total <> t13.highest_total) AND (CAST(NULL AS STRING) IS NULL) THEN 0 WHEN NOT (t13.is_shared) AND NOT (t13.is_told) AND (CAST(NULL AS STRING) IS NULL) THEN 1 ELSE NULL END AS problem
   FROM (
    SELECT
     t11.source, t11.file, t11.row_number, t11.order_source, t11.order_id, t11.order_number, t11.conflict, t11.customer_key,
     t11.product_id, t11.category, t11.channel, t11.currency, t11.part, t11.is_return, t11.at, t11.on, t11.pieces, t11.line,
     t11.product, t11.total, t11.refund, t11.stated_line, t11.stated_product, t11.stated_refund, t11.stated_total, t11.own,
     t11.is_told, t11.stated_own, t11.ordered_at, t11.ordered_on, t11.position, t11.lines_told, t11.prices_told, t11.lowest_total,
     t11.highest_total, t11.order_total, t11.price_sum, t11.price_sum_so_far, t11.lines_in_all, t11.lines_so_far, t11.told_so_far,
     t11.told_for_order, t11.is_shared, t11.by_price,
     IF(
      t11.is_shared AND NOT (t11.part = 1),
      CAST(CAST(CASE
       WHEN IF(t11.by_price, t11.price_sum, t11.lines_in_all) = IF(t11.by_price, t11.price_sum_so_far, t11.lines_so_far)
       THEN CAST(CAST(t11.order_total AS DECIMAL(28, 2)) * 100 AS BIGINT)
       WHEN IF(t11.by_price, t11.price_sum, t11.lines_in_all) > 0 THEN LEAST(
        CAST(CEIL(
         (
          CAST(CAST(CAST(t11.order_total AS DECIMAL(28, 2)) * 100 AS BIGINT) AS DOUBLE) * CAST(IF(t11.by_price, t11.price_sum_so_far, t11.lines_so_far) AS DOUBLE)
         ) / CAST(IF(t11.by_price, t11.price_sum, t11.lines_in_all) AS DOUBLE)
        ) AS BIGINT),
        CAST(CAST(t11.order_total AS DECIMAL(28, 2)) * 100 AS BIGINT)
       ) ELSE CAST(NULL AS BIGINT) END - CASE WHEN IF(t11.by_price, t11.price_sum, t11.lines_in_all) = (
        IF(t11.by_price, t11.price_sum_so_far, t11.lines_so_far) - IF(t11.by_price, CAST(CAST(t11.product AS DECIMAL(28, 2)) * 100 AS BIGINT), 1)
       ) THEN CAST(CAST(t11.order_total AS DECIMAL(28, 2)) * 100 AS BIGINT)
       WHEN IF(t11.by_price, t11.price_sum, t11.lines_in_all) > 0 THEN LEAST(
        CAST(CEIL(
         (
          CAST(CAST(CAST(t11.order_total AS DECIMAL(28, 2)) * 100 AS BIGINT) AS DOUBLE) * CAST(IF(t11.by_price, t11.price_sum_so_far, t11.lines_so_far) - IF(t11.by_price, CAST(CAST(t11.product AS DECIMAL(28, 2)) * 100 AS BIGINT), 1) AS DOUBLE)
         ) / CAST(IF(t11.by_price, t11.price_sum, t11.lines_in_all) AS DOUBLE)
        ) AS BIGINT),
        CAST(CAST(t11.order_total AS DECIMAL(28, 2)) * 100 AS BIGINT)
       ) ELSE CAST(NULL AS BIGINT) END AS DECIMAL(19, 2)) * CAST('0.01' AS DECIMAL(5, 2)) AS DECIMAL(18, 2)),
      t11.own
     ) AS amount,
     IF(
      NOT (t11.is_shared) AND NOT (t11.is_return),
      t11.told_so_far, t11.position
     ) AS line_number,
     IF(t11.is_shared, t11.order_total, t11.told_for_order) AS paid_for_order
    FROM (
     SELECT
      t9.source, t9.file, t9.row_number, t9.order_source, t9.order_id, t9.order_number, t9.conflict, t9.customer_key,
      t9.product_id, t9.category, t9.channel, t9.currency, t9.part, t9.is_return, t9.at, t9.on, t9.pieces, t9.line, t9.product,
      t9.total, t9.refund, t9.stated_line, t9.stated_product, t9.stated_refund, t9.stated_total, t9.own, t9.is_told,
      t9.stated_own, t9.ordered_at, t9.ordered_on, t9.position, t9.lines_told, t9.prices_told, t9.lowest_total, t9.highest_total,
      t9.order_total, t9.price_sum, t9.price_sum_so_far, t9.lines_in_all, t9.lines_so_far, t9.told_so_far, t9.told_for_order,
      (t9.lines_told < t9.lines_in_all) AND (t9.order_total IS NOT NULL) AS is_shared,
      (t9.prices_told = t9.lines_in_all) AND (t9.price_sum > 0) AS by_price
     FROM (
      SELECT
       t7.source, t7.file, t7.row_number, t7.order_source, t7.order_id, t7.order_number, t7.conflict,
       COALESCE(
        NULLIF(
         FIRST(COALESCE(t7.customer_key, 0)) IGNORE NULLS OVER (
          PARTITION BY t7.order_source, t7.order_id
          ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
         ),
         0
        ),
        t7.customer_key
       ) AS customer_key,
       t7.product_id, t7.category, t7.channel, t7.currency, t7.part, t7.is_return, t7.at, t7.on, t7.pieces, t7.line, t7.product,
       t7.total, t7.refund, t7.stated_line, t7.stated_product, t7.stated_refund, t7.stated_total, t7.own, t7.is_told,
       t7.stated_own,
       IF(
        NOT (t7.is_return),
        MIN(IF(NOT (t7.is_return), t7.at, CAST(NULL AS TIMESTAMP))) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        t7.at
       ) AS ordered_at,
       IF(
        NOT (t7.is_return),
        MIN(IF(NOT (t7.is_return), t7.on, CAST(NULL AS DATE))) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        t7.on
       ) AS ordered_on,
       COUNT(t7.row_number) OVER (
        PARTITION BY t7.order_source, t7.order_id
        ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
       ) AS position,
       IF(
        t7.is_return AND (t7.part = 0),
        COUNT(
         IF(
          t7.is_return AND (t7.part = 0),
          t7.line,
          CAST(NULL AS DECIMAL(18, 2))
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        COUNT(IF(NOT (t7.is_return), t7.line, CAST(NULL AS DECIMAL(18, 2)))) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
       ) AS lines_told,
       IF(
        t7.is_return AND (t7.part = 0),
        COUNT(
         IF(
          t7.is_return AND (t7.part = 0),
          t7.product,
          CAST(NULL AS DECIMAL(18, 2))
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        COUNT(IF(NOT (t7.is_return), t7.product, CAST(NULL AS DECIMAL(18, 2)))) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
       ) AS prices_told,
       IF(
        t7.is_return AND (t7.part = 0),
        MIN(
         IF(
          t7.is_return AND (t7.part = 0),
          t7.stated_total,
          CAST(NULL AS DECIMAL(23, 8))
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        MIN(
         IF(NOT (t7.is_return), t7.stated_total, CAST(NULL AS DECIMAL(23, 8)))
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
       ) AS lowest_total,
       IF(
        t7.is_return AND (t7.part = 0),
        MAX(
         IF(
          t7.is_return AND (t7.part = 0),
          t7.stated_total,
          CAST(NULL AS DECIMAL(23, 8))
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        MAX(
         IF(NOT (t7.is_return), t7.stated_total, CAST(NULL AS DECIMAL(23, 8)))
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
       ) AS highest_total,
       IF(
        t7.is_return AND (t7.part = 0),
        MAX(
         IF(
          t7.is_return AND (t7.part = 0),
          t7.total,
          CAST(NULL AS DECIMAL(18, 2))
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        MAX(IF(NOT (t7.is_return), t7.total, CAST(NULL AS DECIMAL(18, 2)))) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
       ) AS order_total,
       IF(
        t7.is_return AND (t7.part = 0),
        SUM(
         IF(
          t7.is_return AND (t7.part = 0),
          CAST(CAST(t7.product AS DECIMAL(28, 2)) * 100 AS BIGINT),
          CAST(NULL AS BIGINT)
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        SUM(
         IF(
          NOT (t7.is_return),
          CAST(CAST(t7.product AS DECIMAL(28, 2)) * 100 AS BIGINT),
          CAST(NULL AS BIGINT)
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
       ) AS price_sum,
       IF(
        t7.is_return AND (t7.part = 0),
        SUM(
         IF(
          t7.is_return AND (t7.part = 0),
          CAST(CAST(t7.product AS DECIMAL(28, 2)) * 100 AS BIGINT),
          CAST(NULL AS BIGINT)
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ),
        SUM(
         IF(
          NOT (t7.is_return),
          CAST(CAST(t7.product AS DECIMAL(28, 2)) * 100 AS BIGINT),
          CAST(NULL AS BIGINT)
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
       ) AS price_sum_so_far,
       IF(
        t7.is_return AND (t7.part = 0),
        COUNT(
         IF(t7.is_return AND (t7.part = 0), t7.row_number, CAST(NULL AS BIGINT))
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ),
        COUNT(IF(NOT (t7.is_return), t7.row_number, CAST(NULL AS BIGINT))) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
       ) AS lines_in_all,
       IF(
        t7.is_return AND (t7.part = 0),
        COUNT(
         IF(t7.is_return AND (t7.part = 0), t7.row_number, CAST(NULL AS BIGINT))
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ),
        COUNT(IF(NOT (t7.is_return), t7.row_number, CAST(NULL AS BIGINT))) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
       ) AS lines_so_far,
       IF(
        t7.is_return AND (t7.part = 0),
        COUNT(
         IF(
          t7.is_return AND (t7.part = 0),
          IF(t7.is_told, t7.row_number, CAST(NULL AS BIGINT)),
          CAST(NULL AS BIGINT)
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ),
        COUNT(
         IF(
          NOT (t7.is_return),
          IF(t7.is_told, t7.row_number, CAST(NULL AS BIGINT)),
          CAST(NULL AS BIGINT)
         )
        ) OVER (
         PARTITION BY t7.order_source, t7.order_id
         ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
       ) AS told_so_far,
       SUM(IF(NOT (t7.is_return), t7.own, CAST(NULL AS DECIMAL(18, 2)))) OVER (
        PARTITION BY t7.order_source, t7.order_id
        ORDER BY t7.is_return ASC NULLS LAST, t7.part ASC NULLS LAST, t7.customer_key IS NULL ASC NULLS LAST, t7.file ASC NULLS LAST, t7.row_number ASC NULLS LAST, t7.source ASC NULLS LAST
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
       ) AS told_for_order
      FROM (
       SELECT
        t5.source, t5.file, t5.row_number, t5.order_source, t5.order_id, t5.order_number, t5.conflict, t5.customer_key,
        t5.product_id, t5.category, t5.channel, t5.currency, t5.part, t5.is_return, t5.at, t5.on, t5.pieces, t5.line, t5.product,
        t5.total, t5.refund, t5.stated_line, t5.stated_product, t5.stated_refund, t5.stated_total,
        IF(
         t5.part = 1,
         t5.refund,
         COALESCE(COALESCE(t5.line, t5.product), t5.refund)
        ) AS own,
        (COALESCE(t5.line, t5.product) IS NOT NULL) OR (
         NOT (t5.part = 1) AND (t5.refund IS NOT NULL)
        ) AS is_told,
        COALESCE(t5.stated_line, t5.stated_product) AS stated_own
       FROM (
        SELECT
         t3.source, t3.file, t3.row_number, t3.order_source, t3.order_id, t3.order_number, t3.conflict, t3.customer_key,
         t3.product_id, t3.category, t3.channel, t3.currency, t3.part, t3.is_return, t3.at, t3.on, t3.pieces, t3.line, t3.product,
         t3.total, t3.refund, t3.stated_line, t3.stated_product, t3.stated_refund, t3.stated_total
        FROM (
         SELECT
          t2.source, t2.file, t2.row_number, t2.order_source, t2.order_id, t2.order_number, t2.conflict, t2.customer_key,
          t2.product_id, t2.category, t2.channel, t2.currency, t2.part, t2.is_return, t2.at, t2.on, t2.pieces,
          CAST(t2.line * t2.rate AS DECIMAL(18, 2)) AS line,
          CAST(t2.product * t2.rate AS DECIMAL(18, 2)) AS product,
          CAST(t2.total * t2.rate AS DECIMAL(18, 2)) AS total,
          CAST(t2.refund * t2.rate AS DECIMAL(18, 2)) AS refund,
          t2.rate,
          CAST(t2.line * CAST('1' AS DECIMAL(14, 8)) AS DECIMAL(18, 2)) AS stated_line,
          CAST(t2.product * CAST('1' AS DECIMAL(14, 8)) AS DECIMAL(18, 2)) AS stated_product,
          CAST(t2.refund * CAST('1' AS DECIMAL(14, 8)) AS DECIMAL(18, 2)) AS stated_refund,
          t2.total AS stated_total
         FROM (
          SELECT
           t0.source, t0.file, t0.row_number, t0.order_source, t0.order_id, t0.order_number, t0.conflict, t0.customer_key,
           t0.product_id, t0.category, t0.channel, t0.currency, t0.part, t0.is_return, t0.at, t0.on, t0.pieces, t0.line,
           t0.product, t0.total, t0.refund,
           IF(t0.currency = 'CNY', CAST('1' AS DECIMAL(14, 8)), CAST(NULL AS DECIMAL(14, 8))) AS rate
          FROM documents AS t0
         ) AS t2
        ) AS t3
       ) AS t5
      ) AS t7
     ) AS t9
    ) AS t11
   ) AS t13
  ) AS t15
 ) AS t16
) AS t17
