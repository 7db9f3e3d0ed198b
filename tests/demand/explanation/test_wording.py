"""A reason is a sentence fragment that a person would say."""

import json

import pytest

from demand.contract import ContractError, Text
from demand.explanation import format_value, word
from tests.builders.models import feature

AGENT = Text(
    "{agent_cancelled} of this agent's last {agent_booked} bookings were cancelled",
    "该代理最近 {agent_booked} 笔预订中有 {agent_cancelled} 笔取消",
)
FEATURES = (
    feature("agent_cancelled", unit="count", phrase=AGENT, text=Text("cancellations of this agent", "该代理的取消数")),
    feature("agent_booked", unit="count"),
    feature("lead_days", unit="days", phrase=Text("booked {value} days ahead", "提前 {value} 天预订")),
    feature("price", unit="cents", text=Text("price", "价格")),
    feature(
        "since",
        unit="days",
        text=Text("days since the last message", "距上次消息的天数"),
        phrase=Text("last message {value} days ago", "上次消息在 {value} 天前"),
    ),
    feature("age", unit="count", phrase=Text("{value} entries in {value} boxes", "{value} 箱 {value} 件")),
    feature("pace", unit="rate", phrase=Text("{value} times the daily rate", "日均的 {value} 倍")),
)


def say(name, language="en", **context):
    return word({"feature": name, "context": json.dumps(context)}, FEATURES, language)


def test_a_phrase_is_said_with_its_value():
    assert say("lead_days", lead_days=210.0) == "booked 210 days ahead"
    assert say("lead_days", "zh", lead_days=210.0) == "提前 210 天预订"


def test_a_phrase_may_need_other_features():
    context = {"agent_cancelled": 3.0, "agent_booked": 5.0}
    assert say("agent_cancelled", **context) == "3 of this agent's last 5 bookings were cancelled"
    assert say("agent_cancelled", "zh", **context) == "该代理最近 5 笔预订中有 3 笔取消"


def test_without_a_phrase_it_is_the_text_and_the_value():
    assert say("price", price=123_450) == "price: 1,234.50"
    assert say("price", "zh", price=123_450) == "价格：1,234.50"


def test_what_is_not_known_is_said_plainly():
    assert say("since", since=None) == "days since the last message: unknown"
    assert say("since", "zh", since=None) == "距上次消息的天数：未知"


def test_a_value_the_context_lacks_does_not_leave_a_hole_in_the_sentence():
    assert say("agent_cancelled", agent_cancelled=3.0) == "cancellations of this agent: 3"


@pytest.mark.parametrize(
    ("name", "context", "said"),
    [
        ("lead_days", {"lead_days": 1}, "booked 1 day ahead"),
        ("lead_days", {"lead_days": 21}, "booked 21 days ahead"),
        ("lead_days", {"lead_days": 0}, "booked 0 days ahead"),
        (
            "agent_cancelled",
            {"agent_cancelled": 1, "agent_booked": 1},
            "1 of this agent's last 1 booking were cancelled",
        ),
        ("pace", {"pace": 1.0}, "1 times the daily rate"),
    ],
)
def test_one_is_singular_in_english(name, context, said):
    assert say(name, **context) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (3.0, "count", "3"),
        (12_345, "count", "12,345"),
        (13.6, "days", "14"),
        (0.349, "share", "35%"),
        (0.004, "share", "0.4%"),
        (0.0, "share", "0%"),
        (1.0, "share", "100%"),
        (9_990, "cents", "99.90"),
        (-50, "cents", "-0.50"),
        (0.3333, "rate", "0.33"),
        (2.0, "rate", "2"),
        (7.0, "number", "7"),
        (2017.0, "number", "2017"),
        (123.456, "number", "123"),
        ("Online TA", "category", "Online TA"),
        (1.0, "flag", "yes"),
        (False, "flag", "no"),
        (None, "count", "unknown"),
        (float("nan"), "days", "unknown"),
    ],
)
def test_values_are_written_by_their_unit(value, unit, said):
    assert format_value(value, unit) == said


def test_flags_and_gaps_are_chinese_in_chinese():
    assert [format_value(v, "flag", "zh") for v in (1, 0, None)] == ["是", "否", "未知"]


def test_meta_may_be_given_by_name():
    reason = {"feature": "price", "context": json.dumps({"price": 100})}
    assert word(reason, {m.name: m for m in FEATURES}, "en") == word(reason, FEATURES, "en")


def test_a_feature_that_nothing_describes_is_refused():
    with pytest.raises(ContractError, match="'ghost', which nothing describes"):
        say("ghost")
