"""Meals: doors that are locked, tills that refuse vouchers, queues longer than told, payments made twice."""

from features import By, FeatureSet, events, ratio, trend

days, attempts, tickets = events("restaurant_days"), events("meal_redemptions"), events("meal_queue")
refused = attempts.where(accepted=False)
given_up = tickets.where(event="abandoned")
drawn = tickets.where(event="joined")
ways = events("page_views").where(page="navigation")
validity = events("page_views").where(page="validity")

own, store, creator = By("subject"), By("store"), By("creator")

meals = FeatureSet(
    "meals",
    own(refused)
    .count()
    .named("own_refused_redemptions")
    .actionable()
    .describe(
        en="refused attempts to redeem",
        zh="核销失败次数",
        phrase_en="{value} attempts to redeem were refused",
        phrase_zh="核销失败 {value} 次",
    ),
    own(ways)
    .count("7d")
    .named("own_ways_looked_up_{window}")
    .describe(
        en="looks at the way to the restaurant {window}",
        zh="{window}导航到店次数",
        phrase_en="{value} looks at the way to the restaurant {window}",
        phrase_zh="{window}导航到店 {value} 次",
    ),
    own(validity).count().named("own_validity_views"),
    ratio(store(refused).count("60d"), store(attempts).count("60d")).named("store_refused_share_60d").actionable(),
    ratio(store(given_up).count("30d"), store(drawn).count("30d")).named("store_given_up_share_30d").actionable(),
    trend(store(attempts).count("7d"), store(attempts).count("30d")).named("store_redemptions_trend_7d").actionable(),
    trend(store(days).sum("guests", "3d"), store(days).sum("guests", "30d"))
    .named("store_guests_a_day_trend_3d")
    .actionable(),
    store(days).mean("unanswered_calls", "3d").named("store_unanswered_calls_3d").actionable(),
    store(days).mean("closed_reports", "3d").named("store_closed_reports_3d").actionable(),
)
