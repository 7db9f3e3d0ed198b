"""Which columns of which sources a feature reads: what goes when a column goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from demand.contract import Roles, SourceSpec
from features.feature_set import FeatureSet
from features.plan import Expression, Fold, Quotient, Smoothed
from features.resolve import resolve

Read = tuple[str, str]
"""A source and one of its columns or keys; an empty column where only the rows count."""


def columns_read(
    sets: Sequence[FeatureSet], specs: Mapping[str, SourceSpec], roles: Roles, spine_columns: Iterable[str]
) -> dict[str, frozenset[Read]]:
    """What each feature reads: its own column, those of its conditions, and the keys that group its rows.

    The key `subject` is left out (without it there is no subject), and so are opening and due date, which make the
    subject what it is.

    Raises
    ------
    LeakageError, ConfigError
        See `resolve`.
    """
    _, plan = resolve(sets, specs, roles, spine_columns)
    return {column.name: frozenset(_reads(column.expression)) for column in plan.columns}


def _reads(expression: Expression) -> Iterable[Read]:
    match expression:
        case Quotient(above, below):
            yield from _reads(above)
            yield from _reads(below)
        case Smoothed(share, size, prior, _):
            for fold in (share, size, prior):
                yield from _reads(fold)
        case Fold():
            source = expression.base.source
            named = [*expression.base.keys, *(t.column for t in (*expression.tests, *expression.share))]
            if expression.column is not None:
                named.append(expression.column)
            yield (source, "")
            for name in named:
                if name != "subject_id":
                    yield (source, name)
            if expression.since is not None and expression.since.event is not None:
                event = expression.since.event
                yield (event.source, "")
                for name in (*event.keys, *(t.column for t in expression.since.tests)):
                    if name != "subject_id":
                        yield (event.source, name)
