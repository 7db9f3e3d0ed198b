"""`demand features explain NAME`: what a number means, what it is made of, what it costs, and one that is checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from time import perf_counter
from typing import Any

import pyarrow as pa

from demand.contract import ContractError, FeatureMeta
from demand.explanation import format_value
from features import Feature, FeatureSet, Made, Trace, columns_read, compute, library_status, trace
from pipelines.result import Result
from pipelines.workspace import Workspace
from pipelines.workspace.foundation import Moment

MOST_ROWS = 12
"""Of the rows behind a number, the newest that are shown."""

_TRIED = 200
"""Live subjects among which an example is sought that has something to show."""


@dataclass(frozen=True)
class _Found:
    """A declared feature, and where it is declared."""

    industry: str
    view: str
    feature: Feature
    meta: FeatureMeta


def explain_feature(
    ws: Workspace, name: str, *, industry: str | None = None, subject: str | None = None, as_of: Moment | None = None
) -> Result:
    """Everything there is to say about one feature.

    Parameters
    ----------
    ws : an open workspace
    name : of the feature, as `demand features list` shows it
    industry : in which industry; by default the first one that has the feature
    subject : the example; by default a live subject that has rows to show
    as_of : the moment at which the example is asked; by default the industry's last fair cutoff

    Returns
    -------
    Result
        `summary`: what it means in both languages, declaration, sources and columns, windows, unit, cost, and the value
        of the example. `table`: the rows behind its first part. `extra["trace"]` has every part with its rows,
        `extra["meta"]` the FeatureMeta, `extra["seconds"]` the cost, `extra["listing"]` all of it as text.

    Raises
    ------
    ContractError
        If no industry has such a feature, or the subject is not live at that moment.
    """
    found = _find(ws, name, industry)
    moment = ws.last_fair_cutoff(found.industry) if as_of is None else ws.parse_as_of(as_of)
    live = ws.live(found.industry, moment)
    alone = FeatureSet("explained", found.feature)
    sources, roles = ws.feature_sources(found.industry), ws.roles(found.industry)
    grid = ws.spine(found.industry)
    seconds = _seconds(lambda: compute(grid, sources, [alone], roles=roles, zone=ws.zone))
    summary: dict[str, Any] = {
        "feature": f"{name}, of {found.industry} ({found.view})",
        "meaning": found.meta.text.en,
        "含义": found.meta.text.zh,
        "declared": repr(found.feature.measure),
        "reads": ", ".join(_reads(ws, found, grid.column_names)) or "the subject's own clock and the calendar",
        "windows": ", ".join(_windows(found.feature)) or "none",
        "unit": f"{found.meta.unit}; family {found.meta.family}" + (", actionable" if found.meta.actionable else ""),
        "costs": f"{seconds:.2f} s alone, for {grid.num_rows:,} rows of the grid",
    }
    traced, row = _example(ws, found, live, subject)
    if traced is not None and row is not None:
        local = ws.shown(moment)
        summary["example"] = f"subject {row['subject_id'][0].as_py()} at {local}: {_said(traced.value, found.meta)}"
    else:
        summary["example"] = f"nobody is live at {ws.shown(moment)}"
    made = traced.made if traced is not None else ()
    listing = "\n".join([*(f"{k}: {v}" for k, v in summary.items()), *_rows_as_lines(ws, made)])
    return Result(
        "features explain",
        summary,
        table=made[0].rows if made else None,
        extra={"listing": listing, "meta": found.meta, "trace": traced, "seconds": seconds},
    )


def _find(ws: Workspace, name: str, industry: str | None) -> _Found:
    names: dict[str, None] = {}
    for one in ws.industries if industry is None else (industry,):
        sets = ws.feature_sets(one)
        for group in sets:
            names.update(dict.fromkeys(group.names))
            feature = next((f for f in group.features if f.name == name), None)
            if feature is None:
                continue
            views = library_status(ws.roles(one), ws.feature_sources(one), zone=ws.zone)
            view = next((v.name for v in views if v.active and name in v.names), "own")
            empty = ws.live(one, ws.last_fair_cutoff(one)).slice(0, 0)
            alone = FeatureSet(group.name, feature)
            meta = compute(empty, ws.feature_sources(one), [alone], roles=ws.roles(one), zone=ws.zone).meta
            return _Found(one, view, feature, next(m for m in meta if m.name == name))
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    raise ContractError(
        found=f"no feature `{name}`" + (f" in {industry}" if industry else ""),
        expected="a name that `demand features list` shows",
        remedy=f"did you mean {' or '.join(near)}?" if near else f"look at `{ws.command('features list')}`",
    )


def _seconds(run: Any) -> float:
    """Of the second run: the first one compiles and encodes."""
    run()
    started = perf_counter()
    run()
    return perf_counter() - started


def _reads(ws: Workspace, found: _Found, spine_columns: Sequence[str]) -> list[str]:
    """Sources with the columns that are read of them: `bookings (store_id, nights)`."""
    specs = {name: source.spec for name, source in ws.feature_sources(found.industry).items()}
    alone = FeatureSet("explained", found.feature)
    reads = columns_read([alone], specs, ws.roles(found.industry), spine_columns)[found.feature.name]
    columns: dict[str, list[str]] = {}
    for source, column in sorted(reads):
        columns.setdefault(source, []).extend([column] if column else [])
    return [f"{source} ({', '.join(of)})" if of else source for source, of in columns.items()]


def _example(ws: Workspace, found: _Found, live: pa.Table, subject: str | None) -> tuple[Trace | None, pa.Table | None]:
    """The subject asked for, or of the first live ones the one whose value has most to show."""
    sources, roles = ws.feature_sources(found.industry), ws.roles(found.industry)
    if subject is not None:
        ids = live["subject_id"].to_pylist()
        if subject not in ids:
            raise ContractError(
                found=f"{subject!r} is not live at that moment",
                expected=f"one of {live.num_rows:,} live subjects, for example {', '.join(ids[:3])}",
                remedy="name another one, or another moment",
            )
        row = live.slice(ids.index(subject), 1)
    elif live.num_rows:
        some = live.slice(0, _TRIED)
        alone = FeatureSet("explained", found.feature)
        values = compute(some, sources, [alone], roles=roles, zone=ws.zone).table[found.feature.name].to_pylist()
        place = max(range(len(values)), key=lambda i: (values[i] is not None, bool(values[i]), -i))
        row = some.slice(place, 1)
    else:
        return None, None
    return trace(found.feature, row, sources, roles=roles, zone=ws.zone), row


def _said(value: Any, meta: FeatureMeta) -> str:
    if value is None:
        return f"unknown ({meta.missing.en})" if meta.missing is not None else "unknown"
    if isinstance(value, str):
        return value
    said = format_value(value, meta.unit)
    return said if said == f"{value:g}" else f"{said} ({value:.6g})"


def _rows_as_lines(ws: Workspace, made: Sequence[Made]) -> Iterator[str]:
    """The parts that are made of the same rows, with the newest of these, times in business time."""
    together: dict[Any, list[Made]] = {}
    for part in made:
        together.setdefault((part.fold.base, part.fold.tests, part.fold.window_us), []).append(part)
    for (base, _, _), parts in together.items():
        widest = max(parts, key=lambda part: part.rows.num_columns).rows
        count = widest.num_rows
        whose = " and ".join(base.keys) or "everybody"
        numbers = ", ".join(f"{_function(part)} {_plain(part.value)}" for part in parts)
        yield f"\nof {base.source} by {whose}: {numbers}; made of {count:,} row{'' if count == 1 else 's'}"
        shown = widest.slice(max(count - MOST_ROWS, 0))
        if count > MOST_ROWS:
            yield f"  ... {count - MOST_ROWS:,} older ones"
        for row in shown.to_pylist():
            yield "  " + "  ".join(f"{k}={ws.shown(v) if hasattr(v, 'astimezone') else v}" for k, v in row.items())


def _function(part: Made) -> str:
    fold = part.fold
    return fold.function + (f" of {fold.column}" if fold.column else "")


def _plain(value: Any) -> str:
    return "unknown" if value is None else value if isinstance(value, str) else f"{value:g}"


def _windows(feature: Feature) -> list[str]:
    """Of the feature and its parts: `30d, 365d`."""
    windows = [getattr(f.measure, "window", None) for f in (feature, *feature.parts)]
    return list(dict.fromkeys("all history" if w.is_all else w.label for w in windows if w is not None))
