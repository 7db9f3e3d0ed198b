-- One event an invoice, made when its first line was written (43 invoices have two times). Neither returns (C) nor bad
-- debt (A) are invoices, and without a customer nobody could come back.
SELECT InvoiceNo AS id, InvoiceDate AS occurred_at, InvoiceDate AS known_at,
       'retail:' || CustomerID::INT AS customer, Country AS country
FROM shop
WHERE NOT starts_with(InvoiceNo, 'C') AND NOT starts_with(InvoiceNo, 'A') AND CustomerID IS NOT NULL AND Quantity > 0
QUALIFY row_number() OVER (PARTITION BY InvoiceNo ORDER BY InvoiceDate, row_id) = 1
