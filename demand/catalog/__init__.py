"""The catalogue: what can go wrong, what customers then want, what can be done before, and what they may rely on.

Shipped as YAML (`shipped/`), extended by a workspace's own files, read by `load_catalog` into one frozen `Catalog`.
Imports `demand.contract` only. Feature views take names from it, decisions take everything, reports take the words.
"""

from demand.catalog.calendar import CalendarDay, calendar_days
from demand.catalog.catalog import Catalog
from demand.catalog.interventions import FIELDS, Effect, Intervention, Needs
from demand.catalog.loading import load_catalog
from demand.catalog.scenarios import Expectation, Scenario, Severity
from demand.catalog.standards import Standard
from demand.catalog.types import EVERYWHERE, QuietHours, WorkingHours

__all__ = [
    "EVERYWHERE",
    "FIELDS",
    "CalendarDay",
    "Catalog",
    "Effect",
    "Expectation",
    "Intervention",
    "Needs",
    "QuietHours",
    "Scenario",
    "Severity",
    "Standard",
    "WorkingHours",
    "calendar_days",
    "load_catalog",
]
