"""The catalogue: scenarios, expectations, interventions and standards that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import Field

from demand.catalog.interventions import Intervention
from demand.catalog.scenarios import Expectation, Scenario, Severity
from demand.catalog.standards import Standard
from demand.catalog.types import EVERYWHERE, Cents, Entry
from demand.contract import StateError, Text

_Placed = TypeVar("_Placed", Scenario, Intervention, Standard)


class Catalog(Entry):
    """Everything that has a name in operations; see `load_catalog`.

    An entry belongs to an industry of the workspace if its `industries` name it, or name the catalogue's industry
    that it declares (`catalog_industry: hotel`), or say `*`.

    Parameters
    ----------
    scenarios, expectations, interventions, standards : the entries, by id
    value_of_request_cents : cost of one service request by industry, `*` for the others
    """

    scenarios: tuple[Scenario, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    standards: tuple[Standard, ...] = ()
    value_of_request_cents: Mapping[str, Cents] = Field(default_factory=dict)

    def scenario(self, id: str) -> Scenario:
        return _by_id(self.scenarios, id, "scenario")

    def expectation(self, id: str) -> Expectation:
        return _by_id(self.expectations, id, "expectation")

    def intervention(self, id: str) -> Intervention:
        return _by_id(self.interventions, id, "intervention")

    def scenarios_of(self, industry: str, catalog_industry: str | None = None) -> tuple[Scenario, ...]:
        """The scenarios that occur in an industry of the workspace."""
        return _of(self.scenarios, industry, catalog_industry)

    def interventions_of(self, industry: str, catalog_industry: str | None = None) -> tuple[Intervention, ...]:
        """What can be done in an industry of the workspace."""
        return _of(self.interventions, industry, catalog_industry)

    def standard(
        self,
        industry: str,
        scenario: str,
        *,
        severity: Severity | None = None,
        catalog_industry: str | None = None,
    ) -> Standard | None:
        """The most specific standard: by scenario, then severity, then industry; None where there is none.

        Without a severity, that of the scenario.
        """
        if severity is None:
            severity = next((s.severity for s in self.scenarios if s.id == scenario), "normal")
        fitting = [
            s
            for s in _of(self.standards, industry, catalog_industry)
            if s.scenario in (scenario, EVERYWHERE) and s.severity in (severity, None)
        ]
        if not fitting:
            return None
        return max(
            fitting, key=lambda s: (s.scenario == scenario, s.severity == severity, EVERYWHERE not in s.industries)
        )

    def request_cents(self, industry: str, scenario: str, catalog_industry: str | None = None) -> int:
        """Cost of one service request in cents: the scenario's own, else the industry's, else that of `*`, else 0."""
        own = next((s.request_cents for s in self.scenarios if s.id == scenario), None)
        if own is not None:
            return own
        names = (industry, catalog_industry or industry, EVERYWHERE)
        return next((self.value_of_request_cents[n] for n in names if n in self.value_of_request_cents), 0)

    def words(self, scenario: str) -> Text:
        """What a scenario is called; its id where the catalogue does not know it."""
        return next((s.text for s in self.scenarios if s.id == scenario), Text(scenario, scenario))


def _of(entries: Iterable[_Placed], industry: str, catalog_industry: str | None) -> tuple[_Placed, ...]:
    names = {industry, catalog_industry or industry, EVERYWHERE}
    return tuple(e for e in entries if names & set(e.industries))


_Named = TypeVar("_Named", Scenario, Expectation, Intervention)


def _by_id(entries: Iterable[_Named], id: str, kind: str) -> _Named:
    for entry in entries:
        if entry.id == id:
            return entry
    raise StateError(
        found=f"the catalogue has no {kind} {id!r}",
        expected=f"one of {', '.join(e.id for e in entries)}",
        remedy="add it to the workspace's catalog.yaml",
    )
