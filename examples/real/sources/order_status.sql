-- The steps of a parcel, each known when it was made; five are dated before their order, and known with it. How long the
-- order took to come so far, and how much time the promise leaves, are facts of the step.
WITH steps AS (
    SELECT order_id, order_purchase_timestamp AS ordered_at, order_estimated_delivery_date AS promised_at,
           unnest([
               {'step': 1, 'status': 'approved', 'made_at': order_approved_at},
               {'step': 2, 'status': 'handed_over', 'made_at': order_delivered_carrier_date},
               {'step': 3, 'status': 'delivered', 'made_at': order_delivered_customer_date}
           ], recursive := true)
    FROM marketplace_orders
)
SELECT order_id || ' ' || step AS id, made_at AS occurred_at, greatest(made_at, ordered_at) AS known_at, order_id, status,
       date_diff('hour', ordered_at, made_at) / 24 AS days_taken,
       date_diff('hour', made_at, promised_at + INTERVAL 1 DAY) / 24 AS days_left
FROM steps
WHERE made_at IS NOT NULL
