"""Outcomes: how often the subjects of the same store, merchant, city ... ended in a request, small groups smoothed.

What a user asked for stands in `contacts.py`; the rate of so few subjects adds nothing to it.
"""

from __future__ import annotations

from demand.contract import Text
from features.feature_set import FeatureSet
from features.library.setting import Setting, feature_name
from features.library.view import ViewStatus
from features.outcome_rate import outcome_rate

_TEXT = Text("how subjects of the same keys ended so far", "同一归属对象的往期结果")


def views(setting: Setting) -> list[ViewStatus]:
    """The outcome rate of the last year by every key of the subjects, apart from subject and user."""
    keys = setting.group_keys
    lacks = setting.lacks(roles=("outcomes",))
    if not keys:
        lacks = (*lacks, f"a key beside subject and user of {setting.subjects.name}")
    if lacks:
        return [ViewStatus("outcomes", "outcomes", _TEXT, lacks)]
    rates = [outcome_rate(key, "365d").named(feature_name(f"{key}_outcome_rate_365d")) for key in keys]
    return [ViewStatus("outcomes", "outcomes", _TEXT, features=FeatureSet("outcomes", *rates))]
