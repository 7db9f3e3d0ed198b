"""Sources that industries share: each writes its own rows to `contacts`, `messages`, `page_views`, `slot_searches`."""

from __future__ import annotations

from demand.simulator.rows import Column, Layout
from demand.simulator.texts import CONTACT_CHANNELS, EXPECTATIONS, pool_of

INITIATORS = ("user", "platform")
MESSAGES = ("question", "reply", "overdue")
_USER = Column("user_id", "key", ("user",))


def contacts(prefix: str, store: Column, scenarios: tuple[str, ...]) -> Layout:
    """The service desk's rows about subjects with this prefix."""
    columns = (
        Column("scenario", "category", scenarios),
        Column("initiator", "category", INITIATORS),
        Column("channel", "category", CONTACT_CHANNELS),
        Column("text", "letter", wording=pool_of(prefix, scenarios)),
        Column("expectation", "category", EXPECTATIONS),
        Column("reopened_of", "row", ("c",)),
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
