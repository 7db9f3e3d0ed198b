"""The subject itself: what was known about it from the start, and where it stands between opening and due date."""

from __future__ import annotations

from demand.contract import Text
from features.declare import By, days_between, role, state
from features.feature import Features
from features.feature_set import FeatureSet
from features.library.setting import Setting, feature_name, usable_columns
from features.library.view import ViewStatus
from features.vocabulary import key_text

_BOOKED = {
    "booking": Text("booked", "预订"),
    "reservation": Text("booked", "预订"),
    "appointment": Text("booked", "预约"),
    "order": Text("ordered", "下单"),
    "purchase": Text("bought", "购买"),
    "card": Text("bought", "购买"),
    "ticket": Text("bought", "购买"),
}


def views(setting: Setting) -> list[ViewStatus]:
    """Every `before` column in its version visible at the cutoff, the keys as categories, and the subject's clock."""
    text = Text(
        "the subject itself: its columns, its keys, its age and due date", "对象本身：字段、归属、已创建天数与到期日"
    )
    return [ViewStatus("booking", "subject", text, features=FeatureSet("booking", *_clock(setting), *_own(setting)))]


def _clock(setting: Setting) -> list[Features]:
    subject = setting.subject
    verb = _BOOKED.get(subject.en.split()[-1], Text("opened", "创建"))
    due = setting.due or Text("due date", "到期日")
    ahead = Text(f"{verb.en} {{value}} days ahead", f"提前 {{value}} 天{verb.zh}")
    if verb.en not in ("booked", "ordered"):
        ahead = Text(f"{verb.en} {{value}} days before the {due.en}", f"{verb.zh}时距{due.zh}还有 {{value}} 天")
    return [
        days_between("cutoff", "due")
        .named("days_to_due")
        .describe(
            en=f"days until the {due.en}",
            zh=f"距{due.zh}的天数",
            phrase_en=f"{due.en} in {{value}} days" if setting.due else "due in {value} days",
            phrase_zh=f"距{due.zh}还有 {{value}} 天",
        ),
        days_between("opened", "cutoff")
        .named("days_open")
        .describe(
            en=f"days since it was {verb.en}",
            zh=f"{subject.zh}已创建天数",
            phrase_en=f"{verb.en} {{value}} days ago",
            phrase_zh=f"{{value}} 天前{verb.zh}",
        ),
        days_between("opened", "due")
        .named("lead_days")
        .describe(
            en=f"days {verb.en} ahead of the {due.en}",
            zh=f"提前{verb.zh}天数",
            phrase_en=ahead.en,
            phrase_zh=ahead.zh,
        ),
    ]


def _own(setting: Setting) -> list[Features]:
    own = By("subject")(state(role("subjects")))
    features = []
    columns = usable_columns(setting.subjects, "before")
    for name, column in columns.items():
        if name == setting.due_column:  # `days_to_due` already
            continue
        ahead = "days_to_" if column.type in ("date", "time") else ""
        features.append(own.last(name).named(feature_name(ahead + name)))
    for key in setting.group_keys:
        if key not in {c.lower() for c in columns}:
            noun = key_text(key)
            features.append(own.last(key).named(feature_name(key)).describe(en=noun.en, zh=noun.zh).within(key))
    return features
