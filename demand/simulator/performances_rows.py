"""What sellers of tickets record: orders and what becomes of them, the rush, shows, fees, seats, gates, the sky."""

from __future__ import annotations

from demand.simulator.rows import Column, Layout
from demand.simulator.sources import contacts, messages, pages

SHOW_SCENARIOS = (
    *("ticket_rush_fail", "show_cancelled", "refund_fee", "real_name_mismatch", "eticket_failed", "obstructed_view"),
    *("duplicate_pay", "refund_slow", "other"),
)
TICKET_STATUS = (
    *("ordered", "registered", "issued", "waitlisted", "postponed", "entered", "transferred", "no_ticket"),
    *("returned", "called_off", "refunded"),
)
TICKET_KINDS = ("sale", "registration", "resale")
TICKET_PAGES = ("show", "seat_map", "return_fees", "attendees")
ATTEMPTS = ("queued", "error", "no_stock", "payment_pending", "paid")
DELIVERY = ("verified", "name_rejected", "sent", "shown", "load_failed")
TRANSFERS = ("offered", "sold", "withdrawn")
SHOW_STATUS = ("announced", "on_sale", "sale_suspended", "sale_resumed", "postponed", "cancelled")
CATEGORIES = ("concert", "theatre", "comedy", "sports", "festival")
ZONES = ("floor", "centre", "side", "upper", "rear", "box")
SKIES = ("rainstorm", "typhoon")

_USER, _VENUE = Column("user_id", "key", ("user",)), Column("store_id", "key", ("venue",))
_SHOW, _ORGANISER = Column("show_id", "key", ("show",)), Column("organiser_id", "key", ("organiser",))
_BLOCK = Column("block_id", "key", ("block",))
_CATEGORY = Column("category", "category", CATEGORIES)

_TICKET_COLUMNS = (
    Column("show_on", "date"),
    Column("sale_on", "date"),
    Column("kind", "category", TICKET_KINDS),
    _CATEGORY,
    Column("zone", "category", ZONES),
    Column("open_air", "bool"),
    Column("tickets", "int"),
    Column("names_given", "int"),
    Column("for_others", "bool"),
    Column("passport", "bool"),
    Column("price_cents", "cents"),
    Column("channel", "category", ("app", "mini_app", "agent")),
)
TICKETS = Layout(
    *("ticket_orders", "subject_id", "ticket", ""), (_USER, _VENUE, _SHOW, _ORGANISER, _BLOCK, *_TICKET_COLUMNS)
)
TICKET_LOG = Layout(
    *("ticket_status", "subject_id", "ticket", "h"),
    (_USER, _VENUE, Column("status", "category", TICKET_STATUS), Column("agent_refund_cents", "cents")),
)
TICKET_ATTEMPTS = Layout(
    *("ticket_attempts", "subject_id", "ticket", "a"),
    (
        *(_USER, _VENUE, _SHOW, _ORGANISER),
        Column("outcome", "category", ATTEMPTS),
        Column("queue_number", "int"),
    ),
)
TICKET_DELIVERY = Layout(
    *("ticket_delivery", "subject_id", "ticket", "e"), (_USER, _VENUE, Column("event", "category", DELIVERY))
)
TICKET_TRANSFERS = Layout(
    *("ticket_transfers", "subject_id", "ticket", "t"),
    (_USER, _VENUE, _SHOW, Column("step", "category", TRANSFERS), Column("price_to_face", "number")),
)
TICKET_FEES = Layout(
    *("ticket_fees", "subject_id", "ticket", "g"),
    (_USER, _VENUE, Column("fee_share", "number"), Column("next_fee_share", "number"), Column("next_on", "date")),
)
SHOWS = Layout(
    *("shows", "show_id", "show", "l"),
    (
        *(_VENUE, _ORGANISER, _CATEGORY),
        Column("open_air", "bool"),
        Column("status", "category", SHOW_STATUS),
        Column("show_on", "date"),
    ),
)
SHOW_DEMAND = Layout(
    *("show_demand", "show_id", "show", "d"),
    (Column("registered", "int"), Column("tickets", "int"), Column("wanted_per_ticket", "number")),
)
SHOW_SALES = Layout(
    *("show_sales", "show_id", "show", "s"),
    (Column("left_share", "number"), Column("resale_offers", "int"), Column("resale_to_face", "number")),
)
SHOW_FORECASTS = Layout(
    *("show_forecasts", "show_id", "show", "w"), (Column("weather", "category", SKIES), Column("on_day", "date"))
)
REFUND_TIERS = Layout(
    *("refund_tiers", "organiser_id", "organiser", "r"),
    (Column("from_days", "int"), Column("fee_share", "number"), Column("in_force_on", "date")),
)
SEAT_REPORTS = Layout(
    *("seat_reports", "block_id", "block", "b"), (_VENUE, Column("obstructed", "bool"), Column("stars", "int"))
)
GATE_REPORTS = Layout(
    *("gate_reports", "store_id", "venue", "q"),
    (Column("scans_failed_share", "number"), Column("names_rejected", "int"), Column("wait_minutes", "number")),
)
TICKET_CONTACTS = contacts("ticket", _VENUE, SHOW_SCENARIOS)
TICKET_MESSAGES = messages("ticket", _VENUE)
TICKET_PAGE_VIEWS = pages("ticket", _VENUE, TICKET_PAGES)
SHOW_LAYOUTS = (
    *(TICKETS, TICKET_LOG, TICKET_ATTEMPTS, TICKET_DELIVERY, TICKET_TRANSFERS, TICKET_FEES),
    *(SHOWS, SHOW_DEMAND, SHOW_SALES, SHOW_FORECASTS, REFUND_TIERS, SEAT_REPORTS, GATE_REPORTS),
    *(TICKET_CONTACTS, TICKET_MESSAGES, TICKET_PAGE_VIEWS),
)
