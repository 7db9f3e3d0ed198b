-- One row an order, as known when it was placed. Columns get the names of the contract:
-- id, occurred_at (it happened), known_at (we could know it), the keys, and what demand.yaml declares.
SELECT order_id AS id,
       ordered_at AS occurred_at,
       ordered_at AS known_at,
       order_id, customer_id, shop_id,
       due_on, item,
       round(price * 100)::BIGINT AS price_cents,
       customer_id IS NOT NULL AS has_phone    -- here every customer of record has left a number
FROM raw_orders
