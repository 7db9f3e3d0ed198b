"""Shipped views are active where a workspace has their roles and keys, and say what they lack elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from demand.contract import Roles, Text
from features import FeatureSet, compute, library_status, shipped
from features.feature import RESERVED
from tests.builders.features import UTC_ZONE, source, spine

KEYS = ("subject", "user", "agent")
BOOKINGS = source(
    "bookings",
    [
        {
            "at": 1,
            "subject": "s",
            "user": "u",
            "agent": "a",
            "nights": 2,
            "channel": "web",
            "arrival": date(2024, 8, 1),
        },
        {
            "at": 3,
            "subject": "t",
            "user": "u",
            "agent": "a",
            "nights": 3,
            "channel": "app",
            "arrival": date(2024, 7, 1),
        },
    ],
    keys=KEYS,
    columns={
        "nights": "int",
        "channel": "category",
        "arrival": "date",
        "note": "text",
        "slot": "time",
        "scenario": "category",
    },
    text=Text("bookings", "预订"),
)
STATUS = source(
    "booking_status",
    [
        {"at": 2, "subject": "s", "agent": "a", "status": "confirmed"},
        {"at": 5, "subject": "s", "agent": "a", "status": "moved"},
    ],
    kind="changes",
    keys=("subject", "agent"),
    columns={"status": "category", "refund_cents": "cents"},
    sides={"status": "contact", "refund_cents": "after"},
)
REQUESTS = source("requests", [{"at": 4, "subject": "t", "user": "u", "agent": "a"}], keys=KEYS)
MESSAGES = source(
    "sent",
    [{"at": 6, "subject": "s", "user": "u", "late": True}],
    keys=("subject", "user"),
    role="messages",
    columns={"late": "bool"},
)
ALL = {s.spec.name: s for s in (BOOKINGS, STATUS, REQUESTS, MESSAGES)}
ROLES = Roles("hotel", "bookings", ("booking_status",), "requests", {"messages": ("sent",)})
BARE = Roles("hotel", "bookings")


@cache
def matrix(engine="local"):
    row = {"cutoff": 10, "subject": "s", "user": "u", "agent": "a", "opened": 1, "due": 61}
    asked = spine([row], keys=("user", "agent"))
    return compute(asked, ALL, shipped(ROLES, ALL), roles=ROLES, zone=UTC_ZONE, engine=engine)


def test_every_before_column_of_the_subject_is_a_feature_without_being_asked_for():
    names = matrix().names
    assert {"nights", "channel", "days_to_arrival", "days_to_slot"} <= set(names)
    assert not {"note", "arrival", "slot"} & set(names)


def test_a_column_with_the_name_of_a_label_gets_another():
    names = matrix().names
    assert "own_scenario" in names and not RESERVED & set(names)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("days_to_due", 51),
        ("days_open", 9),
        ("lead_days", 60),
        ("days_to_arrival", 51),
        ("nights", 2),
        ("channel", "web"),
        ("agent", "a"),
        ("due_month", 8),
        ("due_weekday", 4),
        ("own_requests_30d", 0),
        ("user_requests_30d", 1),
        ("user_opened_365d", 2),
        ("user_requests_per_opened_365d", 0.5),
        ("changes", 2),
        ("days_since_change", 5),
        ("last_status", "moved"),
        ("agent_opened_30d", 2),
        ("agent_requests_per_opened_365d", 0.5),
        ("agent_changes_365d", 2),
        ("own_messages_7d", 1),
        ("own_messages_since_last", 4),
        ("own_messages_last_late", 1),
        ("user_messages_30d", 1),
    ],
)
def test_a_shipped_feature_has_the_value_one_counts_by_hand(name, expected):
    assert matrix().table[name].to_pylist() == [expected]


def test_after_columns_never_enter_the_library():
    assert not [m for m in matrix().meta if "refund" in m.source]


def test_keys_stand_as_categories_but_not_those_of_subject_and_user():
    assert {m.name for m in matrix().meta if m.kind == "category"} == {
        "channel",
        "own_scenario",
        "agent",
        "last_status",
    }


def test_families_group_by_topic_or_key():
    by_family = {m.family for m in matrix().meta}
    assert by_family == {"booking", "calendar", "contacts", "user", "fulfilment", "agent", "exposure"}


def test_every_feature_is_said_in_both_languages():
    assert all(m.text.en and m.text.zh and m.phrase and m.phrase.en and m.phrase.zh for m in matrix().meta)


def test_ahead_of_the_due_date_reads_as_operations_say_it():
    phrase = next(m.phrase for m in matrix().meta if m.name == "lead_days")
    assert (phrase.en.format(value=210), phrase.zh.format(value=210)) == ("booked 210 days ahead", "提前 210 天预订")


def test_a_bare_workspace_has_the_subject_the_calendar_and_its_keys():
    assert [s.name for s in shipped(BARE, ALL)] == ["booking", "calendar", "agent"]


def test_an_inactive_view_says_what_it_lacks():
    lacks = {v.name: v.lacks for v in library_status(BARE, ALL) if not v.active}
    assert lacks["contacts_of_subject"] == ("a source with the role requests",)
    assert lacks["fulfilment"] == ("a source with the role changes",)
    assert lacks["exposure_stock"] == ("a source with the role stock",)


def test_a_missing_key_is_named_with_its_source():
    status = {v.name: v for v in library_status(Roles("hotel", "booking_status", (), "requests"), ALL)}
    assert status["contacts_of_user"].lacks == ("the key user of booking_status",)


def test_an_active_view_names_its_features():
    status = {v.name: v for v in library_status(ROLES, ALL)}
    assert status["contacts_of_subject"].names == (
        "own_requests_7d",
        "own_requests_30d",
        "own_requests_365d",
        "own_requests_since_last",
    )
    assert all(v.text.en and v.text.zh for v in status.values())


def test_two_sources_of_one_role_are_told_apart_by_name():
    more = {**ALL, "pushed": source("pushed", [], keys=("subject",), role="messages")}
    roles = Roles("hotel", "bookings", others={"messages": ("sent", "pushed")})
    names = [n for s in shipped(roles, more) for n in s.names]
    assert {"own_sent_7d", "own_pushed_7d"} <= set(names)


def test_two_change_logs_are_told_apart_by_name():
    second = source("payment", [], kind="changes", keys=("subject",), columns={"status": "category"})
    names = [
        n
        for s in shipped(Roles("hotel", "bookings", ("booking_status", "payment")), {**ALL, "payment": second})
        for n in s.names
    ]
    assert {"booking_status_last_status", "payment_last_status"} <= set(names)


def test_the_library_is_the_same_on_the_obvious_engine():
    assert matrix().table.equals(matrix(engine="reference").table)


def test_shipped_views_are_declarations_like_any_other():
    assert all(isinstance(s, FeatureSet) for s in shipped(ROLES, ALL)) and shipped(ROLES, ALL) == shipped(ROLES, ALL)


def test_the_due_column_is_no_second_feature_beside_days_to_due():
    due = replace(ROLES, due="Arrival")
    names = {f.name for view in shipped(due, ALL) for f in view.features}
    assert {"days_to_due", "days_to_slot"} <= names and "days_to_arrival" not in names


def test_what_is_due_is_called_as_the_workspace_calls_it():
    due = replace(ROLES, due="arrival")
    phrases = {f.name: f.phrase for view in shipped(due, ALL) for f in view.features}
    assert phrases["days_to_due"] == Text("arrival in {value} days", "距到店日还有 {value} 天")
    assert phrases["due_weekday"] == Text("arrival on a {value}", "到店日是{value}")
