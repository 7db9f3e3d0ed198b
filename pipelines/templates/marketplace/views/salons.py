"""Salons and creators: bold claims, pushed sales, careless hands, appointments that are moved or refused."""

from features import By, FeatureSet, events, ratio

opened = events("beauty_orders")
status = events("beauty_status")
claims, bold = events("beauty_content"), events("beauty_content").where(bold=True)
reviews = events("beauty_review_words")
pushy, careless = reviews.where(wording="pushy"), reviews.where(wording="careless")
licence = events("page_views").where(page="licence")

own, store, presenter = By("subject"), By("store"), By("presenter")

salons = FeatureSet(
    "salons",
    own(status.where(status="patch_tested"))
    .count()
    .named("own_patch_tests")
    .actionable()
    .describe(
        en="patch tests done", zh="皮试次数", phrase_en="patch tests done: {value}", phrase_zh="已做皮试 {value} 次"
    ),
    own(status.where(status="moved_by_salon"))
    .count()
    .named("own_moves_by_salon")
    .actionable()
    .describe(
        en="times the salon moved the appointment",
        zh="商家改约次数",
        phrase_en="the salon moved the appointment {value} times",
        phrase_zh="商家改约 {value} 次",
    ),
    own(licence)
    .count("7d", "all")
    .named("own_licence_views_{window}")
    .describe(
        en="looks at the licence {window}",
        zh="{window}查看资质次数",
        phrase_en="{value} looks at the licence {window}",
        phrase_zh="{window}查看资质 {value} 次",
    ),
    ratio(presenter(bold).count("365d"), presenter(claims).count("365d"))
    .named("presenter_bold_share_365d")
    .actionable(),
    ratio(store(pushy).count("90d"), store(reviews).count("90d")).named("store_pushy_share_90d").actionable(),
    ratio(store(careless).count("90d"), store(reviews).count("90d")).named("store_careless_share_90d").actionable(),
    ratio(store(status.where(status="moved_by_salon")).count("60d"), store(opened).count("60d"))
    .named("store_moved_per_visit_60d")
    .actionable(),
    store(opened).mean("discount", "60d").named("store_discount_60d_mean").actionable(),
)
