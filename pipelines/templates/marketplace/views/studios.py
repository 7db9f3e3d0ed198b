"""Studios that are about to shut down sell ever more, ever cheaper, while rents stay unpaid and fewer come.

Also coaches who leave their customers, and what a rule that is announced will do to refunds.
"""

from features import By, FeatureSet, events, ratio, state, trend

sold, redeemed, notes = events("card_sales"), events("card_redemptions"), events("studio_notes")
rules = events("policy_changes").where(industry="prepaid_card")
left, warned = notes.where(kind="staff_left"), notes.where(kind=("rent_arrears", "payee_changed"))
closed, complained = notes.where(kind="closed_day"), notes.where(kind="complaint")

own, store, coach, everywhere = By("subject"), By("store"), By("coach"), By()

studios = FeatureSet(
    "studios",
    store(sold).mean("discount", "30d").named("store_discount_30d").actionable(),
    ratio(store(redeemed).count("30d"), store(sold).count("365d")).named("store_redeemed_per_card").actionable(),
    trend(store(redeemed).count("14d"), store(redeemed).count("60d")).named("store_redemptions_trend_60d").actionable(),
    store(warned).count("90d").named("store_arrears_and_payees_90d").actionable(),
    store(closed).count("21d").named("store_closed_days_21d").actionable(),
    store(complained).count("30d").named("store_complaints_30d").actionable(),
    store(left).count("60d").named("store_coaches_left_60d").actionable(),
    store(state("stores", owner="store")).last("escrow").named("store_escrow"),
)

cards = FeatureSet(
    "cards",
    ratio(own(redeemed).count(), own(state("card_sales")).last("sessions"))
    .named("own_used_share")
    .describe(
        en="share of the sessions used",
        zh="已用次数占比",
        phrase_en="{value} of the sessions are used",
        phrase_zh="已用 {value} 的次数",
    ),
    coach(left)
    .since_last()
    .named("coach_left_days_ago")
    .describe(
        en="days since the coach left",
        zh="教练离职天数",
        phrase_en="the coach left {value} days ago",
        phrase_zh="教练 {value} 天前离职",
    ),
    everywhere(rules)
    .last("in_force_on")
    .named("days_to_rule")
    .describe(
        en="days until the new rule on refunds is in force",
        zh="距退款新规生效天数",
        phrase_en="the new rule on refunds is in force in {value} days",
        phrase_zh="距退款新规生效还有 {value} 天",
    ),
)
