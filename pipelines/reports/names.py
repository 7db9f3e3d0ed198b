"""The names of things in both languages: industries, scenarios, interventions, reason codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from demand.catalog import Catalog
from demand.contract import Text
from demand.decisions.reasons import REASON_CODES
from pipelines.reports.words import say

SCENARIOS = {"other": Text("other", "其他"), "unknown": Text("unknown", "未知")}
"""Scenarios that exist in every industry, whether or not the catalogue names them."""

CHANNELS = {
    "app_message": Text("App message", "应用内消息"),
    "merchant_message": Text("Message to the merchant", "商家消息"),
    "payment": Text("Payment", "支付"),
    "phone": Text("Phone", "电话"),
    "sms": Text("Text message", "短信"),
    "work_queue": Text("Work queue", "工单队列"),
}

POOLS = {
    "dispatch_desk": Text("Dispatch desk", "派单台"),
    "emergency_desk": Text("Emergency desk", "应急小组"),
    "expert_calls": Text("Expert calls", "专家电话"),
    "merchant_calls": Text("Calls to merchants", "商家电话"),
    "review_desk": Text("Review desk", "核查台"),
}

NO_CANDIDATE = "no_candidate"
"""The reason code of an order for which no intervention was considered at all."""


@dataclass(frozen=True)
class Names:
    """What to call an id; an id without words is shown as it is written, with spaces for underscores."""

    industries: Mapping[str, Text] = field(default_factory=dict)
    scenarios: Mapping[str, Text] = field(default_factory=dict)
    interventions: Mapping[str, Text] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, industries: Mapping[str, Text | None]) -> Names:
        """The catalogue's words, and those of the workspace's industries."""
        return cls(
            industries={name: text for name, text in industries.items() if text is not None},
            scenarios={s.id: s.text for s in catalog.scenarios},
            interventions={i.id: i.text for i in catalog.interventions},
        )

    def industry(self, name: str) -> Text:
        return capital(self.industries.get(name) or plain(name))

    def scenario(self, name: str) -> Text:
        return capital(self.scenarios.get(name) or SCENARIOS.get(name) or plain(name))

    def intervention(self, name: str) -> Text:
        return capital(self.interventions.get(name) or plain(name))

    def channel(self, name: str) -> Text:
        return CHANNELS.get(name) or plain(name)

    def pool(self, name: str) -> Text:
        return POOLS.get(name) or plain(name)

    def reason_code(self, code: str) -> Text:
        if code == NO_CANDIDATE:
            return say("no_candidate")
        return capital(REASON_CODES.get(code) or plain(code))


def plain(name: str) -> Text:
    """`room_change` is `room change` in both languages."""
    words = name.replace("_", " ").strip() or "–"
    return Text(words, words)


def capital(words: Text) -> Text:
    """With a capital letter, as at the head of a row."""
    return Text(words.en[:1].upper() + words.en[1:], words.zh)
