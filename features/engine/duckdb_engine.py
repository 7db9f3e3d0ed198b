"""The engine on DuckDB: join each distinct (key, cutoff) with the rows it could see, fold once, join back.

Cost follows (rows of a key) x (its distinct cutoffs): a grid of nights is cheap however many subjects it asks about;
a cutoff of its own for every subject is dear for keys with many rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa

from demand.contract import ColumnType, SourceTable, visible_rows, visible_states
from demand.contract.database import session
from features.engine.sql import (
    aggregate,
    beginning,
    encoded,
    expression,
    holiday_tables,
    literal,
    quote,
    value_column,
    without_rows,
)
from features.plan import Base, Fold, Plan

_ROWS = """
CREATE TEMP TABLE "{rows}" AS
SELECT epoch_us(occurred_at) AS occurred,
       epoch_us(visible_from) AS seen_from,
       coalesce(epoch_us(visible_to), 9223372036854775807) AS seen_to,
       row_number() OVER (ORDER BY occurred_at, known_at, id) AS seq
       {columns}
FROM visible
"""

_PAIRS = """
CREATE TEMP TABLE "{pairs}" AS
SELECT row_number() OVER (ORDER BY cutoff_us{keys}) AS pair, *
FROM (SELECT DISTINCT cutoff_us, epoch_us(cutoff) AS cutoff{keys},
             ((cutoff AT TIME ZONE {zone})::DATE - DATE '1970-01-01')::BIGINT AS cutoff_day
      FROM spine WHERE {known})
