"""Health of whom the subject depends on: store, merchant, agent, worker, any key that subjects share.

How much it handles, whether that grows, and how often its subjects end in requests or changes.
"""

from __future__ import annotations

from demand.contract import SourceSpec, Text
from features.declare import By, KeyedRows, events, ratio, role, trend
from features.feature import Features
from features.feature_set import FeatureSet
from features.library.setting import Setting, feature_name
from features.library.view import ViewStatus
from features.vocabulary import key_text


def views(setting: Setting) -> list[ViewStatus]:
    """One view per key of the subjects, apart from subject and user."""
    if not setting.group_keys:
        text = Text("volume and requests of store, merchant, agent ...", "门店、商户、代理等的业务量与服务请求")
        return [ViewStatus("health", "health", text, (f"a key beside subject and user of {setting.subjects.name}",))]
    return [_of_key(setting, key) for key in setting.group_keys]


def _of_key(setting: Setting, key: str) -> ViewStatus:
    noun = key_text(key)
    opened = By(key)(events(role("subjects")))
    features = [
        _count(opened, key, "opened", "30d"),
        _count(opened, key, "opened", "365d"),
        trend(_count(opened, key, "opened", "30d"), _count(opened, key, "opened", "365d")).named(f"{key}_opened_trend"),
    ]
    if any(key in spec.keys for spec in setting.playing("requests")):
        features += _rates(By(key)(events(role("requests"))), opened, key, "requests")
    logs: tuple[SourceSpec, ...] = tuple(log for log in setting.playing("changes") if key in log.keys)
    for log in logs:
        features += _rates(By(key)(events(log.name)), opened, key, "changes" if len(logs) == 1 else log.name)
    text = Text(f"volume, growth and requests of this {noun.en}", f"该{noun.zh}的业务量、增长与服务请求")
    return ViewStatus(f"health_of_{key}", "health", text, features=FeatureSet(key, *(f.actionable() for f in features)))


def _rates(rows: KeyedRows, opened: KeyedRows, key: str, label: str) -> list[Features]:
    """Counts of two windows, and each per subject opened."""
    made = []
    for window in ("30d", "365d"):
        counted = _count(rows, key, label, window)
        per = ratio(counted, _count(opened, key, "opened", window)).named(
            feature_name(f"{key}_{label}_per_opened_{window}")
        )
        made += [counted, per]
    return made


def _count(rows: KeyedRows, key: str, label: str, window: str) -> Features:
    return rows.count(window).named(feature_name(f"{key}_{label}_{window}"))
