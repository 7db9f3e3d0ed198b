"""Rooms: nights that fill up while prices rise, hotels that turn guests away, weather where one wants to go."""

from features import By, FeatureSet, events, ratio

nights, evenings, types = events("hotel_nights"), events("hotel_rooms"), events("hotel_room_types")
opened, confirmed = events("hotel_bookings"), events("hotel_status").where(status="confirmed")
alerts = events("weather_alerts")
typhoon = alerts.where(alert=("typhoon_warning", "typhoon_lands"))

night, store, room, destination = By("night"), By("store"), By("room"), By("destination")

rooms = FeatureSet(
    "rooms",
    ratio(night(nights).last("rooms_left"), night(nights).last("rooms"))
    .named("night_rooms_left_share")
    .actionable()
    .describe(
        en="share of the rooms not booked yet for that night",
        zh="当晚尚未订出房量占比",
        phrase_en="{value} of the rooms are not booked yet for that night",
        phrase_zh="当晚尚未订出房量占 {value}",
    ),
    ratio(night(nights).last("expected"), night(nights).last("rooms"))
    .named("night_expected_share")
    .actionable()
    .describe(
        en="rooms the hotel expects to sell that night, as a share of its rooms",
        zh="酒店预计当晚订出房量与总房量之比",
        phrase_en="the hotel expects to sell {value} of its rooms that night",
        phrase_zh="酒店预计当晚订出总房量的 {value}",
    ),
    ratio(night(nights).last("price_cents"), night(nights).first("price_cents"))
    .named("night_price_rise")
    .describe(
        en="price of the night against two weeks before",
        zh="当晚房价与两周前之比",
        phrase_en="the night costs {value} times what it did two weeks before",
        phrase_zh="当晚房价为两周前的 {value} 倍",
    ),
    room(types).last("left").named("room_type_left").actionable(),
    room(types).mean("nearly_out", "14d").named("room_type_nearly_out_14d").actionable(),
    store(evenings).sum("turned_away", "90d").named("store_turned_away_90d").actionable(),
    ratio(store(confirmed).count("60d"), store(opened).count("60d")).named("store_confirmed_share_60d").actionable(),
    destination(typhoon).count("4d").named("destination_storm_alerts_4d"),
    destination(alerts).count("3d").named("destination_alerts_3d"),
)