"""

_FOLDS = """
CREATE TEMP TABLE "{folds}" AS
WITH folded AS (
    SELECT p.pair, {aggregates}
    FROM "{pairs}" p JOIN "{rows}" r
      ON r.seen_from < p.cutoff AND p.cutoff <= r.seen_to{same_key}{recent}
    GROUP BY p.pair, p.cutoff
)
SELECT p.cutoff_us{keys}, {columns}
FROM "{pairs}" p LEFT JOIN folded USING (pair)
"""

_MATRIX = """
SELECT {columns}
FROM spine s{joins}
ORDER BY s.row_number
"""


class DuckDBEngine:
    """Computes a plan with SQL generated from it; see `features.engine.protocol.Engine`."""

    def run(self, spine: pa.Table, sources: Mapping[str, SourceTable], plan: Plan, zone: ZoneInfo) -> pa.Table:
        """Compute every column of the plan at every row of the spine, in the order of both."""
        bases = plan.folds()
        with session() as db:
            db.register("spine_rows", spine.append_column("row_number", pa.array(np.arange(spine.num_rows))))
            db.execute("CREATE TEMP TABLE spine AS SELECT *, epoch_us(cutoff) AS cutoff_us FROM spine_rows")
            for statement in holiday_tables(zone):
                db.execute(statement)
            loaded = _load_rows(db, sources, bases)
            where: dict[Fold, str] = {}
            joins = []
            for number, (base, folds) in enumerate(bases.items()):
                name = f"m{number}"
                _fold(db, base, folds, loaded=loaded, name=name, zone=zone)
                same = "".join(f" AND m.{quote(k)} = s.{quote(k)}" for k in base.keys)
                joins.append(f"\nLEFT JOIN {name} ON s.cutoff_us = {name}.cutoff_us{same.replace('m.', f'{name}.')}")
                where |= {fold: f"{name}.f{i}" for i, fold in enumerate(folds)}
            columns = frozenset(spine.column_names)
            selected = [
                f"({expression(c.expression, where, columns, zone.key)})"
                f"::{'VARCHAR' if c.kind == 'category' else 'DOUBLE'} AS {quote(c.name)}"
                for c in plan.columns
            ]
            if not selected:
                return spine.select([])
            sql = _MATRIX.format(columns=",\n       ".join(selected), joins="".join(joins))
            return db.sql(sql).to_arrow_table()


def _load_rows(
    db: duckdb.DuckDBPyConnection, sources: Mapping[str, SourceTable], bases: Mapping[Base, list[Fold]]
) -> dict[tuple[str, str | None], str]:
    """Visible rows or states of every source, once, with the columns that any of their folds reads."""
    keys: dict[tuple[str, str | None], dict[str, None]] = {}
    values: dict[tuple[str, str | None], dict[str, ColumnType]] = {}
    for since in dict.fromkeys(fold.since for folds in bases.values() for fold in folds):
        if since is not None and (event := since.event) is not None:
            keys.setdefault((event.source, event.owner), {}).update(dict.fromkeys(event.keys))
            values.setdefault((event.source, event.owner), {}).update({t.column: t.type for t in since.tests})
    for base, folds in bases.items():
        keys.setdefault((base.source, base.owner), {}).update(dict.fromkeys(base.keys))
        needed = values.setdefault((base.source, base.owner), {})
        for fold in folds:
            needed |= {t.column: t.type for t in (*fold.tests, *fold.share)}
            if fold.column is not None and fold.type is not None:
                needed[fold.column] = fold.type
    loaded = {}
    for number, (source, owner) in enumerate(values):
        of_keys, of_values = keys[source, owner], values[source, owner]
        read = dict.fromkeys(("id", "occurred_at", "known_at", "op", *([owner] if owner else []), *of_keys, *of_values))
        table = sources[source].table.select(list(read))
        db.register("visible", visible_states(table, owner=owner) if owner else visible_rows(table))
        selected = [quote(k) for k in of_keys]
        selected += [f"{encoded(column, type_)} AS {value_column(column)}" for column, type_ in of_values.items()]
        db.execute(_ROWS.format(rows=f"r{number}", columns="".join(f", {s}" for s in selected)))
        db.unregister("visible")
        loaded[source, owner] = f"r{number}"
    return loaded


def _fold(
    db: duckdb.DuckDBPyConnection,
    base: Base,
    folds: list[Fold],
    *,
    loaded: Mapping[tuple[str, str | None], str],
    name: str,
    zone: ZoneInfo,
) -> None:
    """Fold the rows of one base into table `name`: cutoff_us, keys, f0, f1 ..., one row per pair."""
    keys = "".join(f", {quote(k)}" for k in base.keys)
    known = " AND ".join(f"{quote(k)} IS NOT NULL" for k in base.keys) or "true"
    db.execute(_PAIRS.format(pairs=f"{name}_pairs", keys=keys, zone=literal(zone.key), known=known))
    begins = {since: f"after{i}" for i, since in enumerate(dict.fromkeys(f.since for f in folds)) if since is not None}
    if begins:
        found = ", ".join(
            f"{beginning(since, loaded[since.event.source, since.event.owner] if since.event else None, zone.key)}"
            f" AS {after}"
            for since, after in begins.items()
        )
        db.execute(f'CREATE OR REPLACE TEMP TABLE "{name}_pairs" AS SELECT p.*, {found} FROM "{name}_pairs" p')
    windows = [f.window_us for f in folds]
    longest = None if None in windows else max(w for w in windows if w is not None)
    columns = []
    for i, fold in enumerate(folds):
        default = without_rows(fold)
        value = f"coalesce(f{i}, {default})" if default else f"f{i}"
        if fold.since is not None:
            value = f"CASE WHEN p.{begins[fold.since]} IS NOT NULL THEN {value} END"
        columns.append(f"{value} AS f{i}")
    db.execute(
        _FOLDS.format(
            folds=name,
            pairs=f"{name}_pairs",
            rows=loaded[base.source, base.owner],
            aggregates=",\n           ".join(
                f"{aggregate(f, begins[f.since] if f.since else None)} AS f{i}" for i, f in enumerate(folds)
            ),
            same_key="".join(f" AND r.{quote(k)} = p.{quote(k)}" for k in base.keys),
            recent=f" AND r.occurred >= p.cutoff - {longest}" if longest is not None else "",
            keys=keys,
            columns=", ".join(columns),
        )
    )
