"""Your own feature views, beside the shipped library.

A view says whose rows, of which source, over which window; clocks and keys come from demand.yaml.
`demand features list` shows every feature that an industry has.
"""

from features import By, FeatureSet, events, trend

orders, calls = events("orders"), events("contacts")
shop = By("store")

workload = FeatureSet(
    "workload",
    trend(shop(orders).count("7d"), shop(orders).count("30d")).named("shop_orders_trend").actionable(),
    shop(calls.where(scenario="repair_late")).count("30d").named("shop_late_calls_30d").actionable(),
)
