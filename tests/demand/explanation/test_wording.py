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
    feature(
        "viewed",
        unit="days",
        phrase=Text("last page view {value} days ago", "{value} 天前浏览页面"),
        missing=Text("no page views by this user so far", "该用户尚无页面浏览"),
    ),
    feature(
        "promised",
        unit="days",
        phrase=Text("{value} days until the promised day", "距承诺送达日还有 {value} 天"),
    ),
    feature("views", unit="count", phrase=Text("{value} page views by this user", "该用户页面浏览 {value} 次")),
    feature(
        "page",
        unit="category",
        text=Text("last page", "最近页面"),
        values={"cancel_policy": Text("cancellation policy", "取消政策")},
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


def test_where_there_is_nothing_to_measure_it_is_said_so():
    assert say("viewed", viewed=None) == "no page views by this user so far"
    assert say("viewed", "zh", viewed=None) == "该用户尚无页面浏览"


def test_a_category_is_said_in_the_words_of_its_column():
    assert say("page", page="cancel_policy") == "last page: cancellation policy"
    assert say("page", "zh", page="cancel_policy") == "最近页面：取消政策"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "no page views by this user"), (1, "1 page view by this user"), (2, "2 page views by this user")],
)
def test_none_one_and_many_read_as_people_say_them(value, said):
    assert say("views", views=value) == said


def test_less_than_a_day_is_not_rounded_to_one():
    assert say("since", since=0.6) == "last message less than a day ago"
    assert say("since", "zh", since=0.6) == "上次消息在不到 1 天前"


@pytest.mark.parametrize(
    ("days", "en", "zh"),
    [
        (2.4, "2 days until the promised day", "距承诺送达日还有 2 天"),
        (-2.4, "2 days past the promised day", "已过承诺送达日 2 天"),
        (-0.4, "less than a day past the promised day", "已过承诺送达日不到 1 天"),
    ],
)
def test_a_day_that_has_passed_is_not_said_to_lie_ahead(days, en, zh):
    assert (say("promised", promised=days), say("promised", "zh", promised=days)) == (en, zh)


def test_a_value_the_context_lacks_does_not_leave_a_hole_in_the_sentence():
    assert say("agent_cancelled", agent_cancelled=3.0) == "cancellations of this agent: 3"


@pytest.mark.parametrize(
    ("name", "context", "said"),
    [
        ("lead_days", {"lead_days": 1}, "booked 1 day ahead"),
        ("lead_days", {"lead_days": 21}, "booked 21 days ahead"),
        ("lead_days", {"lead_days": 0}, "booked less than a day ahead"),
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
        (13.6, "days", "13"),
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


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (1, "month", "January", "1 月"),
        (7, "weekday", "Sunday", "周日"),
        ("cancel_policy", "category", *["cancel policy"] * 2),
    ],
)
def test_months_weekdays_and_codes_are_words(value, unit, en, zh):
    assert (format_value(value, unit), format_value(value, unit, "zh")) == (en, zh)


def test_flags_and_gaps_are_chinese_in_chinese():
    assert [format_value(v, "flag", "zh") for v in (1, 0, None)] == ["是", "否", "未知"]


def test_meta_may_be_given_by_name():
    reason = {"feature": "price", "context": json.dumps({"price": 100})}
    assert word(reason, {m.name: m for m in FEATURES}, "en") == word(reason, FEATURES, "en")


def test_a_feature_that_nothing_describes_is_refused():
    with pytest.raises(ContractError, match="'ghost', which nothing describes"):
        say("ghost")
