-- What was bought: an invoice grows line by line, so its total is a sum of lines and never a column.
SELECT row_id AS id, InvoiceDate AS occurred_at, InvoiceDate AS known_at, InvoiceNo AS invoice,
       'retail:' || CustomerID::INT AS customer, StockCode AS item,
       Quantity AS quantity, round(UnitPrice * 100)::BIGINT AS price_cents,
       round(UnitPrice * 100)::BIGINT * Quantity AS amount_cents
FROM shop
WHERE NOT starts_with(InvoiceNo, 'C') AND NOT starts_with(InvoiceNo, 'A') AND CustomerID IS NOT NULL AND Quantity > 0
