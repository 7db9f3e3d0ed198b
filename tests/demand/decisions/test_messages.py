"""A message says in both languages what it is about, in the hours and days of its reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from demand.catalog import FIELDS
from demand.decisions import OrderWords, message
from tests.builders.decisions import action, catalog, plan

SHANGHAI = ZoneInfo("Asia/Shanghai")


def said(order: OrderWords = OrderWords(), **fields: Any) -> dict[str, str]:  # noqa: B008
    content = catalog(action(**fields))
    decision = plan({}, catalog=content).decisions.to_pylist()[0]
    words: dict[str, str] = message(decision, content, order, SHANGHAI)["text"]
    return words


def test_the_order_and_its_store_are_named() -> None:
    assert said(OrderWords(store="Lisbon"), wording={"en": "{order} at {store}", "zh": "{store}的{order}"}) == {
        "en": "b1 at Lisbon",
        "zh": "Lisbon的b1",
    }


def test_an_hour_is_the_readers() -> None:
    order = OrderWords(due=datetime(2024, 9, 3, 1, 30, tzinfo=UTC))
    assert said(order, wording={"en": "{due}", "zh": "{due}"}) == {"en": "3 Sep 2024, 09:30", "zh": "2024年9月3日09:30"}


def test_a_due_day_is_said_without_an_hour() -> None:
    order = OrderWords(due=datetime(2024, 9, 3, 15, 59, 59, 999999, tzinfo=UTC))
    assert said(order, wording={"en": "{due}", "zh": "{due}"}) == {"en": "3 Sep 2024", "zh": "2024年9月3日"}


def test_what_is_not_known_is_said_in_general_words() -> None:
    assert said(wording={"en": "{store}, {due}", "zh": "{store}，{due}"}) == {
        "en": "the store, the agreed time",
        "zh": "商家，约定时间",
    }


def test_the_amount_is_what_is_promised() -> None:
    words = {"en": "{amount}", "zh": "{amount}"}
    assert (
        said(kind="guarantee", liability_cents=123_450, fund="f", contractual=True, wording=words)["en"] == "1,234.50"
    )


def test_every_field_can_be_said() -> None:
    wording = " ".join(f"{{{field}}}" for field in FIELDS)
    assert "{" not in said(wording={"en": wording, "zh": wording})["zh"]


def test_a_message_is_json_with_its_key_and_its_moments() -> None:
    content = catalog()
    decision = plan({}, catalog=content).decisions.to_pylist()[0]
    sent = json.loads(json.dumps(message(decision, content, OrderWords(), SHANGHAI)))
    assert (sent["idempotency_key"], datetime.fromisoformat(sent["fire_at"])) == (
        decision["idempotency_key"],
        decision["fire_at"],
    )
