"""Service requests as episodes: re-contacts about one problem are one request.

A customer who calls three times about one late refund is one request, not three. Contacts of the same
subject and scenario belong to one episode while each follows the previous one within `merge`; contacts
that the platform started are not demand and never open or extend an episode.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import ContractError, conform, visible_rows
from demand.contract.database import session

_MERGE = """
WITH asked AS (
    SELECT *, row_number() OVER w AS place, occurred_at - lag(occurred_at) OVER w AS gap
    FROM contacts
    WHERE CASE WHEN $known_before IS NULL THEN visible_to IS NULL
               ELSE visible_from < $known_before AND (visible_to IS NULL OR $known_before <= visible_to) END
    WINDOW w AS (PARTITION BY subject_id, scenario ORDER BY occurred_at, known_at, request_id)
), numbered AS (
    SELECT *, count(*) FILTER (gap IS NULL OR gap > $merge OR $keep_every) OVER (
        PARTITION BY subject_id, scenario ORDER BY place) AS episode
    FROM asked
), sizes AS (
    SELECT *, count(*) OVER (PARTITION BY subject_id, scenario, episode) AS contacts FROM numbered
)
SELECT request_id, subject_id, user_id, occurred_at, known_at, scenario, expectation, scenario_source,
       coalesce(initiator, 'user') AS initiator, text_ref, contacts
FROM sizes
QUALIFY row_number() OVER (PARTITION BY subject_id, scenario, episode ORDER BY place) = 1
ORDER BY subject_id, occurred_at, scenario NULLS LAST, request_id
"""

_IF_NOT_SAID = {
    "op": "insert",
    "user_id": None,
    "scenario": None,
    "expectation": None,
    "scenario_source": "recorded",
    "initiator": "user",
    "text_ref": None,
}


def merge_into_episodes(
    contacts: pa.Table, *, merge: timedelta = timedelta(days=7), known_before: datetime | None = None
) -> pa.Table:
    """Merge re-contacts into episodes.

    Parameters
    ----------
    contacts : table of shape (n_contacts, ...)
        request_id, subject_id, occurred_at and known_at (UTC, microseconds); as far as they are known also scenario
        (null is a scenario of its own), initiator (`platform` is left out), user_id, expectation, text_ref,
        scenario_source (`recorded` if not said), and op: corrections and deletions share the contact's request_id
    merge : timedelta
        Longest gap to the *previous* contact; 0 keeps every contact.
    known_before : instant
        The episodes as they looked at that moment; None: with everything that ever became known.

    Returns
    -------
    table EPISODES of shape (n_episodes, 11)
        Everything of the first contact, and how many there were; sorted by (subject_id, occurred_at).

    Raises
    ------
    ContractError
        If `merge` is negative.

    See Also
    --------
    demand.subjects.labels : an episode begun before the cutoff is no new request.
    """
    if merge < timedelta(0):
        raise ContractError(
            found=f"merge: {merge}", expected="a duration of 0 or more", remedy="write for example `merge: 7d`"
        )
    with session() as db:
        db.register("contacts", visible_contacts(contacts))
        params = {"merge": merge, "keep_every": merge == timedelta(0), "known_before": known_before}
        return conform(db.sql(_MERGE, params=params).to_arrow_table(), "episodes")


def visible_contacts(contacts: pa.Table) -> pa.Table:
    """The contacts that are demand, in every version that was ever visible: about a subject, and not by the platform.

    Parameters
    ----------
    contacts : as in `merge_into_episodes`

    Returns
    -------
    the same columns without `op`, those that were not said among them, plus `visible_from` and `visible_to`
    """
    for name, value in _IF_NOT_SAID.items():
        if name not in contacts.column_names:
            contacts = contacts.append_column(name, pa.repeat(pa.scalar(value, pa.string()), contacts.num_rows))
    versions = visible_rows(contacts.append_column("id", contacts["request_id"]))
    by_platform = pc.fill_null(pc.equal(versions["initiator"], "platform"), False)
    return versions.filter(pc.and_(pc.invert(by_platform), pc.is_valid(versions["subject_id"])))
