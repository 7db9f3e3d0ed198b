"""What the page says about one industry: charts, and the tables behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from demand.contract import Text
from pipelines.backtesting.words import say
from pipelines.config.industries import OVERALL
from pipelines.reports.charts import Interval, forest, reliability
from pipelines.reports.numerals import MISSING, count, decimals, full_day, percent, signed_percent

Cell = Text | str
Head = tuple[Text, bool]
Figures = Mapping[str, Any]

BASELINES = ("base_rate", "days_table", "days_table_90d", "two_way_table", "champion")


@dataclass(frozen=True)
class Panel:
    """A heading, a table, and perhaps a chart of the same numbers."""

    title: Text
    heads: list[Head]
    rows: list[list[Cell]]
    chart: Markup | None = None


@dataclass(frozen=True)
class Panels:
    """One industry's part of the page; `key` makes ids unique."""

    key: str
    name: Text
    figures: Figures
    scenarios: Mapping[str, Text]

    def section(self) -> dict[str, Any]:
        """What the template fills in."""
        pooled = self.figures["pooled"]
        merchants = self.figures.get("merchants")
        return {
            "id": self.key,
            "name": self.name,
            "line": say(
                "industry_line",
                gain=_signed(pooled["gain"]),
                low=_signed(pooled["gain_low"]),
                high=_signed(pooled["gain_high"]),
                origins=pooled["origins"],
                rows=count(pooled["rows_test"]),
                auroc=decimals(pooled["auroc"], 3),
                calibration=decimals(pooled["calibration_error"], 3),
            ),
            "alarms_heading": say("alarms_heading", industry=self.name),
            "alarms": [(a["suspect"], Text(**a["text"])) for a in self.figures["alarms"]],
            "rolling": self.rolling(),
            "baselines": self.baselines(),
            "champion_notes": self.champion_notes(),
            "reliability": self.reliability(),
            "merchants": self.merchants() if merchants else None,
            "no_merchants": merchants == {},
            "drops": self.drops() if self.figures.get("drop") else None,
        }

    def rolling(self) -> Panel:
        """Gain with its interval at every origin, and pooled."""
        parts = [*((_day(f["t0"]), f) for f in self.figures["origins"]), (say("pooled"), self.figures["pooled"])]
        title = say("rolling_title", industry=self.name)
        heads = [(say("origin"), False), (say("last_test"), False), (say("rows_tested"), True)]
        heads += [(say("requests_tested"), True), *_gain_heads()]
        rows: list[list[Cell]] = []
        for label, f in parts:
            last = _day(f["test_to"]) if "test_to" in f else say("none")
            rows.append([label, last, count(f["rows_test"]), count(f["positives_test"]), *_gain_cells(f)])
        return Panel(title, heads, rows, self._forest("rolling", parts, title))

    def baselines(self) -> Panel:
        """The model and every baseline over all origins."""
        pooled = self.figures["pooled"]
        heads = [(say("model"), False), (say("log_loss"), True), (say("gain_over"), True), (say("interval"), True)]
        heads += [(say("auroc"), True), (say("calibration"), True), (say("lift"), True)]
        rows: list[list[Cell]] = [[say("model"), decimals(pooled["log_loss"]), MISSING, MISSING, *_merit_cells(pooled)]]
        for name in BASELINES:
            if name in pooled["baselines"]:
                b = pooled["baselines"][name]
                rows.append([say(name), decimals(b["log_loss"]), _signed(b["gain"]), _interval(b), *_merit_cells(b)])
        return Panel(say("baselines_title", industry=self.name), heads, rows)

    def champion_notes(self) -> list[Text]:
        """Where the champion has no honest figure, and why."""
        reasons: dict[tuple[str, str], int] = {}
        for one in self.figures["origins"]:
            if left := one.get("champion", {}).get("left_out"):
                reasons[left["en"], left["zh"]] = reasons.get((left["en"], left["zh"]), 0) + 1
        return [
            say("champion_out", origins=noun("origins", number), reason=Text(*words))
            for words, number in reasons.items()
        ]

    def reliability(self) -> Panel:
        """Promised against observed, over all origins."""
        bins = [(float(p), float(y), int(n)) for p, y, n in self.figures["pooled"]["reliability"]]
        error = decimals(self.figures["pooled"]["calibration_error"], 3)
        title = say("chart_reliability", industry=self.name)
        desc = say("chart_reliability_desc", number=len(bins), error=error)
        rows: list[list[Cell]] = [
            [str(i), percent(p), percent(y), count(n)] for i, (p, y, n) in enumerate(bins, start=1)
        ]
        heads = [(say("bin"), False), (say("predicted"), True), (say("observed"), True), (say("cases"), True)]
        return Panel(title, heads, rows, reliability(bins, key=f"{self.key}-bins", title=title, desc=desc))

    def merchants(self) -> Panel:
        """Merchants that are new: gain with its interval by slice."""
        found = self.figures["merchants"]
        parts: list[tuple[Text, Figures]] = []
        for name in ("unseen", "newcomers"):
            if name not in found:
                continue
            parts.append((say(f"slice_{name}"), found[name]))
            if "gain_if_seen" in found[name]:
                seen = {key: found[name][f"{key.replace('gain', 'gain_if_seen')}"] for key in _GAIN}
                parts.append((say("slice_seen"), {**_sizes(found[name]), **seen}))
        title = say("merchants_title", industry=self.name, merchant=found["key"])
        heads = [(say("slice"), False), (say("rows_tested"), True), (say("requests_tested"), True), *_gain_heads()]
        rows: list[list[Cell]] = [
            [label, count(f["rows_test"]), count(f["positives_test"]), *_gain_cells(f)] for label, f in parts
        ]
        return Panel(title, heads, rows, self._forest("merchants", parts, title))

    def drops(self) -> Panel:
        """With and without the doubtful columns."""
        heads = [(say("model_sees"), False), *_gain_heads(), (say("all_adds"), True), (say("interval"), True)]
        heads.append((say("above_level"), False))
        rows = [
            [
                _sees(row),
                *_gain_cells(row),
                _signed(row["full_adds"]) if row["features"] else MISSING,
                _interval({k: row[k.replace("gain", "full_adds")] for k in _GAIN}) if row["features"] else MISSING,
                self._named(row["alarms"]),
            ]
            for row in self.figures["drop"]
        ]
        return Panel(say("drop_title", industry=self.name), heads, rows)

    def _named(self, alarms: Sequence[str]) -> Text:
        words = [say("any_request") if a == OVERALL else self.scenarios.get(a, Text(a, a)) for a in alarms]
        return Text(", ".join(w.en for w in words) or MISSING, "、".join(w.zh for w in words) or MISSING)

    def _forest(self, what: str, parts: Sequence[tuple[Text, Figures]], title: Text) -> Markup | None:
        rows = [Interval(n, f["gain"], f["gain_low"], f["gain_high"]) for n, f in parts if f.get("gain") is not None]
        if not rows:
            return None
        said = [say("forest_one", name=r.label, gain=signed_percent(r.middle)) for r in rows]
        summary = Text("; ".join(s.en for s in said), "；".join(s.zh for s in said))
        desc = say(f"{what}_desc", summary=summary)
        return forest(rows, key=f"{self.key}-{what}", title=title, desc=desc)


