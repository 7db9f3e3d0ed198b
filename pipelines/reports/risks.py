"""The riskiest orders: what will happen, when, why, and what will be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import Text
from demand.explanation import word
from pipelines.reports.decided import PENDING
from pipelines.reports.expected import axes_by_industry, incidence_of
from pipelines.reports.inputs import Inputs
from pipelines.reports.model import Reason, Risk
from pipelines.reports.names import plain
from pipelines.reports.numerals import moment
from pipelines.reports.words import say


def top_risks(inputs: Inputs, decided: pa.Table, *, cases: int) -> tuple[Risk, ...]:
    """The `cases` riskiest orders of all industries.

    Parameters
    ----------
    decided : the outcome of every order, riskiest first, as `decided.outcomes` gives it
    """
    outcomes = decided.slice(0, cases).to_pylist()
    wanted = pa.array([o["subject_id"] for o in outcomes], pa.string())
    scores = _scores(inputs, wanted)
    reasons = _reasons(inputs, wanted)
    return tuple(
        _risk(inputs, outcome, scores[outcome["subject_id"]], reasons.get(outcome["subject_id"], ()))
        for outcome in outcomes
        if outcome["subject_id"] in scores
    )


def _scores(inputs: Inputs, wanted: pa.Array) -> dict[str, dict[str, Any]]:
    """subject -> its row of scores, with the probability of each scenario."""
    found: dict[str, dict[str, Any]] = {}
    chosen = inputs.tables["scores"].filter(pc.is_in(inputs.tables["scores"]["subject_id"], wanted))
    for industry, (scenarios, edges) in axes_by_industry(inputs).items():
        rows = chosen.filter(pc.field("industry") == industry)
        if not rows.num_rows:
            continue
        by_scenario = incidence_of(rows, len(scenarios), len(edges) - 1).sum(axis=2)
        for row, shares in zip(rows.drop_columns(["incidence"]).to_pylist(), by_scenario, strict=True):
            found[row["subject_id"]] = row | {"scenarios": dict(zip(scenarios, map(float, shares), strict=True))}
    return found


def _reasons(inputs: Inputs, wanted: pa.Array) -> dict[str, list[dict[str, Any]]]:
    table = inputs.tables["reasons"]
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in table.filter(pc.is_in(table["subject_id"], wanted)).sort_by("rank").to_pylist():
        found[row["subject_id"]].append(row)
    return found


def _risk(
    inputs: Inputs, outcome: Mapping[str, Any], score: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]]
) -> Risk:
    shares: Mapping[str, float] = score["scenarios"]
    scenario = max(sorted(shares), key=lambda name: shares[name])
    total = sum(shares.values())
    meta = inputs.meta.get(score["industry"], {})
    action_key, action, note = _tonight(inputs, outcome)
    return Risk(
        subject=score["subject_id"],
        industry=score["industry"],
        industry_name=inputs.names.industry(score["industry"]),
        p_request=score["p_request"],
        scenario=scenario,
        scenario_name=inputs.names.scenario(scenario),
        scenario_share=shares[scenario] / total if total else 0.0,
        onset=tuple(inputs.local(score[f"onset_{q}"]) for q in ("p10", "p50", "p90")),
        due_at=inputs.local(score["due_at"]),
        reasons=tuple(Reason(_words(row, meta), row["points"], row["actionable"]) for row in reasons),
        outcome=outcome["outcome"],
        action=action,
        action_key=action_key,
        note=note,
    )


def _words(row: Mapping[str, Any], meta: Mapping[str, Any]) -> Text:
    """The reason as a phrase; the feature's own name where its meaning is not known."""
    if row["feature"] not in meta:
        name, value = plain(row["feature"]), row["value"]
        return name if value is None else Text(f"{name.en}: {value}", f"{name.zh}：{value}")
    return Text(word(row, meta, "en"), word(row, meta, "zh"))


def _tonight(inputs: Inputs, outcome: Mapping[str, Any]) -> tuple[str, Text, Text]:
    """key for the filter, what will be done, and when it fires or why it is not done."""
    if not inputs.decided:
        return "none", say("not_decided"), Text("", "")
    if outcome["outcome"] == "held":
        return "held", say("held_out"), say("held_out_note")
    if outcome["outcome"] == "none":
        return "none", say("no_action"), inputs.names.reason_code(outcome["reason_code"])
    name, fire_at = outcome["intervention"], outcome["fire_at"]
    if outcome["status"] == "failed":
        note = say("sending_failed")
    elif outcome["approval"] == PENDING:
        note = say("waits_for_approval")
    elif fire_at is None:
        note = say("fires_at_once")
    else:
        note = say("fires_at", moment=moment(fire_at, inputs.zone))
    return name, inputs.names.intervention(name), note
