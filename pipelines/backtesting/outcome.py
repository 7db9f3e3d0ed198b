"""The result of a backtest: figures by origin, and the model beside any of its baselines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from demand.contract import ContractError
from pipelines.config import did_you_mean
from pipelines.result import Result

BEST = "best"
ALIASES = {"rate_table": "days_table"}
POOLED = "pooled"


@dataclass(frozen=True)
class Backtest(Result):
    """The outcome of `backtest`; `figures` are those of `state/backtest.json`, `path` is the page."""

    @property
    def figures(self) -> Mapping[str, Any]:
        """Industry -> origins, pooled, merchants, alarms, drop."""
        return dict(self.extra["figures"])

    @property
    def alarms(self) -> Mapping[str, tuple[Any, ...]]:
        """Industry -> its alarms."""
        return dict(self.extra["alarms"])

    def compare(self, baseline: str = BEST) -> Any:
        """The model beside a baseline, by industry and origin and pooled: log loss, gain, calibration, lift.

        Parameters
        ----------
        baseline : `base_rate`, `days_table` (or `rate_table`), `days_table_90d`, `two_way_table`, `champion`, or
            `best`: the better of base rate and days table

        Returns
        -------
        pandas frame, indexed by industry and origin; origins at which a baseline has no figure are left out

        Raises
        ------
        ContractError
            If no origin knows the baseline.
        """
        import pandas as pd

        name = ALIASES.get(baseline, baseline)
        rows = [row for row in (_row(i, o, f, name) for i, o, f in self._all()) if row is not None]
        if not rows:
            known = {BEST, *ALIASES, *(b for _, _, f in self._all() for b in f["baselines"])}
            left = {f["champion"]["left_out"]["en"] for _, _, f in self._all() if "left_out" in f.get("champion", {})}
            found = f"no figure of `{baseline}`" + (f": {'; '.join(sorted(left))}" if baseline == "champion" else "")
            raise ContractError(found, "a baseline of this backtest", did_you_mean(baseline, known - {baseline}))
        return pd.DataFrame(rows).set_index(["industry", "origin"])

    def drops(self) -> Any:
        """With and without the doubtful columns, as a pandas frame; None where none was named."""
        import pandas as pd

        rows = [
            {
                "industry": industry,
                "model": row["kind"],
                "columns": ", ".join(row["columns"]),
                **{
                    key: row[key] for key in ("log_loss", "gain", "gain_low", "gain_high", "auroc", "calibration_error")
                },
                "alarms": ", ".join(row["alarms"]),
            }
            for industry, figures in self.figures.items()
            for row in figures.get("drop", ())
        ]
        return pd.DataFrame(rows) if rows else None

    def _all(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for industry, figures in self.figures.items():
            for one in figures["origins"]:
                yield industry, one["t0"][:10], one
            yield industry, POOLED, figures["pooled"]


def _row(industry: str, origin: str, figures: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    if name == BEST:
        of = min(("base_rate", "days_table"), key=lambda b: figures["baselines"][b]["log_loss"])
        gains = {key: figures[key] for key in ("gain", "gain_low", "gain_high")}
    elif name in figures["baselines"]:
        of = name
        gains = {key: figures["baselines"][name][key] for key in ("gain", "gain_low", "gain_high")}
    else:
        return None
    other = figures["baselines"][of]
    return {
        "industry": industry,
        "origin": origin,
        "baseline": of,
        "rows": figures["rows_test"],
        "log_loss": figures["log_loss"],
        "log_loss_baseline": other["log_loss"],
        **gains,
        "calibration": figures["calibration_error"],
        "calibration_baseline": other["calibration_error"],
        "lift": figures["lift_at_5_percent"],
        "lift_baseline": other["lift_at_5_percent"],
    }
