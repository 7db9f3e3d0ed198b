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
    .describe(en="pieces of the item bought most", zh="购买最多的商品件数"),
    invoice(lines).sum("amount_cents").named("invoice_amount").describe(en="amount of the invoice", zh="账单金额"),
    invoice(lines).max("amount_cents").named("dearest_line").describe(en="dearest line", zh="最大单行金额"),
    invoice(lines).max("price_cents").named("dearest_piece").describe(en="price of the dearest piece", zh="最高单价"),
    invoice(lines).mean("price_cents").named("usual_price").describe(en="mean price of a piece", zh="平均单价"),
    invoice(lines)
    .sum("item_return_rate")
    .named("returns_expected")
    .describe(en="returns to be expected of these items", zh="按商品历史预计的退货行数"),
    invoice(lines)
    .max("item_return_rate")
    .named("most_returned_item")
    .describe(en="return rate of the most returned item", zh="所购商品的最高历史退货率"),
    invoice(returned)
    .sum("amount_cents")
    .named("invoice_amount_returned")
    .describe(en="amount of this invoice already returned", zh="该账单已退金额"),
)
bought = customer(lines).count("365d").named("customer_lines_365d")
sent_back = customer(returned).count("365d").named("customer_lines_returned_365d")
buyers = FeatureSet(
    "contacts",
    bought,
    ratio(sent_back, bought)
    .named("customer_return_share_365d")
    .describe(
        en="share of the customer's lines that came back in the last 365 days",
        zh="该客户近 365 天明细的退货比例",
        phrase_en="this customer sent back {customer_lines_returned_365d} of {customer_lines_365d} lines in the last "
        "365 days",
        phrase_zh="该客户近 365 天购买 {customer_lines_365d} 行，退回 {customer_lines_returned_365d} 行",
    ),
    customer(lines)
    .sum("amount_cents", "365d")
    .named("customer_bought_365d")
    .describe(en="bought by this customer in the last 365 days", zh="该客户近 365 天购买金额"),
    customer(lines)
    .mean("price_cents", "365d")
    .named("customer_usual_price")
    .describe(en="mean price of what this customer buys", zh="该客户所购商品的平均单价"),
    customer(returned)
    .sum("quantity", "365d")
    .named("customer_pieces_returned_365d")
    .describe(en="pieces this customer sent back in the last 365 days", zh="该客户近 365 天退货件数"),
    customer(returned)
    .sum("amount_cents", "365d")
    .named("customer_amount_returned_365d")
    .describe(en="sent back by this customer in the last 365 days", zh="该客户近 365 天退货金额"),
    customer(returned)
    .since_last()
    .named("customer_days_since_return")
    .describe(
        en="days since this customer last sent something back",
        zh="距该客户上次退货的天数",
        phrase_en="this customer last sent something back {value} days ago",
        phrase_zh="该客户 {value} 天前退过货",
    ),
    customer(returned)
    .mean("days_kept", "365d")
    .named("customer_days_kept")
    .describe(en="days for which this customer keeps what is sent back", zh="该客户退货前平均持有天数"),
    customer(invoices).count("30d", "90d").named("customer_invoices_{window}"),
    customer(invoices).since_last().named("customer_days_since_invoice"),
    customer(invoices).mean_gap().named("customer_invoice_gap"),
)
