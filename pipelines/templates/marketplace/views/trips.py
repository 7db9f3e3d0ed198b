"""Trips: operators that earn in shops, guides named late, groups that do not fill, the weather of the destination."""

from features import By, FeatureSet, events, ratio

opened = events("trip_orders")
changed = events("trip_status").where(status="itinerary_changed")
called_off = events("trip_status").where(status="cancelled")
guided = events("trip_status").where(status="guide_assigned")
rules = events("page_views").where(page="tour_rules")

own, store = By("subject"), By("store")

trips = FeatureSet(
    "trips",
    own(guided)
    .count()
    .named("own_guide_assigned")
    .actionable()
    .describe(
        en="guide assigned", zh="已派导游", phrase_en="guides assigned so far: {value}", phrase_zh="已派导游 {value} 次"
    ),
    own(called_off).since_last().named("own_days_since_cancelled"),
    own(rules)
    .count("7d", "all")
    .named("own_tour_rules_{window}")
    .describe(
        en="views of the rules on shopping and extras {window}",
        zh="{window}查看购物与自费规则次数",
        phrase_en="{value} views of the rules on shopping and extras {window}",
        phrase_zh="{window}查看购物与自费规则 {value} 次",
    ),
    store(opened).mean("price_to_cost", "60d").named("store_price_to_cost_60d").actionable(),
    store(opened).mean("shopping_stops", "60d").named("store_shopping_stops_60d").actionable(),
    ratio(store(changed).count("60d"), store(opened).count("60d")).named("store_changed_per_trip_60d").actionable(),
    store(called_off).count("14d").named("store_cancellations_14d"),
)
