"""What beauty salons record: appointments, what becomes of them, creators' claims, review wording, inspections."""

from __future__ import annotations

from demand.simulator.rows import Column, Layout
from demand.simulator.sources import contacts, messages, pages, searches

BEAUTY_SCENARIOS = (
    *("misleading_claim", "upsell_on_site", "allergy_injury", "booking_refused", "fake_content", "refund_slow"),
    "other",
)
VISIT_STATUS = ("booked", "confirmed", "patch_tested", "moved_by_salon", "done", "cancelled", "refunded")
SERVICES = ("hair", "nails", "facial", "injection", "laser")
BEAUTY_PAGES = ("appointment", "licence", "refund_rules")
SALON_CLAIMS = ("plain", "discount", "last_chance", "no_downtime", "sure_result")
WORDINGS = ("kind", "plain", "pushy", "careless")

_USER, _SALON = Column("user_id", "key", ("user",)), Column("store_id", "key", ("salon",))
_CREATOR = Column("creator_id", "key", ("presenter",))

_VISIT_COLUMNS = (
    Column("visits_on", "date"),
    Column("service", "category", SERVICES),
    Column("medical", "bool"),
    Column("licence_fits", "bool"),
    Column("allergy_noted", "bool"),
    Column("price_cents", "cents"),
    Column("discount", "number"),
    Column("channel", "category", ("app", "store", "livestream")),
)
VISITS = Layout("beauty_orders", "subject_id", "treatment", "", (_USER, _SALON, _CREATOR, *_VISIT_COLUMNS))
VISIT_LOG = Layout(
    *("beauty_status", "subject_id", "treatment", "h"),
    (_USER, _SALON, Column("status", "category", VISIT_STATUS), Column("agent_refund_cents", "cents")),
)
SALON_CONTENT = Layout(
    *("beauty_content", "creator_id", "presenter", "l"),
    (
        _SALON,
        Column("claim", "category", SALON_CLAIMS),
        Column("bold", "bool"),
        Column("beyond_licence", "bool"),
    ),
)
WORDS = Layout(
    *("beauty_review_words", "store_id", "salon", "x"),
    (Column("wording", "category", WORDINGS), Column("pushy", "bool")),
)
SALON_INSPECTIONS = Layout(
    *("beauty_inspections", "store_id", "salon", "i"),
    (Column("score", "number"), Column("passed", "bool")),
)
BEAUTY_CONTACTS = contacts("treatment", _SALON, BEAUTY_SCENARIOS)
BEAUTY_MESSAGES = messages("treatment", _SALON)
BEAUTY_SEARCHES = searches("treatment", _SALON)
BEAUTY_PAGE_VIEWS = pages("treatment", _SALON, BEAUTY_PAGES)
BEAUTY_LAYOUTS = (
    *(VISITS, VISIT_LOG, SALON_CONTENT, WORDS, SALON_INSPECTIONS),
    *(BEAUTY_CONTACTS, BEAUTY_MESSAGES, BEAUTY_SEARCHES, BEAUTY_PAGE_VIEWS),
)
