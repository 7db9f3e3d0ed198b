"""What hotels record: bookings, what becomes of them, rooms sold tonight, nights ahead, room types that run out."""

from __future__ import annotations

from demand.simulator.rows import Column, Layout
from demand.simulator.sources import contacts, messages, pages

HOTEL_SCENARIOS = ("no_room", "cancel_fee", "room_mismatch", "late_checkin", "refund_slow", "other")
BOOKING_STATUS = ("booked", "confirmed", "checked_in", "cancelled", "closed")
ROOM_TYPES = ("standard", "twin", "king", "suite")
HOTEL_PAGES = ("order", "cancel_policy")

_USER, _HOTEL = Column("user_id", "key", ("user",)), Column("store_id", "key", ("hotel",))
_AGENT, _PLACE = Column("agent_id", "key", ("agent",)), Column("destination_id", "key", ("destination",))
_NIGHT, _ROOM = Column("night_id", "key", ("night",)), Column("room_id", "key", ("room",))

_BOOKING_COLUMNS = (
    Column("arrival", "date"),
    Column("on_holiday", "bool"),
    Column("nights", "int"),
    Column("guests", "int"),
    Column("price_cents", "cents"),
    Column("prepaid", "bool"),
    Column("room_type", "category", ROOM_TYPES),
    Column("channel", "category", ("app", "agent", "livestream")),
)
_ROOM_COLUMNS = (
    Column("rooms", "int"),
    Column("free", "int"),
    Column("occupancy", "number"),
    Column("turned_away", "int"),
    Column("price_cents", "cents"),
)
BOOKINGS = Layout(
    *("hotel_bookings", "subject_id", "booking", ""),
    (_USER, _HOTEL, _AGENT, _PLACE, _NIGHT, _ROOM, *_BOOKING_COLUMNS),
)
BOOKING_LOG = Layout(
    *("hotel_status", "subject_id", "booking", "h"),
    (_USER, _HOTEL, _AGENT, Column("status", "category", BOOKING_STATUS), Column("agent_refund_cents", "cents")),
)
ROOMS = Layout("hotel_rooms", "store_id", "hotel", "d", _ROOM_COLUMNS)
NIGHTS = Layout(
    *("hotel_nights", "night_id", "night", "a"),
    (
        *(Column("rooms", "int"), Column("booked", "int"), Column("rooms_left", "int")),
        *(Column("expected", "int"), Column("price_cents", "cents")),
    ),
)
TYPES_LEFT = Layout("hotel_room_types", "room_id", "room", "t", (Column("left", "int"), Column("nearly_out", "bool")))
HOTEL_CONTACTS = contacts("booking", _HOTEL, HOTEL_SCENARIOS)
HOTEL_MESSAGES = messages("booking", _HOTEL)
HOTEL_PAGE_VIEWS = pages("booking", _HOTEL, HOTEL_PAGES)
HOTEL_LAYOUTS = (
    *(BOOKINGS, BOOKING_LOG, ROOMS, NIGHTS, TYPES_LEFT),
    *(HOTEL_CONTACTS, HOTEL_MESSAGES, HOTEL_PAGE_VIEWS),
)
