"""Checks of industries against the sources they name."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from demand.contract import Problem
from pipelines.config.checks_sources import check_expression
from pipelines.config.files import check_inside
from pipelines.config.industries import IndustryConfig, owned_by_user
from pipelines.config.nearest import did_you_mean, nearest
from pipelines.config.problems import place
from pipelines.config.sources import SourceConfig
from pipelines.config.sql_text import SqlUse
from pipelines.config.workspace import WorkspaceConfig

DAYS, ROW_ID = "days", "row_id"
ALL = "*"


def check_industries(config: WorkspaceConfig, name: str, *, broken: frozenset[str]) -> Iterator[Problem]:
    """Everything an industry names exists, is of the right kind and the right type.

    `broken` are sources that have problems of their own (`ALL`: every one), of which nothing is known.
    """
    for industry, settings in config.industries.items():
        yield from _Industry(config, name, f"industries.{industry}", settings, broken).check()


class _Industry:
    def __init__(
        self, config: WorkspaceConfig, name: str, path: str, settings: IndustryConfig, broken: frozenset[str]
    ) -> None:
        self.config, self.name, self.path, self.settings, self.broken = config, name, path, settings, broken

    def check(self) -> Iterator[Problem]:
        subjects = self.settings.subjects
        source = yield from self._source(subjects.source, "subjects.from", kind="events")
        if subjects.where is not None:
            yield from self._expression(subjects.where, "subjects.where", source)
        yield from self._cohort(source)
        yield from self._reach(source)
        yield from self._cutoffs()
        if subjects.closed_when is not None:
            yield from self._closed_when(subjects.closed_when)
        for i, request in enumerate(self.settings.requests):
            asked = yield from self._source(request.source, f"requests[{i}].from")
            for part in ("where", "scenario", "initiator"):
                if (text := getattr(request, part)) is not None:
                    yield from self._expression(text, f"requests[{i}].{part}", asked)
        yield from self._evaluate(source)
        for i, view in enumerate(self.settings.features):
            if view != "shipped":
                yield from check_inside(view, self._at(f"features[{i}]"))
                if not view.endswith(".py"):
                    yield Problem(f"{view!r}", self._at(f"features[{i}]"), expected="`shipped` or a file views/NAME.py")

    def _at(self, part: str) -> str:
        return place(self.name, (self.path, part))

    def _source(self, source: str, part: str, kind: str | None = None) -> Generator[Problem, None, SourceConfig | None]:
        """The source of that name, if there is one and it has subjects; problems otherwise."""
        if source in self.broken or ALL in self.broken:
            return None
        settings = self.config.sources.get(source)
        if settings is None:
            remedy = did_you_mean(source, {*self.config.sources, *self.broken})
            yield Problem(f"no source `{source}`", self._at(part), remedy)
            return None
        if kind and settings.kind != kind:
            found = f"`{source}` is a source of {settings.kind}"
            yield Problem(found, self._at(part), expected=f"a source with `kind: {kind}`")
        if "subject" not in settings.key_names:
            remedy = f"name it under `sources.{source}.keys: {{subject: ...}}`"
            yield Problem(f"`{source}` has no key `subject`", self._at(part), remedy, "rows that say whose they are")
        return settings

    def _expression(self, text: str, part: str, source: SourceConfig | None) -> Iterator[Problem]:
        uses: list[SqlUse] = []
        yield from check_expression(text, self._at(part), found=uses)
        if source is not None:
            for column in (c for use in uses for c in use.columns):
                yield from self._column(column, part, source)

    def _column(self, column: tuple[str, ...], part: str, source: SourceConfig) -> Iterator[Problem]:
        names = column[1:] if len(column) > 1 and column[0].lower() == source.name.lower() else column
        if names[0].lower() in (c.lower() for c in source.contract_names):
            return
        of_key = {str(raw).lower(): f"{key}_id" for key, raw in source.keys.items()}
        renamed = of_key.get(names[0].lower())
        remedy = (
            f"after the mapping it is called `{renamed}`" if renamed else did_you_mean(names[0], source.contract_names)
        )
        yield Problem(f"`{source.name}` has no column `{'.'.join(names)}`", self._at(part), remedy)

    def _cohort(self, source: SourceConfig | None) -> Iterator[Problem]:
        subjects = self.settings.subjects
        if subjects.due is None and subjects.age is None:
            remedy = "say `due:` (a date or time column), or `age:` (for how long after opening)"
            yield Problem("neither `due` nor `age`: subjects would stay live for ever", self._at("subjects"), remedy)
        if subjects.ahead is not None and subjects.due is None:
            yield Problem("`ahead` without `due`", self._at("subjects.ahead"), "name the `due` column")
        if source is None or subjects.due is None:
            return
        columns = {c.lower(): column for c, (_, column) in source.columns.items()}
        if subjects.due.lower() not in columns:
            dated = [c for c, (_, column) in source.columns.items() if column.type in ("date", "time")]
            remedy = did_you_mean(subjects.due, dated or source.columns)
            yield Problem(f"`{source.name}` has no column `{subjects.due}`", self._at("subjects.due"), remedy)
        elif (kind := columns[subjects.due.lower()].type) not in ("date", "time"):
            found = f"column `{subjects.due}` of `{source.name}` is of type {kind}"
            yield Problem(found, self._at("subjects.due"), expected="type date or time")

    def _reach(self, source: SourceConfig | None) -> Iterator[Problem]:
        for part, named in self.settings.subjects.reach.columns.items():
            at, (log, _, column) = f"subjects.reach.{part}", named.rpartition(".")
            by_user = self.config.sources.get(log)
            owner: SourceConfig | None
            if by_user is not None and log not in self.broken and owned_by_user(by_user.key_names):
                owner = by_user
                if source is not None and "user" not in source.key_names:
                    remedy = f"name it under `sources.{source.name}.keys: {{user: ...}}`"
                    yield Problem(f"`{source.name}` has no key `user`", self._at(at), remedy, f"the users of `{log}`")
            else:
                owner = (yield from self._source(log, at, kind="changes")) if log else source
            if owner is None:
                continue
            columns = {c.lower(): found for c, (_, found) in owner.columns.items()}
            found = columns.get(column.lower())
            if found is None:
                flags = [c for c, (_, declared) in owner.columns.items() if declared.type == "bool"]
                yield Problem(f"`{owner.name}` has no column `{column}`", self._at(at), did_you_mean(column, flags))
            elif found.type != "bool":
                said = f"column `{column}` of `{owner.name}` is of type {found.type}"
                yield Problem(said, self._at(at), expected="type bool")

    def _cutoffs(self) -> Iterator[Problem]:
        cutoffs = self.settings.cutoffs
        if cutoffs.every is None and not cutoffs.before_due:
            remedy = "say `every: 7d` with `from:`, or `before_due: [1d]`"
            yield Problem("neither `every` nor `before_due`", self._at("cutoffs"), remedy)
        if cutoffs.every is not None and cutoffs.start is None:
            remedy = "name the first cutoff's date, after a burn-in"
            yield Problem("`every` without `from`", self._at("cutoffs"), remedy, "the anchor of the grid")
        if cutoffs.before_due and self.settings.subjects.due is None:
            yield Problem(
                "`before_due` without `subjects.due`", self._at("cutoffs.before_due"), "name the `due` column"
            )
        if cutoffs.start and cutoffs.to and cutoffs.to < cutoffs.start:
            yield Problem(f"`to` {cutoffs.to} lies before `from` {cutoffs.start}", self._at("cutoffs.to"))

    def _closed_when(self, text: str) -> Iterator[Problem]:
        part = "subjects.closed_when"
        uses: list[SqlUse] = []
        yield from check_expression(text, self._at(part), found=uses)
        columns = [c for use in uses for c in use.columns]
        logs = [s for s, c in self.config.sources.items() if c.kind == "changes"]
        for bare in (c[0] for c in columns if len(c) == 1):
            holders = [s for s in logs if bare.lower() in (n.lower() for n in self.config.sources[s].contract_names)]
            remedy = f"write `{holders[0]}.{bare}`" if holders else "write `CHANGE_LOG.COLUMN`"
            yield Problem(f"column `{bare}` without its change log", self._at(part), remedy)
        named = {c[0].lower(): c[0] for c in columns if len(c) > 1}
        if uses and not columns:
            remedy = "write for example `booking_status.status IS NOT NULL`"
            yield Problem(f"{text!r} names no change log", self._at(part), remedy)
        if len(named) > 1:
            found = f"{' and '.join(sorted(named.values()))} in one condition"
            yield Problem(found, self._at(part), "join them into one change log", "one change log")
        by_lower = {s.lower(): s for s in self.config.sources}
        for log in named.values():
            source = yield from self._source(by_lower.get(log.lower(), log), part, kind="changes")
            for column in (c for c in columns if len(c) > 1 and c[0].lower() == log.lower()):
                if source is not None:
                    yield from self._column(column, part, source)

    def _evaluate(self, source: SourceConfig | None) -> Iterator[Problem]:
        if source is None:
            return
        keys = (*source.key_names, *(f"{k}_id" for k in source.key_names))
        declared = {*keys, *source.columns, DAYS}
        merchant = self.settings.evaluate.merchant
        if merchant is not None and merchant not in source.key_names:
            remedy = did_you_mean(merchant, source.key_names)
            yield Problem(f"`{source.name}` has no key `{merchant}`", self._at("evaluate.merchant"), remedy)
        for i, column in enumerate(self.settings.evaluate.cluster):
            if column not in {*declared, ROW_ID} - {DAYS}:
                remedy = did_you_mean(column, {*declared, ROW_ID} - {DAYS})
                found = f"`{source.name}` has no key or column `{column}`"
                yield Problem(found, self._at(f"evaluate.cluster[{i}]"), remedy)
            elif column == ROW_ID and not any(t.row_id for t in self.config.tables.values()):
                remedy = "name a key or column of the subjects' source"
                yield Problem("no table has a `row_id`", self._at(f"evaluate.cluster[{i}]"), remedy)
        states = {c for s in self.config.sources.values() if s.kind == "changes" for c in s.columns}
        for i, column in enumerate(self.settings.evaluate.two_way):
            # an industry's own view may define the column; training knows
            may_be_feature = bool(self.settings.views) and nearest(column, declared, cutoff=0.8) is None
            if column not in declared | states and not may_be_feature:
                remedy = did_you_mean(column, declared) or "name a key or column of the subjects' source, or `days`"
                yield Problem(f"no column `{column}`", self._at(f"evaluate.two_way[{i}]"), remedy)
