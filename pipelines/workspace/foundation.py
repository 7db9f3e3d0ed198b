"""A workspace's foundation: its configuration, its moments, its sources, each read once when first asked for."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from demand.contract import MICROSECOND, ContractError, Problem, SourceTable, format_moment, night_of, parse_as_of
from pipelines.config import IndustryConfig, WorkspaceConfig, did_you_mean, read_expression
from pipelines.sources import Mapped, RawTables, map_sources
from pipelines.workspace.contacts import known_in_the_future, newest_known
from pipelines.workspace.digest import workspace_digest
from pipelines.workspace.orphans import without_orphans

if TYPE_CHECKING:
    from demand.catalog import Catalog

Moment = str | date | datetime
_CLOCKS_DIFFER = timedelta(days=2)
"""A row, or a night, further ahead of this machine's clock than that is a mistake; the coming night is none."""
T = TypeVar("T")


class Foundation:
    """What an opened workspace rests on.

    Attributes
    ----------
    root, state : its folder, and the folder in it that the toolkit writes
    config, profile : what `demand.yaml` says, under which profile
    zone : business time
    """

    def __init__(
        self,
        root: Path,
        config: WorkspaceConfig,
        raw: RawTables,
        *,
        profile: str,
        file: Path,
        origin: Foundation | None = None,
    ) -> None:
        self.root, self.config, self.raw, self.profile, self.file = root, config, raw, profile, file
        self.zone: ZoneInfo = config.zone
        self.state = root / "state"
        self._origin = origin
        self._kept: dict[tuple[str, ...], Any] = {}
        self._added: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        seen = "" if self.raw.moment is None else f", as seen at {self.raw.moment:%Y-%m-%d %H:%M} UTC"
        return f"<workspace {self.config.workspace}: {', '.join(self.industries)}{seen}>"

    @property
    def industries(self) -> tuple[str, ...]:
        """Names, in the order of the file."""
        return tuple(self.config.industries)

    @cached_property
    def catalog(self) -> Catalog:
        """Scenarios, interventions and standards: the shipped ones and the workspace's own."""
        from demand.catalog import load_catalog

        return load_catalog(list(self.config.catalog), self.root)

    def industry(self, industry: str) -> IndustryConfig:
        """The settings of an industry.

        Raises
        ------
        ContractError
            If there is none of that name.
        """
        if industry not in self.config.industries:
            raise ContractError(f"no industry `{industry}`", "", did_you_mean(industry, self.industries))
        return self.config.industries[industry]

    def parse_as_of(self, value: Moment) -> datetime:
        """A date means the night's cutoff of that morning; an instant is taken as it is."""
        return parse_as_of(value, cutoff=self.config.night.cutoff, zone=self.zone)

    def shown(self, moment: datetime) -> str:
        """A moment for people to read, in business time."""
        local = moment.astimezone(self.zone)
        return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"

    def command(self, verb: str, *options: str, as_of: datetime | None = None) -> str:
        """The command line that runs a verb here: `demand score market --as-of 2024-12-30`."""
        here = self.root.resolve() == Path.cwd()
        place = [] if here else [shlex.quote(str(self.root))]
        cutoff = self.config.night.cutoff
        when = [] if as_of is None else ["--as-of", format_moment(as_of, cutoff=cutoff, zone=self.zone)]
        return " ".join(["demand", verb, *place, *when, *options])

    def asked(self, value: Moment | None) -> datetime:
        """The moment that a night is asked for; `latest` when none is given.

        Raises
        ------
        ContractError
            If it lies in the future: nobody is live there, and nothing is known.
        """
        moment = self.latest() if value is None else self.parse_as_of(value)
        if moment > datetime.now(UTC) + _CLOCKS_DIFFER:
            raise ContractError(
                f"as-of {self.shown(moment)} lies in the future",
                f"at the latest the coming night (this machine's clock says {self.shown(datetime.now(UTC))})",
                "mend the date, or the clock",
            )
        return moment

    def latest(self) -> datetime:
        """The first night's cutoff that may use every row of every source."""
        return self._night_after(self.sources)

    def last_fair_cutoff(self, industry: str) -> datetime:
        """The last cutoff at which an industry's tables are complete: `cutoffs.to`, or where they end."""
        settings = self.industry(industry)
        end = self._night_after(self._sources_of(industry))
        return end if settings.cutoffs.to is None else min(end, self.parse_as_of(settings.cutoffs.to))

    def newest_known(self, industry: str, *, before: datetime) -> datetime | None:
        """When the newest row of an industry's sources became known, of those known before a moment."""
        import pyarrow as pa
        import pyarrow.compute as pc

        columns = [self.sources[n].table["known_at"] for n in self._sources_of(industry)]
        known = [pc.max(c.filter(pc.less(c, pa.scalar(before, c.type)))).as_py() for c in columns]
        return max((k for k in known if k is not None), default=None)

    def label_as_of(self, industry: str) -> datetime:
        """Until when requests are known: the newest `known_at` of the request sources, plus a microsecond."""
        return self._newest(r.source for r in self.industry(industry).requests) + MICROSECOND

    @property
    def mapped(self) -> Mapped:
        """The sources as mapped, rows about unknown subjects still among them; what was set aside."""
        return self._keep(("mapped",), lambda: map_sources(self.config, self.raw))

    @property
    def sources(self) -> Mapping[str, SourceTable]:
        """Every source in contract form, each row of a change log and each request about a subject known by then.

        Raises
        ------
        ConfigError, ContractError
            With every problem of every source.
        """
        return self._settled()[0]

    @property
    def quarantined(self) -> tuple[Problem, ...]:
        """Rows that were set aside, with reason, count and example."""
        return (*self.mapped.quarantined, *self._settled()[1], *self._added)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is worth saying about the sources and stops nothing."""
        return tuple(self.mapped.warnings)

    def quarantine(self, problems: Iterable[Problem]) -> None:
        """Add rows that a later check set aside; said once."""
        self._added = tuple(dict.fromkeys((*self._added, *problems)))

    def written_configuration(self) -> str:
        """The text of demand.yaml, and after it that of the files that it includes."""
        parts = [self.file.read_text(encoding="utf-8")]
        for name in self.config.include:
            parts.append(f"\n# {name}\n{(self.root / name).read_text(encoding='utf-8')}")
        return "".join(parts)

    def digest(self) -> str:
        """sha256 over the configuration, SQL, views and raw inputs; independent of where they lie."""
        return self._keep(
            ("digest",), lambda: workspace_digest(self.config, self.raw, file=self.file, profile=self.profile)
        )

    def _keep(self, name: tuple[str, ...], make: Callable[[], T]) -> T:
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def _sources_of(self, industry: str) -> list[str]:
        """Subjects, requests, and the change log that closes subjects."""
        settings, closing = self.industry(industry), self._closing(industry)
        names = [settings.subjects.source, *(r.source for r in settings.requests)]
        return names if closing is None else [*names, closing]

    def _closing(self, industry: str) -> str | None:
        """The change log that closes an industry's subjects."""
        text = self.industry(industry).subjects.closed_when
        named = {c[0].lower() for c in read_expression(text).columns} if text else set()
        return next((name for name in self.config.sources if name.lower() in named), None)

    def _settled(self) -> tuple[Mapping[str, SourceTable], tuple[Problem, ...]]:
        def settle() -> tuple[Mapping[str, SourceTable], tuple[Problem, ...]]:
            kept, problems, aside = without_orphans(self.config, self.mapped.sources, whole=self.raw.moment is None)
            if problems:
                raise ContractError(problems=problems)
            return kept, aside

        return self._keep(("settled",), settle)

    def _newest(self, names: Iterable[str]) -> datetime:
        names = list(dict.fromkeys(names))
        newest = newest_known([self.sources[n].table for n in names])
        if newest is None:
            raise ContractError(f"no row in {', '.join(names)}", "rows to ask about", "ask at a later moment")
        if newest > datetime.now(UTC) + _CLOCKS_DIFFER:
            raise ContractError(problems=known_in_the_future({n: self.sources[n].table for n in names}))
        return newest

    def _night_after(self, names: Iterable[str]) -> datetime:
        """The first night's cutoff that is later than everything known in some sources."""
        newest = self._newest(names)
        day = newest.astimezone(self.zone).date()
        nights = (night_of(day + timedelta(days=n), self.config.night.cutoff, self.zone) for n in range(3))
        return next(night for night in nights if night > newest)
