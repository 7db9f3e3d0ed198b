-- One event an order. A customer is the same person under `customer_unique_id` only.
SELECT order_id AS id, order_purchase_timestamp AS occurred_at, order_purchase_timestamp AS known_at,
       'delivery:' || customer_unique_id AS customer, order_estimated_delivery_date::DATE AS promised,
       customer_state AS region
FROM marketplace_orders LEFT JOIN marketplace_customers USING (customer_id)
