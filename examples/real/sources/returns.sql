-- A return does not say what it belongs to: the customer's last earlier invoice with that item. Postage, discounts and
-- fees are booked with a C too, but under words instead of numbers of items.
WITH bought AS (
    SELECT CustomerID, StockCode, InvoiceDate, max(InvoiceNo) AS invoice
    FROM shop
    WHERE NOT starts_with(InvoiceNo, 'C') AND NOT starts_with(InvoiceNo, 'A') AND Quantity > 0
    GROUP BY ALL
), returned AS (
    SELECT * FROM shop WHERE starts_with(InvoiceNo, 'C') AND regexp_matches(StockCode, '^[0-9]{5}')
)
SELECT r.row_id AS id, r.InvoiceDate AS occurred_at, r.InvoiceDate AS known_at, b.invoice,
       'retail:' || r.CustomerID::INT AS customer, r.StockCode AS item, -r.Quantity AS quantity,
       round(r.UnitPrice * 100)::BIGINT * -r.Quantity AS amount_cents,
       date_diff('minute', b.InvoiceDate, r.InvoiceDate) / 1440 AS days_kept
FROM returned r ASOF JOIN bought b
  ON r.CustomerID = b.CustomerID AND r.StockCode = b.StockCode AND r.InvoiceDate > b.InvoiceDate
