"""What cleaning agencies record: orders, offers to workers, jobs, arrival estimates, crews, extras."""

from __future__ import annotations

from demand.simulator.rows import Column, Layout
from demand.simulator.sources import contacts, messages, pages, searches

CLEANING_SCENARIOS = (
    *("worker_no_show", "worker_late", "platform_cancel", "damage", "price_add_on", "refund_slow", "other"),
)
JOB_STATUS = ("placed", "assigned", "reassigned", "done", "cancelled", "cancelled_by_platform", "refunded")
CLEANINGS = ("regular", "deep", "windows", "moving")
QUOTES = ("itemised", "lump_sum", "from_price")
ANSWERS = ("declined", "expired", "accepted")
CLEANING_PAGES = ("cleaning", "price_list")

_USER, _AGENCY = Column("user_id", "key", ("user",)), Column("store_id", "key", ("agency",))
_WORKER, _CITY = Column("worker_id", "key", ("worker",)), Column("city_id", "key", ("city",))

_ORDER_COLUMNS = (
    Column("slot_start", "time"),
    Column("slot_hour", "int"),
    Column("hours", "number"),
    Column("home_sqm", "int"),
    Column("price_cents", "cents"),
    Column("quote", "category", QUOTES),
    Column("recurring", "bool"),
    Column("service", "category", CLEANINGS),
)
_JOB_COLUMNS = (
    Column("status", "category", JOB_STATUS),
    Column("worker_jobs", "int"),
    Column("worker_score", "number"),
    Column("worker_new", "bool"),
    Column("worker_damages", "int"),
    Column("agent_refund_cents", "cents"),
)
_CREW_COLUMNS = (
    Column("workers", "int"),
    Column("on_leave", "int"),
    Column("jobs_ahead", "int"),
    Column("unassigned", "int"),
    Column("jobs_per_worker", "number"),
)
CLEANING_ORDERS = Layout("cleaning_orders", "subject_id", "cleaning", "", (_USER, _AGENCY, _CITY, *_ORDER_COLUMNS))
JOBS = Layout("cleaning_jobs", "subject_id", "cleaning", "h", (_USER, _AGENCY, _WORKER, *_JOB_COLUMNS))
OFFERS = Layout(
    *("cleaning_offers", "subject_id", "cleaning", "o"),
    (_USER, _AGENCY, _WORKER, Column("answer", "category", ANSWERS)),
)
ARRIVALS = Layout("cleaning_arrivals", "subject_id", "cleaning", "e", (_USER, _AGENCY, Column("late_minutes", "int")))
CREWS = Layout("cleaning_crews", "city_id", "city", "w", _CREW_COLUMNS)
EXTRAS = Layout(
    *("cleaning_extras", "store_id", "agency", "x"),
    (Column("jobs", "int"), Column("add_ons", "int"), Column("add_on_cents", "cents")),
)
CLEANING_CONTACTS = contacts("cleaning", _AGENCY, CLEANING_SCENARIOS)
CLEANING_MESSAGES = messages("cleaning", _AGENCY)
CLEANING_SEARCHES = searches("cleaning", _AGENCY)
CLEANING_PAGE_VIEWS = pages("cleaning", _AGENCY, CLEANING_PAGES)
CLEANING_LAYOUTS = (
    *(CLEANING_ORDERS, JOBS, OFFERS, ARRIVALS, CREWS, EXTRAS),
    *(CLEANING_CONTACTS, CLEANING_MESSAGES, CLEANING_SEARCHES, CLEANING_PAGE_VIEWS),
)
