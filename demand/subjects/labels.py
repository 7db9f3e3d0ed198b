"""What happened after: for every row of the spine, whether a new request began in [cutoff, cutoff + H).

A row whose window (plus the time that reports need to arrive) is not over by `label_as_of` is censored, not negative.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa

from demand.contract import TABLES, ContractError, conform
from demand.contract.database import session

_LABELS = """
WITH asked AS (
    SELECT *, cutoff + $horizon AS until FROM spine
), first_request AS (
    SELECT a.place, e.scenario, e.expectation, e.occurred_at AS onset_at
    FROM asked a JOIN episodes e
      ON e.subject_id = a.subject_id AND e.occurred_at >= a.cutoff AND e.occurred_at < a.until
     AND e.known_at < $label_as_of
    QUALIFY row_number() OVER (PARTITION BY a.place ORDER BY e.occurred_at, e.known_at, e.request_id) = 1
), done AS (
    SELECT a.place, d.arm, d.propensity
    FROM asked a JOIN decisions d
      ON d.subject_id = a.subject_id AND d.as_of < a.until AND coalesce(d.fire_at, d.as_of) < a.until
     AND d.as_of < $label_as_of AND d.status <> 'void' AND d.arm IN ('treat', 'explore', 'holdout')
    QUALIFY row_number() OVER (PARTITION BY a.place ORDER BY d.as_of DESC, d.decision_id DESC) = 1
)
SELECT a.subject_id, a.cutoff, CASE WHEN mature THEN 'mature' ELSE 'censored' END AS status,
       CASE WHEN mature THEN r.place IS NOT NULL END AS requested,
       CASE WHEN mature THEN r.scenario END AS scenario,
       CASE WHEN mature THEN r.expectation END AS expectation,
       CASE WHEN mature THEN r.onset_at END AS onset_at,
       least(a.until, greatest(a.cutoff, $label_as_of - $delay)) AS observed_until,
       coalesce(d.arm, 'none') AS arm, d.propensity, $label_as_of AS label_as_of
FROM (SELECT *, until + $delay <= $label_as_of AS mature FROM asked) a
LEFT JOIN first_request r USING (place)
LEFT JOIN done d USING (place)
ORDER BY a.place
"""


def make_labels(
    spine: pa.Table,
    episodes: pa.Table,
    *,
    horizon: timedelta,
    delay: timedelta = timedelta(0),
    label_as_of: datetime,
    decisions: pa.Table | None = None,
) -> pa.Table:
    """Label every row of a spine.

    Parameters
    ----------
    spine : subject_id, cutoff
    episodes : from `merge_into_episodes`, best with `known_before=label_as_of`: an episode known at `label_as_of` or
        later is not used, but one that was merged with later knowledge cannot be taken apart here
    horizon : H; the window is [cutoff, cutoff + H)
    delay : how long a request may need to become known
    label_as_of : the moment from which we look back, itself a strict cutoff
    decisions : table DECISIONS; None: nothing was ever done

    Returns
    -------
    table LABELS, one row per spine row in its order
        The first episode in the window gives scenario, expectation and onset. arm and propensity are those of the
        subject's latest decision (treat, explore, holdout; not void) made and in force before the window ends.

    Raises
    ------
    ContractError
        If the horizon is not positive or the delay negative.
    """
    if horizon <= timedelta(0) or delay < timedelta(0):
        raise ContractError(
            found=f"horizon {horizon}, reporting delay {delay}",
            expected="a horizon above 0 and a delay of 0 or more",
            remedy="write for example `horizon: 14d` and `reporting_delay: 2d`",
        )
    with session() as db:
        place = pa.array(range(spine.num_rows), pa.int64())
        db.register("spine", spine.select(["subject_id", "cutoff"]).append_column("place", place))
        db.register("episodes", episodes)
        db.register("decisions", TABLES["decisions"].empty_table() if decisions is None else decisions)
        params = {"horizon": horizon, "delay": delay, "label_as_of": label_as_of}
        return conform(db.sql(_LABELS, params=params).to_arrow_table(), "labels")
