"""The tables everything hangs on. Schemas live here, once.

Identifiers are strings, times `timestamp[us, UTC]`, money int64 cents, probabilities float64.
"""

from __future__ import annotations

import pyarrow as pa

from demand.contract.errors import ContractError
from demand.contract.types import INSTANT

_S, _F, _I, _B = pa.string(), pa.float64(), pa.int64(), pa.bool_()


def _schema(required: dict[str, pa.DataType], optional: dict[str, pa.DataType] | None = None) -> pa.Schema:
    fields = [pa.field(n, t, nullable=False) for n, t in required.items()]
    return pa.schema(fields + [pa.field(n, t) for n, t in (optional or {}).items()])


SOURCE_ROW = _schema({"id": _S, "occurred_at": INSTANT, "known_at": INSTANT, "op": _S})
"""First columns of every source (op is `insert`, `correct` or `delete`); `<key>_id` and the declared ones follow."""

SUBJECTS = _schema(
    {"subject_id": _S, "kind": _S, "industry": _S, "opened_at": INSTANT, "known_at": INSTANT, "visible_from": INSTANT},
    {"due_at": INSTANT, "visible_to": INSTANT},
)
"""One row per visible version of a subject (a corrected due date is a new version); `<key>_id` columns follow."""

SPINE = _schema({"subject_id": _S, "cutoff": INSTANT, "industry": _S, "horizon_us": _I})
"""`opened_at`, `due_at`, `<key>_id` columns follow; unique on (subject_id, cutoff), sorted by (cutoff, subject_id)."""

EPISODES = _schema(
    {
        "request_id": _S,
        "subject_id": _S,
        "occurred_at": INSTANT,
        "known_at": INSTANT,
        "scenario_source": _S,
        "initiator": _S,
        "contacts": _I,
    },
    {"user_id": _S, "scenario": _S, "expectation": _S, "text_ref": _S},
)

LABELS = _schema(
    {"subject_id": _S, "cutoff": INSTANT, "status": _S, "observed_until": INSTANT, "arm": _S, "label_as_of": INSTANT},
    {"requested": _B, "scenario": _S, "expectation": _S, "onset_at": INSTANT, "propensity": _F},
)
"""`status` is `mature` or `censored`; a censored row has no `requested`; `arm` is `none` where nothing was done."""

SCORES = _schema(
    {
        "subject_id": _S,
        "cutoff": INSTANT,
        "industry": _S,
        "run_id": _S,
        "model_version": _S,
        "p_request": _F,
        "incidence": pa.list_(_F),
    },
    {
        "onset_p10": INSTANT,
        "onset_p50": INSTANT,
        "onset_p90": INSTANT,
        "expectation": _S,
        "opened_at": INSTANT,
        "due_at": INSTANT,
        "user_id": _S,
    },
)
"""`incidence` is scenario x bucket, row by row; `score_axes` names scenarios and bucket edges once a run."""

SCORE_AXES = _schema({"industry": _S, "run_id": _S, "scenarios": pa.list_(_S), "bucket_days": pa.list_(_F)})

REASONS = _schema(
    {
        "subject_id": _S,
        "cutoff": INSTANT,
        "rank": _I,
        "family": _S,
        "feature": _S,
        "points": _F,
        "actionable": _B,
        "context": _S,
    },
    {"value": _S, "reference": _S},
)
"""`points` are probability points; `context` is the JSON of every value that the phrase needs."""

CANDIDATES = _schema(
    {
        "decision_id": _S,
        "subject_id": _S,
        "cutoff": INSTANT,
        "industry": _S,
        "intervention": _S,
        "scenario": _S,
        "eligible": _B,
        "reason_code": _S,
        "value_cents": _I,
        "cost_cents": _I,
        "propensity": _F,
    }
)

DECISIONS = _schema(
    {
        "decision_id": _S,
        "subject_id": _S,
        "as_of": INSTANT,
        "industry": _S,
        "policy": _S,
        "intervention": _S,
        "scenario": _S,
        "arm": _S,
        "reason_code": _S,
        "channel": _S,
        "propensity": _F,
        "value_cents": _I,
        "cost_cents": _I,
        "liability_cents": _I,
        "approval": _S,
        "status": _S,
    },
    {"user_id": _S, "fund": _S, "fire_at": INSTANT, "expires_at": INSTANT, "idempotency_key": _S},
)
"""`arm` is treat, holdout, explore or blocked; `status` is planned, dispatched, failed or void."""

RECEIPTS = _schema({"idempotency_key": _S, "status": _S, "occurred_at": INSTANT, "known_at": INSTANT}, {"detail": _S})

RUNS = _schema(
    {"run_id": _S, "verb": _S, "as_of": INSTANT, "status": _S, "started_at": INSTANT, "quarantined": _I},
    {
        "finished_at": INSTANT,
        "input_digest": _S,
        "code_version": _S,
        "config_digest": _S,
        "model_version": _S,
        "counts": _S,
        "message": _S,
    },
)

TABLES: dict[str, pa.Schema] = {
    "subjects": SUBJECTS,
    "spine": SPINE,
    "episodes": EPISODES,
    "labels": LABELS,
    "scores": SCORES,
    "score_axes": SCORE_AXES,
    "reasons": REASONS,
    "candidates": CANDIDATES,
    "decisions": DECISIONS,
    "receipts": RECEIPTS,
    "runs": RUNS,
}


def conform(table: pa.Table, name: str) -> pa.Table:
    """Cast a table to the schema of `name`, its columns first and in order; further columns follow unchanged.

    Raises
    ------
    ContractError
        If a column is missing, cannot be cast, or has nulls where none may be.
    """
    schema = TABLES[name]
    missing = [f.name for f in schema if f.name not in table.column_names and not f.nullable]
    if missing:
        raise ContractError(
            found=f"table {name} lacks {', '.join(missing)}",
            expected=f"columns {', '.join(schema.names)}",
            remedy="add the missing columns",
        )
    columns: dict[str, pa.ChunkedArray] = {}
    for field in schema:
        if field.name not in table.column_names:
            columns[field.name] = pa.chunked_array([pa.nulls(table.num_rows, field.type)])
            continue
        try:
            column = table[field.name].cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise ContractError(
                found=f"table {name}, column {field.name}: {error}",
                expected=str(field.type),
                remedy="convert the column before",
            ) from error
        if not field.nullable and column.null_count:
            raise ContractError(
                found=f"table {name}, column {field.name}: {column.null_count:,} nulls",
                expected="no null",
                remedy="fill or drop these rows before",
            )
        columns[field.name] = column
    for extra in table.column_names:
        if extra not in columns:
            columns[extra] = table[extra]
    return pa.table(columns)
