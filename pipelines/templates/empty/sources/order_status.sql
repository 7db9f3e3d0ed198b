-- The end of an order. The condition keeps orders out that have not ended: before that, ended_at is null.
SELECT order_id || '/end' AS id,
       ended_at AS occurred_at,
       ended_at AS known_at,
       order_id, shop_id,
       ending AS status
FROM raw_orders
WHERE ended_at IS NOT NULL
