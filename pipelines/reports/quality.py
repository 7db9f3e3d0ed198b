"""How good the models are, read from the evaluation that training wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from demand.contract import Text
from pipelines.reports.inputs import Inputs
from pipelines.reports.model import Quality

BASELINES = ("base_rate", "days_table", "days_table_90d", "two_way_table")


def model_quality(inputs: Inputs) -> tuple[Quality, ...]:
    """One entry per industry of the evaluation, in the workspace's order; a figure that is missing is None.

    What was measured on rows after the night, of an industry that lives in another year, is no part of its page.
    """
    known: Mapping[str, Any] = inputs.evaluation.get("industries", {})
    measured = {name: e for name, e in known.items() if not _after(e.get("test_from"), inputs)}
    order = [*(i for i in inputs.horizons if i in measured), *(i for i in measured if i not in inputs.horizons)]
    return tuple(_quality(inputs, name, measured[name]) for name in order)


def not_measured(inputs: Inputs) -> tuple[Text, ...]:
    """The industries of the workspace that the evaluation says nothing about."""
    measured = inputs.evaluation.get("industries", {})
    return tuple(inputs.names.industry(name) for name in inputs.horizons if name not in measured)


def _quality(inputs: Inputs, name: str, e: Mapping[str, Any]) -> Quality:
    bins = e.get("reliability") or ()
    losses = ((baseline, e.get(f"log_loss_{baseline}")) for baseline in BASELINES)
    return Quality(
        industry=name,
        name=inputs.names.industry(name),
        test_from=_day(e.get("test_from"), inputs),
        test_to=_day(e.get("test_to"), inputs),
        rows_train=e.get("rows_train"),
        rows_test=e.get("rows_test"),
        positives_test=e.get("positives_test"),
        base_rate_test=e.get("base_rate_test"),
        gain=e.get("gain"),
        gain_low=e.get("gain_low"),
        gain_high=e.get("gain_high"),
        log_loss=e.get("log_loss"),
        baselines=tuple((baseline, loss) for baseline, loss in losses if loss is not None),
        auroc=e.get("auroc"),
        average_precision=e.get("average_precision"),
        calibration_error=e.get("calibration_error"),
        lift=e.get("lift_at_5_percent"),
        recall=e.get("recall_at_5_percent"),
        reliability=tuple((float(p), float(y), int(n)) for p, y, n in bins if p is not None and y is not None),
    )


def _after(moment: str | None, inputs: Inputs) -> bool:
    first = _day(moment, inputs)
    return first is not None and first > inputs.as_of.astimezone(inputs.zone).date()


def _day(value: str | None, inputs: Inputs) -> date | None:
    if not value:
        return None
    if len(value) == 10:
        return date.fromisoformat(value)
    at = datetime.fromisoformat(value)
    return (at if at.tzinfo is None else at.astimezone(inputs.zone)).date()
