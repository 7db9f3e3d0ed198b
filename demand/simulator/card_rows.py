"""What studios record: cards sold, what becomes of them, sessions redeemed, and notes on the studios themselves."""

from __future__ import annotations

from demand.simulator.rows import Column, Layout
from demand.simulator.sources import contacts, messages, pages, searches

CARD_SCENARIOS = ("refund_loss", "merchant_runaway", "booking_full", "coach_change", "refund_slow", "other")
CARD_STATUS = ("active", "used_up", "refund_requested", "refunded")
COURSES = ("fitness", "yoga", "swimming", "spa")
CARD_PAGES = ("card", "refund_calculator")
NOTES = ("rent_arrears", "discount_campaign", "payee_changed", "closed_day", "complaint", "staff_left")

_USER, _STUDIO = Column("user_id", "key", ("user",)), Column("store_id", "key", ("studio",))
_COACH = Column("coach_id", "key", ("coach",))

_SALE_COLUMNS = (
    Column("valid_until", "date"),
    Column("sessions", "int"),
    Column("price_cents", "cents"),
    Column("list_price_cents", "cents"),
    Column("discount", "number"),
    Column("had_before", "bool"),
    Column("course", "category", COURSES),
    Column("channel", "category", ("app", "store", "livestream")),
)
SALES = Layout("card_sales", "subject_id", "card", "", (_USER, _STUDIO, _COACH, *_SALE_COLUMNS))
CARD_LOG = Layout(
    *("card_status", "subject_id", "card", "h"),
    (_USER, _STUDIO, Column("status", "category", CARD_STATUS), Column("agent_refund_cents", "cents")),
)
REDEMPTIONS = Layout("card_redemptions", "subject_id", "card", "r", (_USER, _STUDIO, Column("session", "int")))
STUDIO_NOTES = Layout("studio_notes", "store_id", "studio", "n", (_COACH, Column("kind", "category", NOTES)))
CARD_CONTACTS = contacts("card", _STUDIO, CARD_SCENARIOS)
CARD_MESSAGES = messages("card", _STUDIO)
CARD_SEARCHES = searches("card", _STUDIO)
CARD_PAGE_VIEWS = pages("card", _STUDIO, CARD_PAGES)
CARD_LAYOUTS = (
    *(SALES, CARD_LOG, REDEMPTIONS, STUDIO_NOTES),
    *(CARD_CONTACTS, CARD_MESSAGES, CARD_SEARCHES, CARD_PAGE_VIEWS),
)
