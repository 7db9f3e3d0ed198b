"""What became of past subjects, with the moment from which it was known.

Labels say what happened after one row of the spine, seen from one moment; outcomes say it of a subject, for every
moment at once, as rows with two clocks. Read as of t, a subject is there once its first window and the reporting delay
are over, and it asked if any of its windows that are over by then has a request that was known before t. A request that
becomes known, is corrected or taken back later changes it from then on, and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pyarrow as pa

from demand.contract import INSTANT
from demand.contract.database import session
from demand.subjects.episodes import visible_contacts

_OUTCOMES = """
WITH asked AS (
    SELECT *, cutoff + $horizon AS until, cutoff + $horizon + $delay AS settled FROM spine
), told_of AS (
    SELECT c.*, (
        SELECT min(a.settled) FROM asked a
        WHERE a.subject_id = c.subject_id AND a.cutoff <= c.occurred_at AND c.occurred_at < a.until
    ) AS ripe_from
    FROM contacts c
), moments AS (
    SELECT subject_id, settled AS moment FROM asked
    UNION
    SELECT subject_id, unnest([visible_from, visible_to]) AS moment FROM contacts
), heard AS (
    SELECT m.subject_id, m.moment, c.occurred_at, c.known_at, c.request_id, c.scenario, c.merge, c.ripe_from,
           c.occurred_at - lag(c.occurred_at) OVER (
               PARTITION BY m.subject_id, m.moment, c.entry, c.scenario
               ORDER BY c.occurred_at, c.known_at, c.request_id) AS gap
    FROM moments m JOIN told_of c
      ON c.subject_id = m.subject_id
     AND c.visible_from <= m.moment AND (c.visible_to IS NULL OR m.moment < c.visible_to)
), first_request AS (
    SELECT subject_id, moment, scenario
    FROM heard
    WHERE ripe_from <= moment AND (gap IS NULL OR gap > merge OR merge = INTERVAL 0 SECOND)
    QUALIFY row_number() OVER (PARTITION BY subject_id, moment ORDER BY occurred_at, known_at, request_id) = 1
), versions AS (
    SELECT a.*, m.moment, f.subject_id IS NOT NULL AS requested, f.scenario
    FROM moments m ASOF JOIN asked a ON a.subject_id = m.subject_id AND m.moment >= a.settled
    LEFT JOIN first_request f ON f.subject_id = m.subject_id AND f.moment = m.moment
), compared AS (
    SELECT *, row_number() OVER w AS version, lag(place) OVER w AS last_place, lag(requested) OVER w AS was,
           lag(scenario) OVER w AS called
    FROM versions
    WINDOW w AS (PARTITION BY subject_id ORDER BY moment)
)
SELECT subject_id AS id, until AS occurred_at, moment AS known_at,
       CASE WHEN version = 1 THEN 'insert' ELSE 'correct' END AS op, subject_id{keys}, requested, scenario
FROM compared
WHERE version = 1 OR place <> last_place OR requested <> was OR scenario IS DISTINCT FROM called
ORDER BY known_at, id
"""


def make_outcomes(
    spine: pa.Table, contacts: Sequence[tuple[pa.Table, timedelta]], *, horizon: timedelta, delay: timedelta
) -> pa.Table:
    """The outcomes of the subjects of a spine.

    Parameters
    ----------
    spine : subject_id, cutoff and further `<key>_id` columns
    contacts : tables as `merge_into_episodes` takes them, each with the longest gap inside one of its episodes
    horizon, delay : as in `make_labels`

    Returns
    -------
    table with the rows of a source: id, occurred_at, known_at, op, subject_id, the spine's keys, requested, scenario
        A subject's versions share its id. As of a moment t they say what `make_labels`, with the episodes and the
        `label_as_of` of t, says of the subject's rows that are over before t: whether any is requested, and the
        scenario of the first request. `occurred_at` is the end of the newest of these windows, the keys are its.
    """
    keys = [c for c in spine.column_names if c.endswith("_id") and c != "subject_id"]
    place = pa.array(range(spine.num_rows), pa.int64())
    with session() as db:
        db.register("spine", spine.select(["subject_id", "cutoff", *keys]).append_column("place", place))
        db.register("contacts", _side_by_side(contacts))
        sql = _OUTCOMES.format(keys="".join(f', "{key}"' for key in keys))
        return db.sql(sql, params={"horizon": horizon, "delay": delay}).to_arrow_table()


def _side_by_side(contacts: Sequence[tuple[pa.Table, timedelta]]) -> pa.Table:
    """The contacts that are demand, in every visible version, with their entry and what is one episode there."""
    tables = [_NO_CONTACTS]
    for number, (table, merge) in enumerate(contacts):
        seen = visible_contacts(table)
        tables.append(
            seen.select([n for n in _NO_CONTACTS.column_names if n not in ("entry", "merge")])
            .append_column("entry", pa.repeat(pa.scalar(number, pa.int64()), seen.num_rows))
            .append_column("merge", pa.repeat(pa.scalar(merge, pa.duration("us")), seen.num_rows))
        )
    return pa.concat_tables(tables, promote_options="permissive")


_NO_CONTACTS = pa.schema(
    [("request_id", pa.string()), ("subject_id", pa.string()), ("scenario", pa.string())]
    + [(clock, INSTANT) for clock in ("occurred_at", "known_at", "visible_from", "visible_to")]
    + [("entry", pa.int64()), ("merge", pa.duration("us"))]
).empty_table()
