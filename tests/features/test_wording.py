"""Every feature is said in both languages, well enough to stand in a list of reasons."""

from __future__ import annotations

import re
from dataclasses import replace
from string import Formatter

import pytest

from demand.contract import ColumnSpec, FeatureMeta, Roles, SourceTable, Text
from features import By, FeatureSet, at_least, calendar, days_between, events, ratio, role, share, state, trend
from tests.builders.features import matrix_of, source, spine

COLUMNS = {"arrival": "date", "nights": "int", "price_cents": "cents", "channel": "category", "repeated": "bool"}
BOOKINGS = source("bookings", [], columns=COLUMNS, text=Text("bookings", "预订"))
REQUESTS = source("requests", [], columns={"scenario": "category"}, text=Text("service requests", "服务请求"))
SEARCHES = source("searches", [], columns={"found": "bool"}, text=Text("searches for a slot", "查询可约时段"))
ROLES = Roles("hotel", subjects="bookings", requests="requests")
BOOKED, ASKED = By("agent")(events(role("subjects"))), By("agent")(events(role("requests")))


def said(feature, *others: SourceTable) -> FeatureMeta:
    sources = others or (BOOKINGS, REQUESTS, SEARCHES)
    return matrix_of(FeatureSet("own", feature), spine([], keys=("agent", "user")), *sources, roles=ROLES).meta[-1]


@pytest.mark.parametrize(
    ("feature", "en", "zh"),
    [
        (BOOKED.count("30d"), "bookings of this agent in the last 30 days", "该代理近 30 天的预订数"),
        (BOOKED.count("1d"), "bookings of this agent in the last day", "该代理近 1 天的预订数"),
        (BOOKED.count("36h"), "bookings of this agent in the last 36 hours", "该代理近 36 小时的预订数"),
        (By()(events("bookings")).count(), "bookings of all so far", "全部迄今的预订数"),
        (BOOKED.mean("nights", "30d"), "average nights of bookings of this agent in the last 30 days", None),
        (BOOKED.sum("price_cents"), "total price of bookings of this agent so far", "该代理迄今预订的价格合计"),
        (BOOKED.distinct("subject"), "different values of subject among bookings of this agent so far", None),
        (BOOKED.since_last(), "days since the last booking of this agent", "距该代理上一次预订的天数"),
        (BOOKED.mean_gap(), "average days between bookings of this agent so far", "该代理迄今预订的平均间隔天数"),
        (BOOKED.last("channel"), "channel of the last booking of this agent", "该代理最近一次预订的渠道"),
        (BOOKED.mean("repeated"), "share of bookings of this agent so far: repeated", None),
        (share(BOOKED, nights=at_least(3)), "share of bookings of this agent so far with nights ≥ 3", None),
        (
            By("agent")(events("searches").where(found=False)).count("7d"),
            "searches for a slot of this agent in the last 7 days (found: no)",
            "该代理近 7 天的查询可约时段数（found：否）",
        ),
        (By("agent")(events("searches")).since_last(), "days since the last search for a slot of this agent", None),
        (By("subject")(events("requests")).count(), "service requests for this booking so far", None),
        (By("subject")(state("bookings")).last("channel"), "channel", "渠道"),
        (By("subject")(state("bookings")).last("arrival"), "days until arrival", "距到店日的天数"),
        (days_between("opened", "cutoff"), "days from opening to today", "创建日到今天的天数"),
        (calendar("month", "due"), "month of the due date", "到期日的月份"),
        (
            ratio(ASKED.count("365d"), BOOKED.count("365d")),
            "service requests per booking of this agent in the last 365 days",
            "该代理近 365 天的服务请求数与预订数之比",
        ),
    ],
)
def test_a_declaration_reads_like_a_sentence(feature, en, zh):
    text = said(feature).text
    assert text.en == en and zh in (None, text.zh)


