"""What was bought: an invoice is the sum of its lines, and large or costly baskets come back more often."""

from features import By, FeatureSet, events

lines, returned = events("invoice_lines"), events("returns")
invoice, customer = By("subject"), By("user")

baskets = FeatureSet(
    "basket",
    invoice(lines).count().named("invoice_lines").describe(en="lines of the invoice", zh="账单明细行数"),
    invoice(lines).sum("quantity").named("invoice_pieces").describe(en="pieces on the invoice", zh="账单件数"),
    invoice(lines).sum("amount_cents").named("invoice_amount").describe(en="amount of the invoice", zh="账单金额"),
    invoice(lines).max("price_cents").named("dearest_piece").describe(en="price of the dearest piece", zh="最高单价"),
)
buyers = FeatureSet(
    "contacts",
    customer(lines).sum("amount_cents", "365d").named("customer_bought_365d"),
    customer(lines).count("365d").named("customer_lines_365d"),
    customer(returned).sum("quantity", "365d").named("customer_pieces_returned_365d"),
)
