"""Within a budget of memory the numbers are those of the engine that holds everything, to the bit."""

from __future__ import annotations

import re
from itertools import count

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demand.contract import INSTANT, BudgetError, ContractError, Roles, SourceFiles, SourceTable
from features import By, FeatureSet, events, outcome_rate, ratio, state
from features.engine import CompiledEngine, PartitionedEngine, partitioned
from features.engine.budget import parse_memory
from features.resolve import resolve
from tests.builders.features import UTC_ZONE, day, source, spine, values
from tests.builders.random_features import DECLARED, SPINES, source_rows, table_of

SOME = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AGENT = By("agent")(events("bookings"))


def in_memory_and_in_parts(declared, grid, *sources, partitions, budget=10**9):
    by_name = {each.spec.name: each for each in sources}
    specs = {name: each.spec for name, each in by_name.items()}
    roles = Roles("hotel", subjects="bookings", outcomes="outcomes" if "outcomes" in by_name else None)
    _, plan = resolve([declared], specs, roles, grid.column_names)
    in_parts = PartitionedEngine(budget, partitions=partitions, threads=2).run(grid, by_name, plan, UTC_ZONE)
    tables = {n: each if isinstance(each, SourceTable) else read(each) for n, each in by_name.items()}
    return CompiledEngine(2).run(grid, tables, plan, UTC_ZONE), in_parts


def read(files: SourceFiles) -> SourceTable:
    return SourceTable(files.spec, files.dataset.to_table())


def assert_same_bits(whole, parts):
    assert whole.schema == parts.schema
    for name in whole.column_names:
        a, b = whole[name].combine_chunks(), parts[name].combine_chunks()
        assert a.is_null().equals(b.is_null()), name
        if pa.types.is_string(a.type):
            assert a.equals(b), name
        else:
            bits = (c.drop_null().to_numpy(zero_copy_only=False).view(np.uint64) for c in (a, b))
            assert np.array_equal(*bits), name


