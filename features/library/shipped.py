"""Which shipped views an industry gets, and what the others lack."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from demand.contract import Roles, SourceTable
from features.feature_set import FeatureSet
from features.library import booking, calendar, contacts, exposure, fulfilment, health
from features.library.setting import Setting
from features.library.view import ViewStatus

_TOPICS = (booking, calendar, contacts, fulfilment, health, exposure)


def library_status(
    roles: Roles, sources: Mapping[str, SourceTable], *, zone: ZoneInfo | None = None
) -> list[ViewStatus]:
    """Every shipped view for an industry: active with its features, or not with what it lacks.

    `zone` is business time, which says whose public holidays count; without it none do.
    """
    setting = Setting.of(roles, sources, zone)
    return [view for topic in _TOPICS for view in topic.views(setting)]


def shipped(roles: Roles, sources: Mapping[str, SourceTable], *, zone: ZoneInfo | None = None) -> list[FeatureSet]:
    """The active shipped views of an industry, as declarations for `compute`."""
    return [v.features for v in library_status(roles, sources, zone=zone) if v.active and v.features is not None]