def test_a_reason_says_both_numbers_of_a_ratio():
    phrase = said(ratio(ASKED.count("365d"), BOOKED.count("365d"))).phrase
    numbers = {"agent_requests_365d": 3, "agent_subjects_365d": 5}
    assert phrase.en.format(**numbers) == "3 service requests on 5 bookings of this agent in the last 365 days"
    assert phrase.zh.format(**numbers) == "该代理近 365 天预订 5 笔，服务请求 3 次"


def test_a_reason_says_how_many_times_the_usual_rate():
    phrase = said(trend(ASKED.count("7d"), ASKED.count("30d"))).phrase
    assert phrase.en.format(value=4) == (
        "service requests of this agent: 4 times as many a day in the last 7 days as in the last 30 days"
    )


STATUS = source("status", [], kind="changes", columns={"status": "category"}, text=Text("booking status", "订单状态"))
PAGES = source("pages", [], keys=("subject", "user"), columns={"page": "category"}, text=Text("page views", "页面浏览"))
STOCK = source("stock", [], columns={"occupancy": "number"}, text=Text("room reports", "房态"))


@pytest.mark.parametrize(
    ("feature", "value", "en", "zh"),
    [
        (
            By("subject")(events("status")).count(),
            2,
            "2 booking status changes for this booking so far",
            "该预订累计订单状态变更 2 次",
        ),
        (
            By("user")(events("pages")).count("30d"),
            6,
            "6 page views by this user in the last 30 days",
            "该用户近 30 天页面浏览 6 次",
        ),
        (By("agent")(events("bookings")).count("365d"), 163, "163 bookings of this agent in the last 365 days", None),
        (
            By("agent")(events("searches")).mean("found", "30d"),
            "34%",
            "34% of searches for a slot of this agent in the last 30 days: found",
            "该代理近 30 天查询可约时段中 34% found",
        ),
        (
            By("subject")(events("pages")).last("page"),
            "card",
            "page of the last page view for this booking: card",
            None,
        ),
        (By("subject")(state("bookings")).last("arrival"), 65, "65 days until arrival", "距到店日还有 65 天"),
    ],
)
def test_a_reason_reads_as_operations_say_it(feature, value, en, zh):
    phrase = said(feature, BOOKINGS, REQUESTS, SEARCHES, STATUS, PAGES).phrase
    assert phrase.en.format(value=value) == en and zh in (None, phrase.zh.format(value=value))


@pytest.mark.parametrize(
    ("feature", "en", "zh"),
    [
        (BOOKED.since_last(), "no bookings of this agent so far", "该代理尚无预订"),
        (BOOKED.count("30d"), "no agent", "无代理"),
        (
            ratio(ASKED.count("30d"), BOOKED.count("30d")),
            "no bookings of this agent in the last 30 days",
            "该代理近 30 天无预订",
        ),
        (BOOKED.mean("nights", "30d"), "no bookings of this agent in the last 30 days", "该代理近 30 天无预订"),
        (By("subject")(state("bookings")).last("agent"), "no agent", "无代理"),
        (By("subject")(state("bookings")).last("channel"), "channel not known", "渠道未知"),
    ],
)
def test_what_is_missing_is_said_in_words(feature, en, zh):
    missing = said(feature).missing
    assert missing is not None and (missing.en, missing.zh) == (en, zh)


def test_the_words_of_a_columns_values_travel_with_the_feature():
    words = {"web": Text("website", "网站")}
    spec = replace(BOOKINGS.spec, columns={"channel": ColumnSpec("category", "before", values=words)})
    assert said(By("subject")(state("bookings")).last("channel"), SourceTable(spec, BOOKINGS.table)).values == words


def test_a_number_declared_as_a_share_is_written_in_percent():
    spec = replace(STOCK.spec, columns={"occupancy": ColumnSpec("number", "before", is_share=True)})
    assert (
        said(By("agent")(events("stock")).mean("occupancy"), BOOKINGS, SourceTable(spec, STOCK.table)).unit == "share"
    )


