"""Exposure: what reached or befell the subject, its user and its keys, from sources that carry a role.

Messages, redemptions, searches, queues, stock, content, inspections, and any further role of the workspace.
"""

from __future__ import annotations

from demand.contract import SourceSpec, Text
from features.declare import By, KeyedRows, events, trend
from features.feature import Features
from features.feature_set import FeatureSet
from features.library.setting import Setting, feature_name, usable_columns
from features.library.view import ViewStatus
from features.vocabulary import role_text

WELL_KNOWN = ("messages", "redemptions", "searches", "queue", "stock", "content", "inspections")
_ACTIONABLE = ("queue", "stock", "inspections", "redemptions")


def views(setting: Setting) -> list[ViewStatus]:
    """One view per role: counts and recency by subject and user; level and trend by every other shared key."""
    return [_of_role(setting, role) for role in dict.fromkeys((*WELL_KNOWN, *setting.roles.others))]


def _of_role(setting: Setting, role: str) -> ViewStatus:
    noun = role_text(role)
    text = Text(f"{noun.en} around the subject", f"与该对象有关的{noun.zh}")
    sources = setting.playing(role)
    if not sources:
        return ViewStatus(f"exposure_{role}", "exposure", text, (f"a source with the role {role}",))
    features: list[Features] = []
    for spec in sources:
        label = role if len(sources) == 1 else spec.name
        for key in setting.subjects.keys:
            if key in spec.keys:
                features += _of_key(spec, key, label)
    if not features:
        lacks = tuple(f"a key of {s.name} that {setting.subjects.name} has too" for s in sources)
        return ViewStatus(f"exposure_{role}", "exposure", text, lacks)
    if role in _ACTIONABLE:
        features = [f.actionable() for f in features]
    return ViewStatus(f"exposure_{role}", "exposure", text, features=FeatureSet("exposure", *features))


def _of_key(spec: SourceSpec, key: str, label: str) -> list[Features]:
    rows, prefix = By(key)(events(spec.name)), "own" if key == "subject" else key
    windows = ("7d", "30d", "all") if key == "subject" else ("7d", "30d")
    features = [
        rows.count(*windows).named(*(feature_name(f"{prefix}_{label}_{w}") for w in windows)),
        rows.since_last().named(feature_name(f"{prefix}_{label}_since_last")),
        *_of_columns(spec, rows, f"{prefix}_{label}"),
    ]
    if key not in ("subject", "user"):
        recent, usual = (rows.count(w).named(feature_name(f"{prefix}_{label}_{w}")) for w in ("7d", "30d"))
        return [*features, trend(recent, usual).named(feature_name(f"{prefix}_{label}_trend"))]
    return [f.within("exposure") for f in features]


def _of_columns(spec: SourceSpec, rows: KeyedRows, prefix: str) -> list[Features]:
    """The last value of every column; for numbers also the mean of the last 30 days."""
    features = []
    for name, column in usable_columns(spec, "before", "contact").items():
        features.append(rows.last(name).named(feature_name(f"{prefix}_last_{name}")))
        if column.type in ("int", "number", "cents", "bool"):
            features.append(rows.mean(name, "30d").named(feature_name(f"{prefix}_mean_{name}_30d")))
    return features
