"""What it means when the database refuses rows, table by table."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from demand.contract import StateError

_PLAN_AGAIN = "run `demand decide` again; it goes on from what is committed"
_ONE_DECISION = (
    "one live decision per subject and moment, under one policy",
    "look at the night with `demand report`; `demand decide --replan` takes back what is not on its way",
)
_ONE_MESSAGE = ("one live message per decision", _PLAN_AGAIN)
_MEANINGS = {
    "receipts": ("one receipt per message", "run `demand dispatch` again; what has a receipt is not sent again"),
    "outbox": _ONE_MESSAGE,
    "one_live_message": _ONE_MESSAGE,
    "decisions": _ONE_DECISION,
    "one_live_decision": _ONE_DECISION,
    "plans": ("one plan per industry and moment", _PLAN_AGAIN),
}
"""Names of tables and indexes, as SQLite and PostgreSQL say them -> what was expected, what to do."""

_OTHERWISE = ("rows that belong together", "nothing was written; run the verb again, or restore `state/ledger.db`")


def refused(error: IntegrityError) -> StateError:
    """The database's words, and what they mean for the table it names (a broken foreign key names none)."""
    said = str(error.orig)
    known = [] if "foreign key" in said.lower() else list(_MEANINGS.items())
    expected, remedy = next((meaning for name, meaning in known if name in said), _OTHERWISE)
    return StateError(found=f"the ledger refuses: {said}", expected=expected, remedy=remedy)
