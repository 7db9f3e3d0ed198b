"""What was decided for each live order tonight: one row an order, whatever the reason."""

from __future__ import annotations

import pyarrow as pa

from demand.contract.database import session
from pipelines.reports.inputs import Inputs

PENDING = "pending"
"""The approval of an action that a person has to agree to first."""

_OUTCOMES = """
WITH decided AS (
    SELECT *
    FROM decisions
    WHERE status <> 'void'
    QUALIFY row_number() OVER (
        PARTITION BY subject_id ORDER BY arm IN ('treat', 'explore') DESC, arm = 'holdout' DESC, decision_id) = 1
), considered AS (
    SELECT subject_id, intervention, reason_code
    FROM candidates
    QUALIFY row_number() OVER (
        PARTITION BY subject_id ORDER BY eligible DESC, value_cents DESC, intervention, decision_id) = 1
)
SELECT s.subject_id, s.industry, s.p_request,
       CASE WHEN d.arm IN ('treat', 'explore') THEN 'act' WHEN d.arm = 'holdout' THEN 'held' ELSE 'none' END AS outcome,
       coalesce(d.intervention, c.intervention) AS intervention, d.scenario, d.channel, d.status, d.approval,
       d.fire_at, coalesce(d.cost_cents, 0) AS cost_cents, coalesce(d.liability_cents, 0) AS liability_cents,
       coalesce(nullif(d.reason_code, ''), c.reason_code, 'no_candidate') AS reason_code
FROM scores s
LEFT JOIN decided d USING (subject_id)
LEFT JOIN considered c USING (subject_id)
ORDER BY s.p_request DESC, s.subject_id
"""


def outcomes(inputs: Inputs) -> pa.Table:
    """Tonight's orders, riskiest first, each with its outcome: `act`, `held` or `none`, and the reason code.

    Where nothing was decided about an order, its best candidate says why; without a candidate the code is
    `no_candidate`. Void decisions count as not made.
    """
    with session() as db:
        for name in ("scores", "decisions", "candidates"):
            db.register(name, inputs.tables[name])
        return db.sql(_OUTCOMES).to_arrow_table()