def noun(stem: str, number: int) -> Text:
    """`1 origin`, `3 origins`."""
    return say(f"{stem}_one") if number == 1 else say(f"{stem}_many", number=number)


_GAIN = ("gain", "gain_low", "gain_high")


def _sees(row: Figures) -> Text:
    if row["kind"] == "all":
        return say("sees_all")
    if row["kind"] == "without" and len(row["columns"]) > 1:
        return say("sees_without_all")
    return say(f"sees_{row['kind']}", columns=", ".join(row["columns"]))


def _gain_heads() -> list[Head]:
    return [(say("gain"), True), (say("interval"), True), (say("auroc"), True), (say("calibration"), True)]


def _gain_cells(f: Figures) -> list[Cell]:
    if f.get("gain") is None:
        return [say("too_few"), MISSING, MISSING, MISSING]
    return [_signed(f["gain"]), _interval(f), decimals(f.get("auroc"), 3), decimals(f.get("calibration_error"), 3)]


def _merit_cells(f: Figures) -> list[Cell]:
    return [decimals(f["auroc"], 3), decimals(f["calibration_error"], 3), decimals(f["lift_at_5_percent"], 1)]


def _sizes(f: Figures) -> dict[str, Any]:
    return {key: f[key] for key in ("rows_test", "positives_test")}


def _interval(f: Figures) -> str:
    return f"[{_signed(f['gain_low'])}, {_signed(f['gain_high'])}]"


def _signed(value: float | None) -> str:
    return MISSING if value is None else signed_percent(value)


def _day(moment: str) -> Text:
    return full_day(datetime.fromisoformat(moment).date())
