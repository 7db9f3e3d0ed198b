"""Fulfilment: what has happened to the subject since it opened, from the change logs it owns."""

from __future__ import annotations

from demand.contract import SourceSpec, Text
from features.declare import By, events, state
from features.feature import Features
from features.feature_set import FeatureSet
from features.library.setting import Setting, feature_name, usable_columns
from features.library.view import ViewStatus

_TEXT = Text("what happened to the subject so far", "该对象的履约进展")


def views(setting: Setting) -> list[ViewStatus]:
    """Per change log: number of changes, days since the last, last value of every column known by contact."""
    logs = setting.playing("changes")
    lacks = setting.lacks(roles=("changes",), keys={"changes": ("subject",)})
    if lacks:
        return [ViewStatus("fulfilment", "fulfilment", _TEXT, lacks)]
    features = [f for log in logs for f in _of_log(log, "" if len(logs) == 1 else f"{log.name}_")]
    return [ViewStatus("fulfilment", "fulfilment", _TEXT, features=FeatureSet("fulfilment", *features))]


def _of_log(log: SourceSpec, prefix: str) -> list[Features]:
    changes, now = By("subject")(events(log.name)), By("subject")(state(log.name))
    features = [
        changes.count().named(feature_name(f"{prefix}changes")),
        changes.since_last().named(feature_name(f"{prefix}days_since_change")),
    ]
    for name, column in usable_columns(log, "before", "contact").items():
        what = "days_to_" if column.type in ("date", "time") else "last_"
        features.append(now.last(name).named(feature_name(f"{prefix}{what}{name}")))
    return [f.actionable() for f in features]
