"""Whether a customer has a phone and agreed to be written to is asked of columns, as they were known at the moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from demand.contract import ConfigError
from pipelines.check_industries import check_industry
from pipelines.scoring.reach import reach
from pipelines.workspace import Workspace, open_workspace
from tests.builders.decisions import action, catalog_content
from tests.builders.workspace import bookings, changed, without, write_workspace

REACH = {"phone": "has_phone", "consent": {"sms": "stays.agreed", "app": "has_phone"}}
GUESTS = bookings(
    {"arrival": date(2024, 1, 20), "guest": "g1", "status": "Canceled", "closed_on": date(2024, 1, 4)},
    {"arrival": date(2024, 1, 21), "guest": "g2"},
)


def hotel(root: Path, reach: dict[str, Any] | None = None) -> Workspace:
    config = without("industries.hotel.subjects.closed_when")
    config = changed("sources.bookings.before.has_phone", {"type": "bool", "from": "guest = 'g1'"}, config)
    config = changed("sources.stays.contact.agreed", {"type": "bool", "from": "status = 'cancelled'"}, config)
    config = changed("industries.hotel.subjects.reach", reach or {}, changed("catalog", ["catalog.yaml"], config))
    needy = action("text", needs={"user": False, "phone": True, "consent": ["sms"]})
    write_workspace(root, config, files={"catalog.yaml": yaml.safe_dump(catalog_content(needy))})
    return open_workspace(root, frames={"hotel": GUESTS})


def reached(ws: Workspace, day: str) -> dict[str, list[Any]]:
    return {name: column.to_pylist() for name, column in reach(ws, "hotel", ws.live("hotel", day)).items()}


def unreachable(ws: Workspace) -> list[str]:
    return [p.found for p in check_industry(ws, "hotel")[0] if p.where.endswith("reach")]


def test_columns_say_how_each_customer_may_be_reached(tmp_path: Path) -> None:
    found = reached(hotel(tmp_path, REACH), "2024-01-06")
    assert sorted(zip(found["has_phone"], found["consent"], strict=True)) == [(False, []), (True, ["sms", "app"])]


def test_consent_that_was_not_known_yet_is_none(tmp_path: Path) -> None:
    assert sorted(reached(hotel(tmp_path, REACH), "2024-01-04")["consent"]) == [[], ["app"]]


def test_consents_may_be_those_of_the_users_whatever_they_ordered(tmp_path: Path) -> None:
    """Of a source without subjects: the last of its rows about the guest that was known then."""
    config = without("industries.hotel.subjects.closed_when")
    agreed = {
        "kind": "events",
        "read": "agreed.parquet",
        "keys": {"user": "user_id"},
        "before": {"app": {"type": "bool"}},
    }
    config = changed("sources.agreed", agreed, config)
    config = changed("industries.hotel.subjects.reach", {"consent": {"app": "agreed.app"}}, config)
    rows = [("a", "g1", 1, True), ("b", "g1", 4, False), ("c", "g2", 3, True)]
    said = [
        {"id": i, "user_id": u, "occurred_at": datetime(2024, 1, day, tzinfo=UTC), "app": yes}
        for i, u, day, yes in rows
    ]
    write_workspace(tmp_path, config)
    table = pa.Table.from_pylist(said)
    pq.write_table(table.append_column("known_at", table["occurred_at"]), tmp_path / "agreed.parquet")
    ws = open_workspace(tmp_path, frames={"hotel": GUESTS})
    assert [sorted(reached(ws, f"2024-01-0{day}")["consent"]) for day in (3, 4, 6)] == [
        [[], ["app"]],
        [["app"], ["app"]],
        [[], ["app"]],
    ]


def test_where_nothing_is_declared_nothing_is_known(tmp_path: Path) -> None:
    assert reached(hotel(tmp_path), "2024-01-06") == {}


def test_an_action_that_needs_what_no_column_supplies_is_a_warning(tmp_path: Path) -> None:
    assert unreachable(hotel(tmp_path / "without")) == [
        "`text` needs a phone and consent to sms, which no column supplies: it is never done"
    ]
    assert unreachable(hotel(tmp_path / "with", REACH)) == []


@pytest.mark.parametrize(
    ("named", "said"), [("has_fone", "has no column `has_fone`"), ("room_reserved", "type bool"), ("stay.x", "stays")]
)
def test_a_column_that_cannot_say_it_is_an_error(tmp_path: Path, named: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        hotel(tmp_path, {"phone": named})
