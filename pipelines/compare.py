"""The difference of two runs as one table: data, code, configuration, features, parameters, metrics.

Each run is what `train` logged about itself; nothing is trained or read again.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from demand.contract import FeatureMeta
from demand.models import Bundle
from pipelines.asked import asked_industries
from pipelines.registry import CONFIG_FILE, PastRun, bundle_files, find_runs
from pipelines.result import Result
from pipelines.workspace import Workspace

WHOLE = ""
"""Stands for the industry where a row is about the run as a whole."""

_DIGESTS = {"data": "data_digest", "code": "code_version", "configuration": "config_digest"}
_FIRST = ("gain", "gain_low", "gain_high", "log_loss", "auroc", "average_precision", "calibration_error")
"""Metrics in the order of reading; the others follow by name."""


@dataclass(frozen=True)
class _Row:
    part: str
    industry: str
    name: str
    a: str | None
    b: str | None
    difference: float | None
    change: str


def compare(ws: Workspace, a: str = "previous", b: str = "last", *, industries: Sequence[str] | None = None) -> Result:
    """What differs between two training runs, from `a` to `b`.

    Parameters
    ----------
    ws : an open workspace
    a, b : each a version (`7`), an alias (`champion`, `candidate`), `last`, `previous`, or the beginning of a run's id
    industries : only these

    Returns
    -------
    Result
        `table`: part (data, code, configuration, industry, feature, parameter, metric), industry, name, a, b,
        difference (of numbers, b - a) and change (`same`, `added`, `removed`, `changed`, or the fields of a feature
        that changed). Data, code and configuration always have a row, metrics too; features and parameters where they
        differ; an industry that only one of the runs has is one row.
        `extra["listing"]` is the table as text.

    Raises
    ------
    StateError
        If nothing was trained, or the files of a model are gone.
    ContractError
        If a name means no run, or several, or an industry is unknown.
    """
    one, other = find_runs(ws, (a, b))
    had = [{_apart(key)[0] for key in run.params} - {WHOLE} for run in (one, other)]
    asked = had[0] | had[1] if industries is None else set(asked_industries(ws, industries))
    both = had[0] & had[1] & asked
    parts = [*_features(_meta(one), _meta(other)), *_parameters(one, other), *_metrics(one, other)]
    rows = [
        *_digests(one, other),
        *_configuration(one, other),
        *(_only(name, name in had[0]) for name in sorted((had[0] ^ had[1]) & asked)),
        *(row for row in parts if row.industry in both),
    ]
    summary = {"a": _say(one), "b": _say(other), **_summary(rows)}
    fields = {"difference": pa.float64()}
    names = list(_Row.__dataclass_fields__)
    table = pa.table({n: pa.array([asdict(r)[n] for r in rows], fields.get(n, pa.string())) for n in names})
    return Result("compare", summary, table, extra={"runs": (one, other), "listing": _listing(rows)})


def _only(industry: str, in_a: bool) -> _Row:
    if in_a:
        return _Row("industry", industry, industry, "trained", None, None, "removed")
    return _Row("industry", industry, industry, None, "trained", None, "added")


def _digests(a: PastRun, b: PastRun) -> Iterator[_Row]:
    for part, tag in _DIGESTS.items():
        yield _row(part, WHOLE, tag, a.tags.get(tag), b.tags.get(tag))


def _configuration(a: PastRun, b: PastRun) -> Iterator[_Row]:
    """The lines of `demand.yaml` that differ, where both runs kept it."""
    texts = [_text(run) for run in (a, b)]
    if texts[0] is None or texts[1] is None:
        return
    before, after = (text.splitlines() for text in texts if text is not None)
    for line in difflib.ndiff(before, after):
        if line.startswith("- "):
            yield _Row("configuration", WHOLE, CONFIG_FILE, line[2:].strip(), None, None, "removed")
        elif line.startswith("+ "):
            yield _Row("configuration", WHOLE, CONFIG_FILE, None, line[2:].strip(), None, "added")


def _text(run: PastRun) -> str | None:
    path = run.artifacts / CONFIG_FILE
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _meta(run: PastRun) -> dict[tuple[str, str], FeatureMeta]:
    """(industry, feature) -> its meaning, as the model carries it."""
    if run.model is None or run.version is None:
        return {}
    bundle = Bundle.from_files(bundle_files(run.model, run.version))
    return {(name, m.name): m for name, model in sorted(bundle.industries.items()) for m in model.meta_}


def _features(a: Mapping[tuple[str, str], FeatureMeta], b: Mapping[tuple[str, str], FeatureMeta]) -> Iterator[_Row]:
    for key in sorted({*a, *b}):
        one, other = a.get(key), b.get(key)
        if one == other:
            continue
        if one is None or other is None:
            said = [None if m is None else m.text.en for m in (one, other)]
            yield _Row("feature", *key, said[0], said[1], None, "added" if one is None else "removed")
            continue
        before, after = one.to_dict(), other.to_dict()
        fields = [field for field in before if before[field] != after[field]]
        said = ["; ".join(f"{f}: {_word(values[f])}" for f in fields) for values in (before, after)]
        yield _Row("feature", *key, said[0], said[1], None, f"changed: {', '.join(fields)}")


def _word(value: Any) -> str:
    return str(value["en"]) if isinstance(value, dict) and "en" in value else str(value)


def _parameters(a: PastRun, b: PastRun) -> Iterator[_Row]:
    for key in _ordered({**a.params, **b.params}):
        if a.params.get(key) != b.params.get(key):
            yield _row("parameter", *_apart(key), a.params.get(key), b.params.get(key))


def _metrics(a: PastRun, b: PastRun) -> Iterator[_Row]:
    for key in _ordered({**a.metrics, **b.metrics}):
        one, other = a.metrics.get(key), b.metrics.get(key)
        difference = None if one is None or other is None else other - one
        texts = [None if value is None else f"{value:.6g}" for value in (one, other)]
        yield _row("metric", *_apart(key), texts[0], texts[1], difference)


def _row(part: str, industry: str, name: str, a: str | None, b: str | None, difference: float | None = None) -> _Row:
    change = "same" if a == b else "added" if a is None else "removed" if b is None else "changed"
    return _Row(part, industry, name, a, b, difference, change)


def _apart(key: str) -> tuple[str, str]:
    industry, slash, name = key.partition("/")
    return (industry, name) if slash else (WHOLE, key)


def _ordered(keys: Iterable[str]) -> list[str]:
    def place(key: str) -> tuple[str, int, str]:
        industry, name = _apart(key)
        return industry, _FIRST.index(name) if name in _FIRST else len(_FIRST), name

    return sorted(keys, key=place)


def _say(run: PastRun) -> str:
    version = "no version" if run.version is None else f"version {run.version}"
    return f"{version} ({run.name}, {run.started_at:%Y-%m-%d %H:%M} UTC)"


def _summary(rows: list[_Row]) -> dict[str, str]:
    summary = {r.part: r.change for r in rows if r.part in _DIGESTS and r.name == _DIGESTS[r.part]}
    for part, plural in (("feature", "features"), ("parameter", "parameters")):
        kinds = [r.change.split(":")[0] for r in rows if r.part == part]
        counted = ", ".join(f"{kinds.count(k)} {k}" for k in ("added", "removed", "changed") if k in kinds)
        summary[plural] = counted or "same"
    summary |= {r.industry: f"only in {'a' if r.a else 'b'}" for r in rows if r.part == "industry"}
    metrics = {(r.industry, r.name): r for r in rows if r.part == "metric"}
    for (industry, name), gain in metrics.items():
        if name != "gain":
            continue
        if gain.difference is None:
            summary[industry] = f"gain {_percent(gain.a)} -> {_percent(gain.b)}"
            continue
        low, high = (metrics.get((industry, f"gain_{end}")) for end in ("low", "high"))
        intervals = [
            f" [{_percent(getattr(low, run))}, {_percent(getattr(high, run))}]" if low and high else "" for run in "ab"
        ]
        summary[industry] = (
            f"gain {_percent(gain.a)}{intervals[0]} -> {_percent(gain.b)}{intervals[1]} "
            f"({100 * gain.difference:+.1f} points)"
        )
    return summary


def _percent(value: str | None) -> str:
    return "not measured" if value is None else f"{float(value):.1%}"


def _listing(rows: list[_Row]) -> str:
    """The table as text; metrics that are the same are left out."""
    shown = [r for r in rows if r.change != "same"]
    if not shown:
        return "no difference"
    cells = [("", "industry", "name", "a", "b", "difference")]
    for r in shown:
        difference = r.change if r.difference is None else f"{r.difference:+.4g}"
        cells.append((r.part, r.industry or "-", r.name, _short(r.a), _short(r.b), difference))
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def _short(value: str | None, most: int = 44) -> str:
    text = "-" if value is None else value
    return text if len(text) <= most else f"{text[: most - 3]}..."
