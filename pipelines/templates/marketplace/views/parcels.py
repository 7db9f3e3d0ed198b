"""Parcels: shops that are not ready as promised, goods that come back, content that promised too much."""

from features import By, FeatureSet, events, ratio

opened, returned, status = events("parcel_orders"), events("parcel_returns"), events("parcel_status")
ready = status.where(status="ready")
guides = events("page_views").where(page="return_guide")

own, store, product, creator = By("subject"), By("store"), By("product"), By("creator")

parcels = FeatureSet(
    "parcels",
    own(ready).count().named("own_ready_notices").actionable(),
    own(guides)
    .count("7d", "all")
    .named("own_return_guide_{window}")
    .describe(
        en="looks at how to send goods back {window}",
        zh="{window}查看退货说明次数",
        phrase_en="{value} looks {window} at how to send goods back",
        phrase_zh="{window}查看退货说明 {value} 次",
    ),
    ratio(product(returned).count("180d"), product(opened).count("180d"))
    .named("product_return_share_180d")
    .actionable(),
    ratio(store(returned).count("60d"), store(opened).count("60d")).named("store_return_share_60d").actionable(),
)
