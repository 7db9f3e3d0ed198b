-- The steps of a parcel, each known when it was made; five are dated before their order, and known with it.
WITH steps AS (
    SELECT order_id, order_purchase_timestamp, order_approved_at AS made_at, 1 AS step, 'approved' AS status
    FROM marketplace_orders
    UNION ALL
    SELECT order_id, order_purchase_timestamp, order_delivered_carrier_date, 2, 'handed_over' FROM marketplace_orders
    UNION ALL
    SELECT order_id, order_purchase_timestamp, order_delivered_customer_date, 3, 'delivered' FROM marketplace_orders
)
SELECT order_id || ' ' || step AS id, made_at AS occurred_at, greatest(made_at, order_purchase_timestamp) AS known_at,
       order_id, status
FROM steps
WHERE made_at IS NOT NULL
