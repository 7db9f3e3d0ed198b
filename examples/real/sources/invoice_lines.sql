-- What was bought: an invoice grows line by line, so its total is a sum of lines and never a column. With each line, how
-- often its item had been sold, and had come back, before the line was written.
WITH lines AS (
    SELECT *, starts_with(InvoiceNo, 'C') AS returned
    FROM shop
    WHERE NOT starts_with(InvoiceNo, 'A') AND CustomerID IS NOT NULL AND (Quantity > 0 OR starts_with(InvoiceNo, 'C'))
), history AS (
    SELECT *,
           count(*) FILTER (NOT returned) OVER before AS item_sold, count(*) FILTER (returned) OVER before AS item_returned
    FROM lines
    WINDOW before AS (PARTITION BY StockCode ORDER BY InvoiceDate
                      RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING)
)
SELECT row_id AS id, InvoiceDate AS occurred_at, InvoiceDate AS known_at, InvoiceNo AS invoice,
       'retail:' || CustomerID::INT AS customer, StockCode AS item,
       Quantity AS quantity, round(UnitPrice * 100)::BIGINT AS price_cents,
       round(UnitPrice * 100)::BIGINT * Quantity AS amount_cents,
       -- an item without a history is taken for a usual one: one line in fifty comes back
       (item_returned + 1) / (item_sold + 50) AS item_return_rate
FROM history
WHERE NOT returned
