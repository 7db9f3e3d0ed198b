"""Cleaners: jobs that nobody takes, cities short of hands, agencies that charge more once they are inside."""

from features import By, FeatureSet, events, ratio, state

offers, orders = events("cleaning_offers"), state("cleaning_orders")
refused = offers.where(answer=("declined", "expired"))
arrivals = events("cleaning_arrivals")
extras, crews, alerts = events("cleaning_extras"), events("cleaning_crews"), events("weather_alerts")
prices = events("page_views").where(page="price_list")

own, store, city = By("subject"), By("store"), By("city")

cleaners = FeatureSet(
    "cleaners",
    own(refused)
    .count()
    .named("own_offers_refused")
    .actionable()
    .describe(
        en="workers who did not take the job",
        zh="未接单的服务人员数",
        phrase_en="{value} workers did not take the job",
        phrase_zh="{value} 位服务人员未接单",
    ),
    own(arrivals)
    .last("late_minutes")
    .named("own_late_minutes")
    .actionable()
    .describe(
        en="minutes late as estimated",
        zh="预计迟到分钟数",
        phrase_en="the worker is expected {value} minutes late",
        phrase_zh="预计迟到 {value} 分钟",
    ),
    ratio(own(orders).last("hours"), own(orders).last("home_sqm"))
    .named("own_hours_per_sqm")
    .describe(
        en="hours booked per square metre",
        zh="每平方米预约时长",
        phrase_en="{value} hours booked per square metre",
        phrase_zh="每平方米预约 {value} 小时",
    ),
    own(prices)
    .count()
    .named("own_price_list_views")
    .describe(
        en="looks at the price list of extras",
        zh="查看加项价目次数",
        phrase_en="{value} looks at the price list of extras",
        phrase_zh="查看加项价目 {value} 次",
    ),
    ratio(store(extras).sum("add_ons", "60d"), store(extras).sum("jobs", "60d"))
    .named("store_add_on_share_60d")
    .actionable(),
    ratio(city(crews).sum("unassigned", "3d"), city(crews).sum("jobs_ahead", "3d"))
    .named("city_unassigned_share_3d")
    .actionable(),
    ratio(city(crews).sum("on_leave", "3d"), city(crews).sum("workers", "3d")).named("city_on_leave_per_worker_3d"),
    city(alerts.where(alert=("typhoon_warning", "typhoon_lands"))).count("4d").named("city_storm_alerts_4d"),
)
