-- The first answered review of an order; fourteen orders have a second one. Three reviews are older than their order: they
-- are known with it.
SELECT review_id || ' ' || order_id AS id, review_answer_timestamp AS occurred_at,
       greatest(review_answer_timestamp, order_purchase_timestamp) AS known_at,
       order_id, review_score AS score, review_comment_message AS comment
FROM marketplace_reviews JOIN marketplace_orders USING (order_id)
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY review_answer_timestamp, review_id) = 1
