"""What the marketplace records: the layout of every source, industry by industry.

`contacts`, `messages`, `page_views` and `slot_searches` are shared; each industry writes its own rows to them.
"""

from __future__ import annotations

from demand.simulator.rows import Column, Layout
from demand.simulator.texts import CONTACT_CHANNELS, EXPECTATIONS, pool_of

INITIATORS = ("user", "platform")
MESSAGES = ("question", "reply", "overdue")
_USER = Column("user_id", "key", ("user",))
_REFUND = Column("agent_refund_cents", "cents")


def contacts(prefix: str, store: Column, scenarios: tuple[str, ...]) -> Layout:
    """The service desk's rows about subjects with this prefix."""
    columns = (
        Column("scenario", "category", scenarios),
        Column("initiator", "category", INITIATORS),
        Column("channel", "category", CONTACT_CHANNELS),
        Column("text", "text", wording=pool_of(prefix, scenarios)),
        Column("expectation", "category", EXPECTATIONS),
        Column("compensation_cents", "cents"),
    )
    return Layout("contacts", "subject_id", prefix, "c", (_USER, store, *columns))


def messages(prefix: str, store: Column) -> Layout:
    """Chat with the merchant."""
    columns = (_USER, store, Column("kind", "category", MESSAGES), Column("overdue", "bool"))
    return Layout("messages", "subject_id", prefix, "m", columns)


def searches(prefix: str, store: Column) -> Layout:
    """Searches for a free slot."""
    return Layout("slot_searches", "subject_id", prefix, "s", (_USER, store, Column("found", "bool")))


def pages(prefix: str, store: Column, pages: tuple[str, ...]) -> Layout:
    """Views of these pages."""
    return Layout("page_views", "subject_id", prefix, "v", (_USER, store, Column("page", "category", pages)))


# Hotels -------------------------------------------------------------------------------------------------------------

HOTEL_SCENARIOS = ("no_room", "cancel_fee", "room_mismatch", "late_checkin", "refund_slow", "other")
BOOKING_STATUS = ("booked", "confirmed", "checked_in", "cancelled", "closed")
HOTEL_PAGES = ("order", "cancel_policy")
_HOTEL, _AGENT = Column("store_id", "key", ("hotel",)), Column("agent_id", "key", ("agent",))

_BOOKING_COLUMNS = (
    Column("arrival", "date"),
    Column("nights", "int"),
    Column("guests", "int"),
    Column("price_cents", "cents"),
    Column("prepaid", "bool"),
    Column("room_type", "category", ("standard", "twin", "king", "suite")),
    Column("channel", "category", ("app", "agent", "livestream")),
)
_ROOM_COLUMNS = (
    Column("rooms", "int"),
    Column("free", "int"),
    Column("occupancy", "number"),
    Column("price_cents", "cents"),
)
BOOKINGS = Layout("hotel_bookings", "subject_id", "booking", "", (_USER, _HOTEL, _AGENT, *_BOOKING_COLUMNS))
BOOKING_LOG = Layout(
    *("hotel_status", "subject_id", "booking", "h"),
    (_USER, _HOTEL, _AGENT, Column("status", "category", BOOKING_STATUS), _REFUND),
)
ROOMS = Layout("hotel_rooms", "store_id", "hotel", "d", _ROOM_COLUMNS)
HOTEL_CONTACTS = contacts("booking", _HOTEL, HOTEL_SCENARIOS)
HOTEL_MESSAGES = messages("booking", _HOTEL)
HOTEL_PAGE_VIEWS = pages("booking", _HOTEL, HOTEL_PAGES)
HOTEL_LAYOUTS = (BOOKINGS, BOOKING_LOG, ROOMS, HOTEL_CONTACTS, HOTEL_MESSAGES, HOTEL_PAGE_VIEWS)
