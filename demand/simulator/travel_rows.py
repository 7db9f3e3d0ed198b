"""What tour operators record: tours sold, what becomes of them, groups, forecasts, tour pages and inspections."""

from __future__ import annotations

from demand.simulator.rows import Column, Layout
from demand.simulator.sources import contacts, messages, pages

TRAVEL_SCENARIOS = (
    *("forced_purchase", "hidden_fee", "itinerary_change", "weather_cancel", "group_not_formed", "guide_no_show"),
    *("refund_slow", "other"),
)
TRIP_STATUS = ("booked", "confirmed", "guide_assigned", "itinerary_changed", "departed", "cancelled", "refunded")
TRIP_KINDS = ("group", "private", "day_trip")
TRIP_PAGES = ("trip", "itinerary", "tour_rules")
TOUR_CLAIMS = ("plain", "no_shopping", "bargain", "gifts")
WEATHER = ("rainstorm", "typhoon")

_USER, _OPERATOR = Column("user_id", "key", ("user",)), Column("store_id", "key", ("operator",))
_GROUP, _PLACE = Column("group_id", "key", ("group",)), Column("destination_id", "key", ("destination",))

_TRIP_COLUMNS = (
    Column("departs", "date"),
    Column("returns", "date"),
    Column("kind", "category", TRIP_KINDS),
    Column("travellers", "int"),
    Column("price_cents", "cents"),
    Column("price_to_cost", "number"),
    Column("shopping_stops", "int"),
    Column("channel", "category", ("app", "livestream", "agent")),
)
TRIPS = Layout("trip_orders", "subject_id", "trip", "", (_USER, _OPERATOR, _GROUP, _PLACE, *_TRIP_COLUMNS))
TRIP_LOG = Layout(
    *("trip_status", "subject_id", "trip", "h"),
    (_USER, _OPERATOR, Column("status", "category", TRIP_STATUS), Column("agent_refund_cents", "cents")),
)
GROUPS = Layout(
    *("trip_groups", "group_id", "group", "e"),
    (Column("signed_up", "int"), Column("minimum", "int"), Column("missing", "int")),
)
FORECASTS = Layout(
    *("trip_forecasts", "destination_id", "destination", "w"),
    (Column("weather", "category", WEATHER), Column("on_day", "date")),
)
TOUR_PAGES = Layout(
    *("trip_content", "store_id", "operator", "p"),
    (Column("claim", "category", TOUR_CLAIMS), Column("shopping_words", "int")),
)
TRIP_INSPECTIONS = Layout(
    *("trip_inspections", "store_id", "operator", "i"),
    (Column("score", "number"), Column("passed", "bool")),
)
TRIP_CONTACTS = contacts("trip", _OPERATOR, TRAVEL_SCENARIOS)
TRIP_MESSAGES = messages("trip", _OPERATOR)
TRIP_PAGE_VIEWS = pages("trip", _OPERATOR, TRIP_PAGES)
TRAVEL_LAYOUTS = (
    *(TRIPS, TRIP_LOG, GROUPS, FORECASTS, TOUR_PAGES, TRIP_INSPECTIONS),
    *(TRIP_CONTACTS, TRIP_MESSAGES, TRIP_PAGE_VIEWS),
)
