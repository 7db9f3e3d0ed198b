"""How far the parcel is, and for how long it has been there: the whole signal of a bad review."""

from features import By, FeatureSet, events

steps = events("order_status")
order = By("subject")

parcels = FeatureSet(
    "fulfilment",
    order(steps.where(status="approved"))
    .since_last()
    .named("days_since_approved")
    .describe(
        en="days since the payment was approved",
        zh="付款确认后天数",
        phrase_en="payment approved {value} days ago",
        phrase_zh="{value} 天前付款已确认",
    ),
    order(steps.where(status="handed_over"))
    .since_last()
    .named("days_since_handed_over")
    .describe(
        en="days since the parcel was handed over",
        zh="交运后天数",
        phrase_en="handed to the carrier {value} days ago",
        phrase_zh="{value} 天前已交承运商",
    ),
    order(steps.where(status="delivered"))
    .since_last()
    .named("days_since_delivered")
    .describe(
        en="days since the parcel was delivered",
        zh="送达后天数",
        phrase_en="delivered {value} days ago",
        phrase_zh="{value} 天前已送达",
    ),
)
