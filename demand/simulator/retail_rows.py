"""What shops record: parcels sold, what becomes of them, goods sent back, the livestreams behind them, their days."""

from __future__ import annotations

from demand.simulator.geography import NAMES
from demand.simulator.rows import Column, Layout
from demand.simulator.sources import contacts, messages, pages

RETAIL_SCENARIOS = (
    *("not_as_described", "expired_goods", "pickup_not_ready", "wrong_store", "fake_content", "refund_slow", "other"),
)
PARCEL_STATUS = ("ordered", "ready", "shipped", "received", "refund_requested", "refunded")
PARCEL_KINDS = ("delivery", "pickup")
GOODS = ("fresh_food", "snacks", "cosmetics", "household")
PARCEL_CHANNELS = ("search", "mini_app", "video", "livestream")
PARCEL_CLAIMS = ("plain", "lowest_price", "imported", "last_chance")
PARCEL_PAGES = ("parcel", "return_guide", "pickup_map")
RETURN_REASONS = ("not_wanted", "not_as_described", "damaged", "past_its_date")

_USER, _SHOP = Column("user_id", "key", ("user",)), Column("store_id", "key", ("shop",))
_GOODS, _CREATOR = Column("product_id", "key", ("goods",)), Column("creator_id", "key", ("host",))

_PARCEL_COLUMNS = (
    Column("promised", "date"),
    Column("return_by", "date"),
    Column("kind", "category", PARCEL_KINDS),
    Column("goods", "category", GOODS),
    Column("shelf_days", "int"),
    Column("price_cents", "cents"),
    Column("city", "category", NAMES),
    Column("channel", "category", PARCEL_CHANNELS),
)
_DAY_COLUMNS = (
    Column("waiting", "int"),
    Column("late_share", "number"),
    Column("near_expiry_share", "number"),
    Column("wrong_branch", "int"),
)
PARCELS = Layout("parcel_orders", "subject_id", "parcel", "", (_USER, _SHOP, _GOODS, _CREATOR, *_PARCEL_COLUMNS))
PARCEL_LOG = Layout(
    *("parcel_status", "subject_id", "parcel", "h"),
    (_USER, _SHOP, Column("status", "category", PARCEL_STATUS), Column("agent_refund_cents", "cents")),
)
RETURNS = Layout(
    *("parcel_returns", "subject_id", "parcel", "b"),
    (_USER, _SHOP, _GOODS, Column("reason", "category", RETURN_REASONS)),
)
PARCEL_CONTENT = Layout(
    *("parcel_content", "subject_id", "parcel", "x"),
    (_USER, _SHOP, _CREATOR, Column("claim", "category", PARCEL_CLAIMS)),
)
SHOP_DAYS = Layout("shop_days", "store_id", "shop", "d", _DAY_COLUMNS)
PARCEL_CONTACTS = contacts("parcel", _SHOP, RETAIL_SCENARIOS)
PARCEL_MESSAGES = messages("parcel", _SHOP)
PARCEL_PAGE_VIEWS = pages("parcel", _SHOP, PARCEL_PAGES)
RETAIL_LAYOUTS = (
    *(PARCELS, PARCEL_LOG, RETURNS, PARCEL_CONTENT, SHOP_DAYS),
    *(PARCEL_CONTACTS, PARCEL_MESSAGES, PARCEL_PAGE_VIEWS),
)