def test_own_words_come_first_and_know_their_window():
    described = BOOKED.count("7d").describe(
        en="sold {window}", zh="{window}售出", phrase_en="{value} sold {window}", phrase_zh="{window}售出 {value}"
    )
    meta = said(described)
    assert (meta.text.en, meta.phrase.zh.format(value=3)) == ("sold in the last 7 days", "近 7 天售出 3")


def test_own_text_without_a_phrase_is_said_with_its_value():
    assert said(BOOKED.count("7d").describe(en="sold", zh="已售")).phrase.en.format(value=3) == "sold: 3"


def test_words_of_the_workspace_may_hold_braces():
    odd = replace(BOOKINGS.spec, columns={"channel": ColumnSpec("category", "before", Text("channel {raw}", "渠道"))})
    own = By("subject")(state("bookings")).last("channel")
    meta = said(own, SourceTable(odd, BOOKINGS.table), REQUESTS)
    assert meta.phrase.en.format(value="web") == "channel {raw}: web"


@pytest.mark.parametrize(
    ("feature", "unit"),
    [
        (BOOKED.count(), "count"),
        (BOOKED.distinct("channel"), "count"),
        (BOOKED.mean("price_cents"), "cents"),
        (BOOKED.mean("nights"), "number"),
        (BOOKED.mean("arrival"), "days"),
        (BOOKED.mean("repeated"), "share"),
        (BOOKED.sum("repeated"), "count"),
        (BOOKED.last("repeated"), "flag"),
        (BOOKED.last("channel"), "category"),
        (BOOKED.since_first(), "days"),
        (BOOKED.share(channel="web"), "share"),
        (ratio(ASKED.count(), BOOKED.count()), "rate"),
        (days_between("opened", "due"), "days"),
        (calendar("weekend"), "flag"),
        (calendar("month"), "month"),
        (calendar("weekday"), "weekday"),
    ],
)
def test_the_unit_follows_from_function_and_type(feature, unit):
    assert said(feature).unit == unit


@pytest.mark.parametrize(
    ("feature", "family"),
    [
        (BOOKED.count(), "agent"),
        (By("agent", "subject")(events("bookings")).count(), "agent_subject"),
        (ratio(ASKED.count(), BOOKED.count()), "agent"),
        (By("subject")(events("requests")).count(), "own"),
        (calendar("month"), "calendar"),
        (days_between("opened", "due"), "own"),
        (BOOKED.count().within("sales"), "sales"),
    ],
)
def test_the_family_is_the_key_or_the_set(feature, family):
    assert said(feature).family == family


def test_a_source_names_its_column():
    assert [said(f).source for f in (BOOKED.count(), BOOKED.mean("nights"))] == ["bookings", "bookings.nights"]


def test_operations_can_do_something_only_where_it_is_said():
    assert [said(f).actionable for f in (BOOKED.count(), BOOKED.count().actionable())] == [False, True]


def test_every_function_has_words_and_fields_that_exist():
    rows = BOOKED
    made = [rows.count("7d"), rows.since_first("7d"), rows.since_last("7d"), rows.mean_gap("7d")]
    made += [
        getattr(rows, f)(c, "7d") for f in ("mean", "min", "max", "std") for c in ("nights", "arrival", "repeated")
    ]
    made += [getattr(rows, f)(c, "7d") for f in ("first", "last", "distinct") for c in COLUMNS]
    made += [
        rows.sum("nights", "7d"),
        rows.share("7d", channel=None),
        trend(rows.sum("nights", "7d"), rows.count("9d")),
    ]
    meta = matrix_of(FeatureSet("own", *made), spine([]), BOOKINGS, REQUESTS, roles=ROLES).meta
    names = {m.name for m in meta} | {"value"}
    for m in meta:
        for phrase in (m.phrase.en, m.phrase.zh):
            assert {field for _, field, _, _ in Formatter().parse(phrase) if field} <= names
        assert re.search("[\u4e00-\u9fff]", m.text.zh) and not re.search("[\u4e00-\u9fff]", m.text.en)
    assert len({m.text.en for m in meta}) == len(meta)
