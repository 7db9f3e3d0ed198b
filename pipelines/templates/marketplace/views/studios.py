"""Studios that are about to shut down sell ever more, ever cheaper, while fewer sessions are redeemed."""

from features import By, FeatureSet, events, ratio, trend

sold, redeemed = events("card_sales"), events("card_redemptions")
store = By("store")

studios = FeatureSet(
    "studios",
    store(sold).mean("discount", "30d").named("store_discount_30d").actionable(),
    ratio(store(redeemed).count("30d"), store(sold).count("365d")).named("store_redeemed_per_card").actionable(),
    trend(store(redeemed).count("14d"), store(redeemed).count("60d")).named("store_redemptions_trend_60d").actionable(),
)
