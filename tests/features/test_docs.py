"""The guide to declaring features runs from top to bottom, and what it shows is what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from demand.contract import ConfigError, Roles
from features import FeatureSet
from tests.builders.features import day, source, spine, values

GUIDE = Path(__file__).parents[2] / "docs" / "features.md"
KEYS = ("subject", "user", "store", "agent")
SOURCES = {
    s.spec.name: s
    for s in (
        source(
            "bookings",
            [{"at": 1, "subject": "s", "agent": "a", "store": "h", "nights": 3, "channel": "web"}],
            keys=KEYS,
            columns={"nights": "int", "channel": "category", "arrival": "date"},
        ),
        source(
            "booking_status",
            [{"at": 2, "subject": "s", "agent": "a", "status": "cancelled"}],
            kind="changes",
            keys=("subject", "agent"),
            columns={"status": "category"},
        ),
        source("outcomes", [], keys=KEYS, columns={"requested": "bool", "scenario": "category"}),
        source("contacts", [], keys=("subject", "user", "store", "agent"), columns={"scenario": "category"}),
    )
}
ROLES = Roles("hotel", "bookings", ("booking_status",), "contacts", outcomes="outcomes")


def blocks(kind: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [text for language, text in found if language == kind]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Everything the guide defines, after all its code has run in order, beside a folder of bookings."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / "bookings").mkdir()
    pq.write_table(SOURCES["bookings"].table, folder / "bookings" / "1.parquet")
    asked = spine([{"cutoff": 9, "subject": "s", "agent": "a", "store": "h"}], keys=KEYS[1:])
    names: dict[str, Any] = {"spine": asked, "sources": SOURCES, "roles": ROLES}
    names |= {"folder": tmp_path_factory.mktemp("store"), "yesterday": day(8), "tonight": day(9)}
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        for code in blocks("python"):
            exec(compile(code, str(GUIDE), "exec"), names)
    yield names


def test_every_set_of_the_guide_is_in_its_matrix(written):
    names = {n for v in ("agents", "stay", "rates", "own") for n in written[v].names}
    assert names <= set(written["matrix"].names)


def test_the_guide_computes_the_same_within_a_budget(written):
    whole, within = (written[name].to_pandas() for name in ("matrix", "within"))
    assert whole[within.columns].equals(within)


def test_the_printed_set_is_the_one_that_comes_out(written):
    assert blocks("")[0].strip() == repr(written["agents"])


def test_the_printed_problems_are_those_that_come_out(written):
    with pytest.raises(ConfigError) as caught:
        values(written["wrong"], written["spine"], *SOURCES.values(), roles=ROLES)
    assert blocks("")[1].strip() == "\n".join(map(str, caught.value.problems))


def test_the_guide_names_every_aggregation_there_is():
    from features.declare import KeyedRows

    guide = GUIDE.read_text(encoding="utf-8")
    there = {name for name in vars(KeyedRows) if not name.startswith("_")} - {"keys", "rows"}
    assert there == {name for name in there if f"`{name}(" in guide or f"`{name}`" in guide}


def test_the_store_of_the_guide_says_what_compute_says(written):
    assert written["tonight_matrix"].table.equals(
        written["matrix"].table.select(written["tonight_matrix"].table.column_names)
    )


def test_the_guide_defines_sets(written):
    assert all(isinstance(written[name], FeatureSet) for name in ("agents", "stay", "rates", "own", "wrong"))
