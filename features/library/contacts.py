"""Contacts so far: what was already asked about this subject, and what kind of history its user has."""

from __future__ import annotations

from demand.contract import Text
from features.declare import By, events, ratio, role
from features.feature_set import FeatureSet
from features.library.setting import Setting
from features.library.view import ViewStatus

_ASKED, _OPENED = events(role("requests")), events(role("subjects"))


def views(setting: Setting) -> list[ViewStatus]:
    """Requests about the subject; requests of its user, per subject the user opened."""
    of_subject = FeatureSet(
        "contacts",
        By("subject")(_ASKED).count("7d", "30d", "365d").named("own_requests_{window}").actionable(),
        By("subject")(_ASKED).since_last().named("own_requests_since_last").actionable(),
    )
    user, opened = By("user")(_ASKED), By("user")(_OPENED).count("365d").named("user_opened_365d")
    asked = user.count("7d", "30d", "365d").named("user_requests_{window}").within("contacts")
    of_user = FeatureSet(
        "contacts",
        asked,
        user.since_last().named("user_requests_since_last").within("contacts"),
        opened,
        By("user")(_OPENED).since_first().named("user_days_since_first"),
        ratio(user.count("365d").named("user_requests_365d"), opened)
        .named("user_requests_per_opened_365d")
        .within("contacts"),
    )
    keys = {"subjects": ("user",), "requests": ("user",)}
    return [
        ViewStatus(
            "contacts_of_subject",
            "contacts",
            Text("requests about this subject so far", "该对象已有的服务请求"),
            setting.lacks(roles=("requests",), keys={"requests": ("subject",)}),
            of_subject,
        ),
        ViewStatus(
            "contacts_of_user",
            "contacts",
            Text("requests of this user so far", "该用户的历史服务请求"),
            setting.lacks(roles=("requests",), keys=keys),
            of_user,
        ),
    ]
