-- One event an order. A customer is the same person under `customer_unique_id` only. What is paid and how was agreed at
-- purchase. Orders that were never fulfilled have lost their items (24): they count as one piece of one seller, so that
-- nobody can tell them apart by that.
WITH paid AS (
    SELECT order_id, round(sum(payment_value) * 100)::BIGINT AS amount_cents, max(payment_installments) AS instalments,
           arg_min(payment_type, payment_sequential) AS paid_by
    FROM marketplace_payments GROUP BY order_id
), packed AS (
    SELECT order_id, count(*) AS pieces, count(DISTINCT seller_id) AS sellers FROM marketplace_items GROUP BY order_id
)
SELECT order_id AS id, order_purchase_timestamp AS occurred_at, order_purchase_timestamp AS known_at,
       'delivery:' || customer_unique_id AS customer, order_estimated_delivery_date::DATE AS promised,
       customer_state AS region, amount_cents, instalments, paid_by,
       coalesce(pieces, 1) AS pieces, coalesce(sellers, 1) AS sellers
FROM marketplace_orders
    LEFT JOIN marketplace_customers USING (customer_id)
    LEFT JOIN paid USING (order_id)
    LEFT JOIN packed USING (order_id)
