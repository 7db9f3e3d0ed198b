"""Signs that a request is coming: an example of feature views beside the shipped library.

A view is declared, not computed: it says whose rows (`By`), of which source, over which window. Clocks, keys and
causal sides come from demand.yaml, so nothing here can look ahead. Every `FeatureSet` of this file joins the industries
that list it under `features`; where a source has no rows for an industry, its counts are 0.
"""

from features import By, FeatureSet, events, ratio, trend

# rows of a source, as they happened; `where` keeps some of them
fees = events("page_views").where(page="cancel_policy")
refunds = events("page_views").where(page="refund_calculator")
questions = events("messages").where(kind="question")
overdue = events("messages").where(kind="overdue")
searches = events("slot_searches")
in_vain = searches.where(found=False)

# whose rows: of the order itself, or of everybody at the same store
own, store = By("subject"), By("store")

interest = FeatureSet(
    "interest",
    own(fees)
    .count("7d", "all")
    .named("fee_page_views_{window}")
    .describe(
        en="views of the cancellation policy {window}",
        zh="{window}查看取消政策次数",
        phrase_en="{value} views of the cancellation policy {window}",
        phrase_zh="{window}查看取消政策 {value} 次",
    ),
    own(refunds)
    .count("7d", "all")
    .named("calculator_views_{window}")
    .describe(
        en="uses of the refund calculator {window}",
        zh="{window}试算退款次数",
        phrase_en="{value} uses of the refund calculator {window}",
        phrase_zh="{window}试算退款 {value} 次",
    ),
)

service = FeatureSet(
    "service",
    own(overdue).count().named("own_overdue").actionable(),
    ratio(store(overdue).count("30d"), store(questions).count("30d")).named("store_overdue_share_30d").actionable(),
    own(in_vain)
    .count("30d", "all")
    .named("own_searches_in_vain_{window}")
    .describe(
        en="searches that found no free slot {window}",
        zh="{window}未查到可约时段次数",
        phrase_en="{value} searches {window} found no free slot",
        phrase_zh="{window} {value} 次查询未查到可约时段",
    ),
    ratio(store(in_vain).count("30d"), store(searches).count("30d")).named("store_searches_in_vain_share_30d"),
    trend(store(in_vain).count("7d"), store(in_vain).count("30d")).named("store_searches_in_vain_trend"),
)
