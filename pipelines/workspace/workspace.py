"""The workspace: one object that verbs and notebooks ask for frames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from demand.contract import KEYS, FeatureMatrix, Problem, Roles
from pipelines.workspace.clusters import clusters_of
from pipelines.workspace.contacts import REQUESTS, contacts_of, requests_source
from pipelines.workspace.foundation import Foundation, Moment
from pipelines.workspace.outcomes import OUTCOMES, outcomes_source, untreated
from pipelines.workspace.relations import find_roles, shared_keys
from pipelines.workspace.views import load_view

if TYPE_CHECKING:
    from demand.contract import SourceTable
    from demand.subjects import Schedule
    from features import FeatureSet
    from pipelines.workspace.desk import Desk


class Workspace(Foundation):
    """An opened workspace; made by `open_workspace`.

    Everything is built when first asked for, and kept. Tables are Arrow; `ws.desk` shows the same ones in a notebook,
    and the workspace shows itself.
    """

    @property
    def desk(self) -> Desk:
        """The tables as frames that show themselves in a notebook."""
        from pipelines.workspace.desk import Desk

        return Desk(self)

    def _repr_html_(self) -> str:
        from pipelines.workspace.overview import overview_html

        return overview_html(self)

    def schedule(self, industry: str) -> Schedule:
        """When training and backtests ask."""
        from demand.subjects import Schedule

        c = self.industry(industry).cutoffs
        return Schedule(c.every, c.start, c.to, c.before_due, self.config.night.cutoff, self.zone)

    def subjects(self, industry: str) -> pa.Table:
        """The subjects in every visible version: the contract's table, with their keys."""
        from demand.subjects import build_subjects

        s = self.industry(industry).subjects
        return self._keep(
            ("subjects", industry),
            lambda: build_subjects(
                self.sources[s.source], industry=industry, kind=s.kind, where=s.where, due=s.due, zone=self.zone
            ),
        )

    def closings(self, industry: str) -> pa.Table | None:
        """When subjects are known to be closed, as intervals of visibility; None where nothing closes them."""
        from demand.subjects import build_closings

        log, condition = self._closing(industry), self.industry(industry).subjects.closed_when
        if log is None or condition is None:
            return None
        return self._keep(("closings", industry), lambda: build_closings(self.sources[log], condition))

    def spine(self, industry: str, *, start: Moment | None = None, end: Moment | None = None) -> pa.Table:
        """The grid for training and backtests: live subjects at every cutoff in [start, end].

        By default from `cutoffs.from` to the last fair cutoff.
        """
        first = None if start is None else self.parse_as_of(start)
        last = self.last_fair_cutoff(industry) if end is None else self.parse_as_of(end)
        return self._spine(industry, self.schedule(industry), first, last)

    def live(self, industry: str, as_of: Moment) -> pa.Table:
        """The subjects that are live at one moment."""
        moment = self.parse_as_of(as_of)
        return self._spine(industry, [moment], moment, moment)

    def episodes(self, industry: str, *, known_before: Moment | None = None) -> pa.Table:
        """Service requests, re-contacts merged; only what was known before a moment, if one is given."""
        from demand.subjects import merge_into_episodes

        before = None if known_before is None else self.parse_as_of(known_before)
        requests = self.industry(industry).requests
        parts = zip(requests, self._contacts(industry), strict=True)
        episodes = [merge_into_episodes(contacts, merge=r.merge, known_before=before) for r, contacts in parts]
        order = [("subject_id", "ascending"), ("occurred_at", "ascending"), ("request_id", "ascending")]
        return pa.concat_tables(episodes, promote_options="default").sort_by(order)

    def labels(self, industry: str, spine: pa.Table, *, label_as_of: Moment | None = None) -> pa.Table:
        """What happened within the horizon of each row of a spine, in its order; censored where it is not known yet."""
        from demand.subjects import make_labels

        settings = self.industry(industry)
        known = self.label_as_of(industry) if label_as_of is None else self.parse_as_of(label_as_of)
        return make_labels(
            spine,
            self.episodes(industry, known_before=known),
            horizon=settings.horizon,
            delay=settings.reporting_delay,
            label_as_of=known,
            decisions=self._decisions(),
        )

    def clusters(self, industry: str, spine: pa.Table) -> pa.Array:
        """The unit that intervals resample, for each row of a spine: the values of `evaluate.cluster`, joined.

        `row_id` is the block of identical raw rows: the subject's row id without its occurrence number. Without a
        declaration every subject is its own cluster.
        """
        settings = self.industry(industry)
        return clusters_of(spine, settings.evaluate.cluster, self.sources[settings.subjects.source])

    def roles(self, industry: str) -> Roles:
        """Which source plays which part. Over truncated tables the parts stay those of the whole ones."""
        if isinstance(self._origin, Workspace):
            return self._origin.roles(industry)
        self.industry(industry)
        return self._keep(
            ("roles", industry), lambda: find_roles(industry, self.config, self.sources, self.subjects(industry))
        )

    def feature_sources(self, industry: str) -> dict[str, SourceTable]:
        """The sources, and what is made of them for this industry.

        `requests` is what its subjects asked for, row by row; `outcomes` what became of those before them.
        """
        source = self.sources[self.industry(industry).subjects.source]
        requests = self._keep(
            ("requests", industry),
            lambda: requests_source(source, self._contacts(industry), self.subjects(industry)),
        )
        outcomes = self._keep(("outcomes", industry), lambda: outcomes_source(source, lambda: self._outcomes(industry)))
        return {**self.sources, REQUESTS: requests, OUTCOMES: outcomes}

    def feature_sets(self, industry: str) -> list[FeatureSet]:
        """The declared views: the shipped ones that are active, and the workspace's own."""
        from features import shipped

        sets: list[FeatureSet] = []
        for entry in self.industry(industry).features:
            if entry == "shipped":
                sets += shipped(self.roles(industry), self.feature_sources(industry), zone=self.zone)
            else:
                sets += load_view(self.root, entry)
        return sets

    def features(self, industry: str, spine: pa.Table, *, extra: Sequence[FeatureSet] = ()) -> FeatureMatrix:
        """The features of each row of a spine, in its order; `extra` sets come after the declared ones."""
        from features import compute

        return compute(
            spine,
            self.feature_sources(industry),
            [*self.feature_sets(industry), *extra],
            roles=self.roles(industry),
            zone=self.zone,
        )

    def training_table(
        self, industry: str, *, label_as_of: Moment | None = None, extra: Sequence[FeatureSet] = ()
    ) -> pa.Table:
        """Features and labels side by side, over the whole grid."""
        spine = self.spine(industry)
        table = self.features(industry, spine, extra=extra).table
        labels = self.labels(industry, spine, label_as_of=label_as_of)
        for name in labels.column_names:
            if name not in KEYS:
                table = table.append_column(name, labels[name])
        return table

    def truncated(self, moment: Moment) -> Workspace:
        """The same workspace over what its raw tables could show at a moment."""
        raw = self.raw.truncate(self.parse_as_of(moment))
        return Workspace(self.root, self.config, raw, profile=self.profile, file=self.file, origin=self._origin or self)

    def shared_keys(self) -> tuple[Problem, ...]:
        """Warnings about key values that industries share: perhaps the same agent, perhaps an accident."""
        return self._keep(("shared keys",), lambda: tuple(shared_keys({i: self.subjects(i) for i in self.industries})))

    def _spine(
        self, industry: str, schedule: Schedule | list[datetime], start: datetime | None, end: datetime | None
    ) -> pa.Table:
        from demand.subjects import build_spine

        settings = self.industry(industry)
        return build_spine(
            self.subjects(industry),
            self.closings(industry),
            schedule,
            start=start,
            end=end,
            horizon=settings.horizon,
            ahead=settings.subjects.ahead,
            age=settings.subjects.age,
        )

    def _outcomes(self, industry: str) -> pa.Table:
        """Of every row of the grid until the end of what is known, so that a truncated workspace has the same ones."""
        from demand.subjects import make_outcomes

        settings = self.industry(industry)
        spine = self.spine(industry, end=self.raw.moment or self.latest())
        if self._decisions() is not None:
            spine = untreated(spine, self.labels(industry, spine))
        return make_outcomes(
            spine,
            list(zip(self._contacts(industry), (r.merge for r in settings.requests), strict=True)),
            horizon=settings.horizon,
            delay=settings.reporting_delay,
        )

    def _contacts(self, industry: str) -> list[pa.Table]:
        settings = self.industry(industry)
        return self._keep(
            ("contacts", industry), lambda: contacts_of(industry, settings, self.sources, self.subjects(industry))
        )

    def _decisions(self) -> pa.Table | None:
        """What was done to subjects so far, if anything was."""
        if not (self.state / "store" / "decisions").exists():
            return None
        from pipelines.store import Store

        decisions = Store(self.state / "store").read("decisions")
        return decisions if decisions.num_rows else None
