"""One value of one feature, with the very rows that made it: how a number can be checked by hand.

Everything comes from the row-by-row reference; of the sources only what can touch the subject's keys is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import Roles, SourceTable
from features.feature import Feature
from features.feature_set import FeatureSet
from features.plan import Base, Fold, folds_of
from features.reference import rows_of, value_of
from features.resolve import resolve


@dataclass(frozen=True)
class Made:
    """A number (or category) that a feature is made of, and the rows behind it.

    Parameters
    ----------
    fold : what was folded
    value : what came out, None where there is nothing
    rows : id, occurred_at, known_at, keys and the columns that the fold reads; in the total order
    """

    fold: Fold
    value: Any
    rows: pa.Table


@dataclass(frozen=True)
class Trace:
    """A feature at one row of the spine; `made` is empty where no source is read."""

    feature: Feature
    value: Any
    made: tuple[Made, ...]


def trace(
    feature: Feature,
    subject: pa.Table,
    sources: Mapping[str, SourceTable],
    *,
    roles: Roles,
    zone: ZoneInfo,
) -> Trace:
    """The value of a feature for one subject, with the rows behind it.

    Parameters
    ----------
    feature : a declared feature
    subject : one row of a spine
    sources, roles, zone : as in `compute`

    Raises
    ------
    ConfigError, LeakageError
        If the declaration does not fit the sources.
    """
    specs = {name: source.spec for name, source in sources.items()}
    _, plan = resolve([FeatureSet("traced", feature)], specs, roles, subject.column_names)
    (expression,) = (column.expression for column in plan.columns if column.name == feature.name)
    (asked,) = subject.to_pylist()
    folds = list(dict.fromkeys(folds_of(expression)))
    bases = [base for fold in folds for base in (fold.base, fold.since.event if fold.since else None) if base]
    tables = {
        name: _touching([base for base in bases if base.source == name], asked, sources[name].table)
        for name in dict.fromkeys(base.source for base in bases)
    }
    versions = {name: table.to_pylist() for name, table in tables.items()}
    made = []
    for fold in folds:
        schema = tables[fold.base.source].select(_columns(fold)).schema
        rows = [{n: row[n] for n in schema.names} for row in rows_of(fold, asked, versions, zone)]
        made.append(Made(fold, value_of(fold, asked, versions, zone), pa.Table.from_pylist(rows, schema=schema)))
    return Trace(feature, value_of(expression, asked, versions, zone), tuple(made))


def _touching(bases: Sequence[Base], asked: Mapping[str, Any], table: pa.Table) -> pa.Table:
    """Every version of each row that is ever among the subject's keys; of a state, every row of its owners too."""
    kept = np.zeros(table.num_rows, np.bool_)
    for base in bases:
        own = pa.array(np.ones(table.num_rows, np.bool_))
        for key in base.keys:
            own = pc.and_(own, pc.fill_null(pc.equal(table[key], pa.scalar(asked[key], pa.string())), False))
        if base.owner is not None:
            own = pc.is_in(table[base.owner], pc.drop_null(pc.unique(table[base.owner].filter(own))))
        kept |= np.asarray(pc.is_in(table["id"], pc.unique(table["id"].filter(own))))
    return table.filter(pa.array(kept))


def _columns(fold: Fold) -> list[str]:
    """What of a row says why it counts, and for what."""
    named = [*fold.base.keys, *(t.column for t in (*fold.tests, *fold.share)), fold.column]
    return list(dict.fromkeys(n for n in ("id", "occurred_at", "known_at", fold.base.owner, *named) if n is not None))
