"""What became of past rows of the spine, with the moment from which each outcome was known.

Labels answer "what happened, seen from one moment"; outcomes answer it for every moment at once, as rows with two
clocks: read as of t they are the labels as of t. An outcome is known once its window and the reporting delay are over.
A request that becomes known, is corrected or taken back later changes it from then on, and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pyarrow as pa

from demand.contract import INSTANT
from demand.subjects.episodes import visible_contacts
from demand.subjects.sql import connection

_OUTCOMES = """
WITH asked AS (
    SELECT *, cutoff + $horizon AS until, cutoff + $horizon + $delay AS settled FROM spine
), bounds AS (
    SELECT subject_id, occurred_at, unnest([visible_from, visible_to]) AS moment FROM contacts
), moments AS (
    SELECT place, settled AS moment FROM asked
    UNION
    SELECT a.place, b.moment
    FROM asked a JOIN bounds b
      ON b.subject_id = a.subject_id AND b.occurred_at < a.until AND b.moment > a.settled
), heard AS (
    SELECT m.place, m.moment, a.cutoff, c.occurred_at, c.known_at, c.request_id, c.scenario, c.merge,
           c.occurred_at - lag(c.occurred_at) OVER (
               PARTITION BY m.place, m.moment, c.entry, c.scenario
               ORDER BY c.occurred_at, c.known_at, c.request_id) AS gap
    FROM moments m JOIN asked a USING (place) JOIN contacts c
      ON c.subject_id = a.subject_id AND c.occurred_at < a.until
     AND c.visible_from <= m.moment AND (c.visible_to IS NULL OR m.moment < c.visible_to)
), first_request AS (
    SELECT place, moment, scenario
    FROM heard
    WHERE occurred_at >= cutoff AND (gap IS NULL OR gap > merge OR merge = INTERVAL 0 SECOND)
    QUALIFY row_number() OVER (PARTITION BY place, moment ORDER BY occurred_at, known_at, request_id) = 1
), told AS (
    SELECT place, moment, f.place IS NOT NULL AS requested, f.scenario,
           row_number() OVER w AS version, lag(f.place IS NOT NULL) OVER w AS was, lag(f.scenario) OVER w AS called
    FROM moments LEFT JOIN first_request f USING (place, moment)
    WINDOW w AS (PARTITION BY place ORDER BY moment)
)
SELECT a.subject_id || '@' || epoch_us(a.cutoff) AS id, a.until AS occurred_at, t.moment AS known_at,
       CASE WHEN t.version = 1 THEN 'insert' ELSE 'correct' END AS op, a.subject_id{keys}, t.requested, t.scenario
FROM told t JOIN asked a USING (place)
WHERE t.version = 1 OR t.requested <> t.was OR t.scenario IS DISTINCT FROM t.called
ORDER BY known_at, id
"""


def make_outcomes(
    spine: pa.Table, contacts: Sequence[tuple[pa.Table, timedelta]], *, horizon: timedelta, delay: timedelta
) -> pa.Table:
    """The outcomes of the rows of a spine.

    Parameters
    ----------
    spine : subject_id, cutoff and further `<key>_id` columns
    contacts : tables as `merge_into_episodes` takes them, each with the longest gap inside one of its episodes
    horizon, delay : as in `make_labels`

    Returns
    -------
    table with the rows of a source: id, occurred_at, known_at, op, subject_id, the spine's keys, requested, scenario
        `occurred_at` is the end of the window. As of a moment t (`known_at` before t) a row of the spine that is there
        has the label that `make_labels` gives it with the episodes and the `label_as_of` of t.
    """
    keys = [c for c in spine.column_names if c.endswith("_id") and c != "subject_id"]
    place = pa.array(range(spine.num_rows), pa.int64())
    with connection() as db:
        db.register("spine", spine.select(["subject_id", "cutoff", *keys]).append_column("place", place))
        db.register("contacts", _side_by_side(contacts))
        sql = _OUTCOMES.format(keys="".join(f', a."{key}"' for key in keys))
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
