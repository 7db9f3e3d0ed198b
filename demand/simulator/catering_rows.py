"""What restaurants record: meals sold, what becomes of them, queues, redemptions, payments, dishes, their days."""

from __future__ import annotations

from demand.simulator.geography import NAMES
from demand.simulator.rows import Column, Layout
from demand.simulator.sources import contacts, messages, pages, searches

CATERING_SCENARIOS = (
    *("queue_too_long", "reservation_unavailable", "store_closed", "out_of_stock", "voucher_rejected", "extra_charge"),
    *("fake_content", "voucher_expiring", "duplicate_pay", "privacy", "refund_slow", "other"),
)
MEAL_STATUS = ("paid", "redeemed", "refund_requested", "refunded")
MEAL_KINDS = ("voucher", "table")
MEAL_CHANNELS = ("search", "mini_app", "video", "livestream")
MEAL_CLAIMS = ("plain", "half_price", "all_you_can_eat", "last_chance")
MEAL_PAGES = ("meal", "validity", "navigation")
QUEUE_EVENTS = ("joined", "seated", "abandoned")

_USER, _RESTAURANT = Column("user_id", "key", ("user",)), Column("store_id", "key", ("restaurant",))
_DISH, _CREATOR = Column("product_id", "key", ("dish",)), Column("creator_id", "key", ("creator",))

_MEAL_COLUMNS = (
    Column("use_by", "date"),
    Column("kind", "category", MEAL_KINDS),
    Column("people", "int"),
    Column("price_cents", "cents"),
    Column("discount", "number"),
    Column("city", "category", NAMES),
    Column("channel", "category", MEAL_CHANNELS),
)
_QUEUE_COLUMNS = (
    Column("event", "category", QUEUE_EVENTS),
    Column("estimate_minutes", "int"),
    Column("waited_minutes", "int"),
    Column("phone_asked", "bool"),
)
_DAY_COLUMNS = (
    Column("guests", "int"),
    Column("unanswered_calls", "int"),
    Column("closed_reports", "int"),
    Column("long_wait_minutes", "int"),
    Column("abandoned_share", "number"),
)
MEALS = Layout("meal_orders", "subject_id", "meal", "", (_USER, _RESTAURANT, _DISH, _CREATOR, *_MEAL_COLUMNS))
MEAL_LOG = Layout(
    *("meal_status", "subject_id", "meal", "h"),
    (_USER, _RESTAURANT, Column("status", "category", MEAL_STATUS), Column("agent_refund_cents", "cents")),
)
MEAL_REDEMPTIONS = Layout(
    "meal_redemptions", "subject_id", "meal", "r", (_USER, _RESTAURANT, Column("accepted", "bool"))
)
QUEUE = Layout("meal_queue", "subject_id", "meal", "q", (_USER, _RESTAURANT, *_QUEUE_COLUMNS))
PAYMENTS = Layout("meal_payments", "subject_id", "meal", "p", (_USER, Column("amount_cents", "cents")))
MEAL_CONTENT = Layout(
    *("meal_content", "subject_id", "meal", "x"),
    (_USER, _RESTAURANT, _CREATOR, Column("claim", "category", MEAL_CLAIMS)),
)
DISHES = Layout(
    *("dish_stock", "product_id", "dish", "d"),
    (_RESTAURANT, Column("stock", "int"), Column("stock_share", "number"), Column("sold_out", "bool")),
)
RESTAURANT_DAYS = Layout("restaurant_days", "store_id", "restaurant", "d", _DAY_COLUMNS)
MEAL_CONTACTS = contacts("meal", _RESTAURANT, CATERING_SCENARIOS)
MEAL_MESSAGES = messages("meal", _RESTAURANT)
MEAL_SEARCHES = searches("meal", _RESTAURANT)
MEAL_PAGE_VIEWS = pages("meal", _RESTAURANT, MEAL_PAGES)
CATERING_LAYOUTS = (
    *(MEALS, MEAL_LOG, MEAL_REDEMPTIONS, QUEUE, PAYMENTS, MEAL_CONTENT, DISHES, RESTAURANT_DAYS),
    *(MEAL_CONTACTS, MEAL_MESSAGES, MEAL_SEARCHES, MEAL_PAGE_VIEWS),
)
