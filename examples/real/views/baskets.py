"""What was bought, and by whom: large or costly baskets come back more often, and so do some items and customers."""

from features import By, FeatureSet, events, ratio

invoices, lines, returned = events("invoices"), events("invoice_lines"), events("returns")
invoice, customer = By("subject"), By("user")

baskets = FeatureSet(
    "basket",
    invoice(lines).count().named("invoice_lines").describe(en="lines of the invoice", zh="账单明细行数"),
    invoice(lines).sum("quantity").named("invoice_pieces").describe(en="pieces on the invoice", zh="账单件数"),
    invoice(lines)
    .max("quantity")
    .named("most_pieces")
    .describe(en="pieces of the item bought most", zh="单品最大件数"),
    invoice(lines).sum("amount_cents").named("invoice_amount").describe(en="amount of the invoice", zh="账单金额"),
    invoice(lines).max("amount_cents").named("dearest_line").describe(en="dearest line", zh="最大单行金额"),
    invoice(lines).max("price_cents").named("dearest_piece").describe(en="price of the dearest piece", zh="最高单价"),
    invoice(lines).mean("price_cents").named("usual_price").describe(en="mean price of a piece", zh="平均单价"),
    invoice(lines).sum("item_return_rate").named("returns_expected"),
    invoice(lines).max("item_return_rate").named("most_returned_item"),
)
bought, sent_back = customer(lines).count("365d").named("customer_lines_365d"), customer(returned).count("365d")
buyers = FeatureSet(
    "contacts",
    customer(lines).sum("amount_cents", "365d").named("customer_bought_365d"),
    customer(lines).mean("price_cents", "365d").named("customer_usual_price"),
    bought,
    customer(returned).sum("quantity", "365d").named("customer_pieces_returned_365d"),
    customer(returned).distinct("subject", "365d").named("customer_invoices_returned_365d"),
    ratio(sent_back.named("customer_lines_returned_365d"), bought).named("customer_return_share_365d"),
    ratio(
        customer(returned).distinct("subject", "365d").named("customer_invoices_returned_365d"),
        customer(lines).distinct("subject", "365d").named("customer_invoices_365d"),
    ).named("customer_invoice_return_share"),
    customer(returned).since_last().named("customer_days_since_return"),
    customer(returned).mean("days_kept", "365d").named("customer_days_kept"),
    invoice(returned).sum("amount_cents").named("invoice_amount_returned"),
    customer(returned).sum("amount_cents", "365d").named("customer_amount_returned_365d"),
    customer(invoices).count("30d", "90d").named("customer_invoices_{window}"),
    customer(invoices).since_last().named("customer_days_since_invoice"),
    customer(invoices).mean_gap().named("customer_invoice_gap"),
)