def many_rows(n, *, agents=500, seed=7):
    """Rows with amounts whose order of adding would show, known late, some corrected or deleted."""
    draw = np.random.default_rng(seed)
    empty = source("bookings", [], columns={"rate": "number", "channel": "category"})
    at = draw.integers(0, 20 * 86_400, n) * 1_000_000 + int(day(0).timestamp()) * 1_000_000
    rows = {
        "id": pa.array(draw.integers(0, n, n)).cast(pa.string()),
        "occurred_at": pa.array(at).cast(INSTANT),
        "known_at": pa.array(at + draw.integers(0, 3 * 86_400, n) * 1_000_000).cast(INSTANT),
        "op": pa.array(draw.choice(["insert", "correct", "delete"], n, p=[0.8, 0.15, 0.05])),
        "subject_id": pa.array(draw.integers(0, n // 4, n)).cast(pa.string()),
        "agent_id": pa.array(draw.integers(0, agents, n)).cast(pa.string()),
        "rate": draw.normal(size=n) * 10.0 ** draw.integers(0, 9, n),
        "channel": pa.array(draw.choice(["web", "app", "phone"], n)),
    }
    return SourceTable(empty.spec, pa.table(rows).cast(empty.table.schema))


def agents_at(n, *, agents=600, seed=8):
    draw = np.random.default_rng(seed)
    cutoffs, whose = draw.integers(0, 48, n) / 2, draw.integers(0, agents, n)
    return spine([{"cutoff": c, "agent": str(a), "subject": str(a)} for c, a in zip(cutoffs, whose, strict=True)])


EVERYTHING = FeatureSet(
    "own",
    AGENT.count("3d", "all"),
    AGENT.sum("rate", "7d"),
    AGENT.std("rate", "7d"),
    AGENT.distinct("channel", "7d"),
    AGENT.last("channel"),
    By("agent")(events("bookings").where(channel=("web", "app"))).mean("rate", "all"),
    By("agent")(state("bookings", owner="subject")).count("7d"),
    By("subject")(state("bookings", owner="subject")).last("rate"),
    By("subject", "agent")(events("bookings")).count(),
    AGENT.streak("7d", channel="web"),
    ratio(AGENT.count("1d"), By()(events("bookings")).count("1d")),
)


@given(DECLARED, source_rows(), SPINES, st.integers(1, 7))
@SOME
def test_partitions_change_nothing(declared, rows, asked, partitions):
    assert_same_bits(*in_memory_and_in_parts(declared, spine(asked), table_of(rows), partitions=partitions))


@pytest.mark.parametrize("partitions", [1, 4, None])
def test_many_rows_are_the_same_bits_in_parts(partitions):
    found = in_memory_and_in_parts(EVERYTHING, agents_at(800), many_rows(20_000), partitions=partitions)
    assert_same_bits(*found)


def test_parts_that_do_not_fit_go_apart_again():
    declared = FeatureSet("own", AGENT.count("3d"), AGENT.sum("rate", "7d"), AGENT.last("channel"))
    grid, bookings = agents_at(500), many_rows(150_000)
    assert_same_bits(*in_memory_and_in_parts(declared, grid, bookings, partitions=1, budget=45 * 10**6))


def test_rates_of_outcomes_meet_folds_of_other_keys():
    rows = [{"at": n / 4, "agent": "abc"[n % 3], "requested": n % 4 == 0, "scenario": "late"} for n in range(40)]
    columns = {"requested": "bool", "scenario": "category"}
    outcomes = source("outcomes", rows, columns=columns, keys=("subject", "agent", "industry"))
    grid = spine([{"cutoff": c, "agent": a, "industry": "hotel"} for c in (3, 9) for a in "abz"], keys=("agent",))
    declared = FeatureSet("rates", outcome_rate("agent", "5d", "all"), AGENT.count())
    assert_same_bits(*in_memory_and_in_parts(declared, grid, table_of([]), outcomes, partitions=3))


def test_files_are_read_in_batches_whatever_their_row_groups(tmp_path):
    bookings = many_rows(5_000)
    files = count()
    for start in range(0, 5_000, 1_700):
        part = bookings.table.slice(start, 1_700)
        pq.write_table(part, tmp_path / f"{next(files)}.parquet", row_group_size=130)
    rows = SourceFiles(bookings.spec, ds.dataset(tmp_path, format="parquet"))
    grid = agents_at(200)
    expected = values(EVERYTHING, grid, bookings)
    assert values(EVERYTHING, grid, rows, memory_budget="200 MB") == expected
    assert values(EVERYTHING, grid, rows) == expected


def test_columns_with_a_dictionary_are_the_same_columns():
    bookings, grid = many_rows(3_000), agents_at(100)
    encoded = bookings.table
    for name in ("op", "agent_id", "channel"):
        at = encoded.column_names.index(name)
        encoded = encoded.set_column(at, name, encoded[name].dictionary_encode())
    found = values(EVERYTHING, grid, SourceTable(bookings.spec, encoded), memory_budget=10**9)
    assert found == values(EVERYTHING, grid, bookings)


def test_a_budget_without_room_says_what_would_do():
    with pytest.raises(BudgetError, match="at least 43 MB for a spine of 1 row"):
        values(AGENT.count(), spine([{"cutoff": 1, "agent": "a"}]), table_of([]), memory_budget="20 MB")


def test_a_key_that_does_not_fit_is_named_with_the_budget_that_it_needs():
    with pytest.raises(BudgetError, match=r"rows of agent_id '0' take about \d+ MB") as refused:
        values(AGENT.sum("rate"), agents_at(10, agents=1), many_rows(200_000, agents=1), memory_budget="50 MB")
    enough = int(re.search(r"a memory budget of about (\d+) MB", str(refused.value)).group(1))
    grid, bookings = agents_at(10, agents=1), many_rows(200_000, agents=1)
    found = values(AGENT.sum("rate"), grid, bookings, memory_budget=f"{enough + 1} MB")
    assert found == values(AGENT.sum("rate"), grid, bookings)


@pytest.mark.parametrize(
    ("text", "size"),
    [("2 GB", 2 * 10**9), ("500MB", 5 * 10**8), ("1.5 GiB", 3 * 2**29), (2e9, 2 * 10**9), (np.int64(7), 7)],
)
def test_budgets_are_written_as_people_write_them(text, size):
    assert parse_memory(text) == size


@pytest.mark.parametrize(
    "text", ["", "2", "two GB", "2 TB", "nan GB", "-1 GB", 0, -5, True, float("nan"), float("inf"), [2]]
)
def test_a_budget_that_is_no_size_is_refused(text):
    with pytest.raises(ContractError, match=r'a text like "2 GB"\n.*write for example 2e9'):
        parse_memory(text)


def test_a_budget_may_be_any_number_of_bytes():
    bookings, grid = many_rows(1_000), agents_at(20)
    expected = values(AGENT.sum("rate"), grid, bookings)
    assert values(AGENT.sum("rate"), grid, bookings, memory_budget=2e9) == expected


def test_files_may_be_filtered(tmp_path):
    bookings, grid = many_rows(5_000), agents_at(100)
    pq.write_table(bookings.table, tmp_path / "rows.parquet", row_group_size=400)
    files = ds.dataset(tmp_path, format="parquet").filter(ds.field("channel") == "web")
    kept = SourceTable(bookings.spec, bookings.table.filter(pc.equal(bookings.table["channel"], "web")))
    found = [values(EVERYTHING, grid, SourceFiles(kept.spec, files), memory_budget=b) for b in (None, "200 MB")]
    assert found == [values(EVERYTHING, grid, kept)] * 2


def test_parts_are_deleted_as_soon_as_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left, fold, column = [], partitioned.folds_at, partitioned.mapped_column

    def watched(work):
        return lambda *a: left.append(len(list(tmp_path.glob("*/rows-*.arrows")))) or work(*a)

    monkeypatch.setattr(partitioned, "folds_at", watched(fold))
    monkeypatch.setattr(partitioned, "mapped_column", watched(column))
    in_memory_and_in_parts(FeatureSet("own", AGENT.count("3d")), agents_at(800), many_rows(9_000), partitions=4)
    assert left == [3, 2, 1, 0, 0]


def test_parts_that_nobody_asks_for_are_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left, column = [], partitioned.mapped_column
    monkeypatch.setattr(
        partitioned, "mapped_column", lambda *a: left.append(list(tmp_path.glob("*/rows-*.arrows"))) or column(*a)
    )
    in_memory_and_in_parts(FeatureSet("own", AGENT.count("3d")), agents_at(1, agents=1), many_rows(9_000), partitions=4)
    assert left == [[]]


def test_what_is_wrong_in_files_is_refused_with_its_count(tmp_path):
    bookings = many_rows(1_000)
    table = bookings.table
    broken = pa.array([None if n % 100 == 0 else v for n, v in enumerate(table["known_at"].to_pylist())], INSTANT)
    table = table.set_column(table.column_names.index("known_at"), "known_at", broken)
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=90)
    rows = SourceFiles(bookings.spec, ds.dataset(tmp_path, format="parquet"))
    with pytest.raises(ContractError, match=r"bookings\.known_at is null in 10 rows"):
        values(AGENT.count(), agents_at(5), rows, memory_budget="1 GB")
