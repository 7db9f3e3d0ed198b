"""Declarations meet a workspace: roles become sources, names become columns, types are checked, leaks refused.

Every problem is found before anything is computed, and all are reported at once, with the nearest right name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches

from demand.contract import ColumnType, ConfigError, LeakageError, Problem, Roles, SourceSpec
from features.conditions import Condition
from features.feature import Feature
from features.feature_set import FeatureSet
from features.measures import Aggregate, CalendarPart, Function, Measure, OutcomeRate, Ratio, Role, Rows, Span, Trend
from features.plan import Base, Expression, Fold, Plan, PlannedColumn, Quotient, Since, Smoothed, Test

_NUMBERS: frozenset[ColumnType] = frozenset(("int", "number", "cents", "bool"))
_ORDERED: frozenset[ColumnType] = _NUMBERS | {"date", "time"}
_PLAIN: frozenset[ColumnType] = _ORDERED | {"category"}
_TAKES: dict[Function, frozenset[ColumnType]] = {
    "sum": _NUMBERS,
    "mean": _ORDERED,
    "min": _ORDERED,
    "max": _ORDERED,
    "std": _ORDERED,
    "first": _PLAIN,
    "last": _PLAIN,
    "distinct": _PLAIN,
}
_LITERALS: dict[ColumnType, tuple[type, ...]] = {
    "int": (int, float),
    "number": (int, float),
    "cents": (int, float),
    "bool": (bool,),
    "category": (str,),
    "date": (date,),
    "time": (datetime,),
}


class _Unresolved(Exception):
    """A feature that cannot be tied to the sources; its problems are noted already."""


def resolve(
    sets: Sequence[FeatureSet], specs: Mapping[str, SourceSpec], roles: Roles, spine_columns: Iterable[str]
) -> tuple[list[Feature], Plan]:
    """Tie declared features to the sources of one industry.

    Returns
    -------
    the features, each name once, and the plan of their columns in the same order

    Raises
    ------
    LeakageError
        If a feature uses an `after` column; lists this and every other problem.
    ConfigError
        If a source, role, key or column is unknown, a type does not fit, or two features share a name; lists all.
    """
    resolver = _Resolver(specs, roles, frozenset(spine_columns))
    features: dict[str, Feature] = {}
    columns: dict[str, PlannedColumn] = {}
    owners: dict[str, str] = {}
    for group in sets:
        for feature in group.features:
            resolver.place = f"FeatureSet {group.name}, {feature.name}"
            try:
                column = resolver.column(feature)
            except _Unresolved:
                continue
            if columns.setdefault(feature.name, column) != column:
                resolver.note(
                    f"another feature of FeatureSet {owners[feature.name]} has this name",
                    "give one a name: .named(...)",
                )
            owners.setdefault(feature.name, group.name)
            features.setdefault(feature.name, feature)
    if resolver.problems:
        error = LeakageError if resolver.leaks else ConfigError
        raise error(problems=list(dict.fromkeys(resolver.problems)))
    return list(features.values()), Plan(tuple(columns.values()))


@dataclass
class _Resolver:
    specs: Mapping[str, SourceSpec]
    roles: Roles
    spine_columns: frozenset[str]
    place: str = ""
    leaks: bool = False
    problems: list[Problem] = field(default_factory=list)

    def note(self, found: str, remedy: str, expected: str = "") -> None:
        self.problems.append(Problem(found=found, where=self.place, remedy=remedy, expected=expected))

    def fail(self, found: str, remedy: str, expected: str = "") -> _Unresolved:
        self.note(found, remedy, expected)
        return _Unresolved()

    def unknown(self, what: str, name: str, known: Iterable[str]) -> _Unresolved:
        names = sorted(known)
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        remedy = f"write {near[0]!r}" if near else f"name one of {', '.join(names)}" if names else f"declare a {what}"
        return self.fail(f"{what} {name!r} is unknown", remedy)

    def column(self, feature: Feature) -> PlannedColumn:
        expression = self.expression(feature.measure)
        category = isinstance(expression, Fold) and expression.is_word
        return PlannedColumn(feature.name, "category" if category else "number", expression)

    def expression(self, measure: Measure) -> Expression:
        match measure:
            case Ratio(a, b):
                return Quotient(self.number(a), self.number(b))
            case Trend(recent, earlier):
                days = [m.window.days for m in (recent.measure, earlier.measure) if isinstance(m, Aggregate)]
                return Quotient(self.number(recent), self.number(earlier), factor=(days[1] or 0.0) / (days[0] or 1.0))
            case Aggregate():
                return self.fold(measure)
            case OutcomeRate(share, size, everybody, strength):
                return Smoothed(self.fold(share), self.fold(size), self.fold(everybody), strength)
            case Span() | CalendarPart():
                return measure

    def number(self, feature: Feature) -> Expression:
        column = self.column(feature)
        if column.kind == "category":
            raise self.fail(f"{feature.name} is a category", "divide numbers", "a number")
        return column.expression

    def fold(self, measure: Aggregate) -> Fold:
        spec = self.source(measure.rows.source)
        base = Base(spec.name, self.owner(spec, measure.rows), tuple(self.key(spec, k) for k in measure.keys))
        tests = tuple(self.test(spec, c) for c in measure.rows.conditions)
        share = tuple(self.test(spec, c) for c in measure.share)
        column, type_ = None, None
        if measure.column is not None:
            column, type_ = self.named(spec, measure.column)
            if type_ not in _TAKES[measure.function]:
                takes = [
                    t
                    for t in ("int", "number", "cents", "bool", "date", "time", "category")
                    if t in _TAKES[measure.function]
                ]
                raise self.fail(
                    f"{measure.function} of {spec.name}.{column}, which is of type {type_}",
                    "take distinct, last or a share of it" if type_ == "category" else "take another column",
                    f"one of {', '.join(takes)}",
                )
        since = self.since(measure)
        return Fold(base, tests, measure.function, column, type_, share, measure.window.microseconds, since)

    def since(self, measure: Aggregate) -> Since | None:
        """Where a window begins that is no duration."""
        rows = measure.window.since
        if rows is None:
            return Since(None, ()) if measure.window.holiday else None
        spec = self.source(rows.source)
        event = Base(spec.name, self.owner(spec, rows), tuple(self.key(spec, k) for k in measure.keys))
        return Since(event, tuple(self.test(spec, c) for c in rows.conditions))

    def source(self, source: str | Role) -> SourceSpec:
        if isinstance(source, str):
            if source not in self.specs:
                raise self.unknown("source", source, self.specs)
            return self.specs[source]
        players = players_of(self.roles)
        if source.name not in players:
            raise self.unknown("role", source.name, players)
        names = players[source.name]
        if len(names) != 1:
            raise self.fail(
                f"role {source.name!r} is played by {len(names)} sources of {self.roles.industry}",
                f"name one of {', '.join(names)}",
            )
        return self.source(names[0])

    def owner(self, spec: SourceSpec, rows: Rows) -> str | None:
        if rows.owner is None:
            return None
        if rows.owner not in spec.keys:
            raise self.unknown(f"owner of the state of {spec.name}: key", rows.owner, spec.keys)
        return f"{rows.owner}_id"

    def key(self, spec: SourceSpec, key: str) -> str:
        column = f"{key}_id"
        of_spine = {c.removesuffix("_id") for c in self.spine_columns if c.endswith("_id")}
        if key not in spec.keys:
            raise self.unknown(f"key of {spec.name}:", key, set(spec.keys) & of_spine or spec.keys)
        if column not in self.spine_columns:
            raise self.unknown(f"key of the subjects of {self.roles.industry}:", key, of_spine)
        return column

    def named(self, spec: SourceSpec, name: str) -> tuple[str, ColumnType]:
        """A declared column or a key, as the table's column and its type."""
        by_lower = {c.lower(): c for c in spec.columns}
        declared = by_lower.get(name.lower())
        if declared is None:
            if name in spec.keys:
                return f"{name}_id", "category"
            usable = [c for c, s in spec.columns.items() if s.side != "after"]
            raise self.unknown(f"column of {spec.name}:", name, [*usable, *spec.keys])
        column = spec.columns[declared]
        if column.side == "after":
            self.leaks = True
            raise self.fail(
                f"{spec.name}.{declared} is known only after the request",
                "take another column; `after` is for effect and money, never for features",
                "a column that stands under `before` or `contact`",
            )
        if column.type == "text":
            raise self.fail(f"{spec.name}.{declared} is text", "map a category or a number from it", "any other type")
        return declared, column.type

    def test(self, spec: SourceSpec, condition: Condition) -> Test:
        column, type_ = self.named(spec, condition.column)
        fits = _LITERALS[type_]
        for value in condition.test.values:
            wrong = isinstance(value, bool) != (type_ == "bool") or (type_ == "date" and isinstance(value, datetime))
            if wrong or not isinstance(value, fits):
                raise self.fail(
                    f"{condition!r} compares {spec.name}.{column}, which is of type {type_}, with {value!r}",
                    f"write for example {_EXAMPLES[type_]}",
                    f"a value of type {' or '.join(t.__name__ for t in fits)}",
                )
        return Test(column, type_, condition.test.operator, condition.test.values, condition.test.or_null)


_EXAMPLES: dict[ColumnType, str] = {
    "int": "3",
    "number": "0.5",
    "cents": "1000",
    "bool": "True",
    "category": '"9"',
    "date": "date(2024, 10, 1)",
    "time": "datetime(2024, 10, 1, tzinfo=UTC)",
}


def players_of(roles: Roles) -> dict[str, tuple[str, ...]]:
    """The sources behind each role of an industry."""
    players = {"subjects": (roles.subjects,), "changes": roles.changes, **roles.others}
    if roles.requests is not None:
        players["requests"] = (roles.requests,)
    if roles.outcomes is not None:
        players["outcomes"] = (roles.outcomes,)
    return {name: sources for name, sources in players.items() if sources}
