"""One industry's backtest, from its material to its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipelines.backtesting.alarms import Alarm, Detective
from pipelines.backtesting.champion import champion_of
from pipelines.backtesting.dropping import drop_figures
from pipelines.backtesting.folds import origin_figures, pool, pooled_figures, roll, said
from pipelines.backtesting.material import Material
from pipelines.backtesting.merchants import merchant_figures
from pipelines.backtesting.origins import Origins, choose_origins


@dataclass(frozen=True)
class Backtested:
    """What a backtest says about one industry.

    Parameters
    ----------
    figures : `origins` (a list), `pooled`, `merchants`, `alarms`, `drop`, `label_as_of`
    alarms : the same alarms as values
    """

    industry: str
    figures: dict[str, Any]
    alarms: tuple[Alarm, ...]


def backtest_industry(
    material: Material,
    *,
    origins: Origins | None,
    span: timedelta | None,
    drop: Sequence[str],
    slices: bool,
    say: Callable[[str], None],
) -> Backtested | None:
    """Roll, look at merchants, look for leaks, leave out columns; None where the time range has no room for a test.

    Raises
    ------
    ContractError
        If a named origin leaves nothing to learn from or to test.
    """
    moments = choose_origins(material, origins, span=span)
    if not moments:
        return None
    folds = roll(material, moments, say=say)
    champion = champion_of(material.ws, material.industry)
    parts, rows = [], []
    for fold in folds:
        reason = champion.why_not(fold) if champion else None
        honest = champion is not None and reason is None
        part = said(fold, {"champion": champion.predict(fold)} if champion is not None and honest else None)
        figures = origin_figures(material, fold, part)
        if champion is not None:
            left_out = {} if reason is None else {"left_out": {"en": reason.en, "zh": reason.zh}}
            figures["champion"] = {"version": champion.version, **left_out}
        rows.append(figures)
        parts.append(part)
    pooled = pool(parts)
    figures = {
        "label_as_of": _iso(material.label_as_of),
        "features": len(material.examples.meta),
        "origins": rows,
        "pooled": {**pooled_figures(pooled), "origins": len(rows)},
    }
    if slices:
        figures["merchants"] = merchant_figures(material, folds)
        if figures["merchants"]:
            say(f"{material.industry}: new values of {figures['merchants']['key']} looked at apart")
    alarms = tuple(Detective(material, folds, champion).alarms(pooled))
    figures["alarms"] = [alarm.to_dict() for alarm in alarms]
    if drop:
        figures["drop"] = drop_figures(material, folds, drop, say=say)
    return Backtested(material.industry, figures, alarms)


def _iso(moment: datetime) -> str:
    return moment.isoformat()
