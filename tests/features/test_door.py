"""What `compute` refuses, in words; and what looks wrong and is defined: order, duplicates, nulls, sparse ids."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest

from demand.contract import INSTANT, ConfigError, ContractError, SourceTable
from features import By, FeatureSet, events
from tests.builders.features import source, spine, values

ENGINES = pytest.mark.parametrize("engine", ["local", "duckdb", "reference"])
ROWS = [{"id": f"b{i}", "at": i, "agent": "a", "nights": i} for i in range(5)]
BOOKINGS = source("bookings", ROWS, columns={"nights": "int"})
AGENT = By("agent")(events("bookings"))
DECLARED = FeatureSet("own", AGENT.count("3d").named("n"), AGENT.sum("nights").named("sum"))
GRID = spine([{"cutoff": 10, "agent": "a"}])


def column(table: pa.Table, name: str, values: object, type_: pa.DataType) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array([values] * table.num_rows, type_))


def changed(name: str, value: object, type_: pa.DataType) -> SourceTable:
    return SourceTable(BOOKINGS.spec, column(BOOKINGS.table, name, value, type_))


def refusal(grid: pa.Table = GRID, table: SourceTable = BOOKINGS, engine: str = "local") -> str:
    with pytest.raises(ContractError) as caught:
        values(DECLARED, grid, table, engine=engine)
    return str(caught.value)


def test_a_window_with_a_part_of_a_minute_is_refused():
    with pytest.raises(ContractError, match="has a part of a minute"):
        AGENT.count(timedelta(seconds=90))


@pytest.mark.parametrize("window", ["0d", "-3d", timedelta(0), timedelta(days=-1)])
def test_a_window_of_nothing_or_less_is_refused_when_it_is_written(window):
    with pytest.raises(ContractError, match=r"is empty|is not a duration"):
        AGENT.count(window)


def test_an_unknown_column_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="column of bookings: 'nigths' is unknown"):
        values(AGENT.sum("nigths"), GRID, BOOKINGS)


@ENGINES
def test_a_key_that_is_no_string_is_refused_on_either_side_by_every_engine(engine):
    of_spine = refusal(column(GRID, "agent_id", 7, pa.int64()), engine=engine)
    assert "the spine.agent_id is of type int64" in of_spine and "identifiers are strings" in of_spine
    assert "bookings.agent_id is of type int64" in refusal(table=changed("agent_id", 7, pa.int64()), engine=engine)


def test_a_column_of_another_type_than_declared_is_refused():
    assert "bookings.nights is of type string" in refusal(table=changed("nights", "many", pa.string()))


@ENGINES
@pytest.mark.parametrize("name", ["occurred_at", "known_at"])
def test_a_moment_outside_the_calendar_is_refused(name, engine):
    far = pa.array([2**62] * 5, pa.int64()).cast(pa.timestamp("us", "UTC"))
    place = BOOKINGS.table.column_names.index(name)
    table = SourceTable(BOOKINGS.spec, BOOKINGS.table.set_column(place, name, far))
    assert f"bookings.{name}: 5 moments outside the years 1 to 9999" in refusal(table=table, engine=engine)


@pytest.mark.parametrize(("unit", "far"), [("s", 2**62), ("ms", 2**62), ("s", -(2**62))])
def test_so_is_one_in_any_other_unit(unit, far):
    place = BOOKINGS.table.column_names.index("known_at")
    table = BOOKINGS.table.set_column(place, "known_at", pa.array([far] * 5, pa.timestamp(unit, "UTC")))
    said = refusal(table=SourceTable(BOOKINGS.spec, table))
    assert "bookings.known_at: 5 moments outside the years 1 to 9999" in said


def test_a_moment_finer_than_a_microsecond_is_refused():
    place = BOOKINGS.table.column_names.index("known_at")
    fine = pa.array([10**18 + 1] * 5, pa.int64()).cast(pa.timestamp("ns", "UTC"))
    said = refusal(table=SourceTable(BOOKINGS.spec, BOOKINGS.table.set_column(place, "known_at", fine)))
    assert "bookings.known_at: 5 moments finer than a microsecond" in said


def test_a_clock_without_a_time_zone_is_refused():
    assert "a timestamp with a time zone" in refusal(table=changed("known_at", None, pa.timestamp("us")))


def test_days_and_moments_of_values_lie_in_the_calendar_too():
    columns = {"arrival": "date", "slot": "time"}
    table = source("bookings", [{"at": 1, "agent": "a"}], columns=columns)
    for name, far in (("arrival", pa.array([2**31 - 1], pa.date32())), ("slot", pa.array([2**62], INSTANT))):
        place = table.table.column_names.index(name)
        changed_table = SourceTable(table.spec, table.table.set_column(place, name, far))
        with pytest.raises(ContractError, match=f"bookings.{name}: 1 .* outside the years 1 to 9999"):
            values(AGENT.mean(name), GRID, changed_table)


def test_a_column_that_is_there_twice_is_refused():
    twice = BOOKINGS.table.append_column("agent_id", BOOKINGS.table["agent_id"])
    assert "bookings has agent_id more than once" in refusal(table=SourceTable(BOOKINGS.spec, twice))


def test_a_spine_that_is_no_arrow_table_is_refused():
    assert "the spine is a DataFrame" in refusal(GRID.to_pandas())


def test_keys_of_large_strings_are_strings():
    large = GRID.set_column(GRID.column_names.index("agent_id"), "agent_id", GRID["agent_id"].cast(pa.large_string()))
    assert values(AGENT.count(), large, BOOKINGS) == values(AGENT.count(), GRID, BOOKINGS)


def test_a_number_beyond_64_bits_is_nothing_to_compare_with():
    with pytest.raises(ContractError, match="beyond 64 bits"):
        By("agent")(events("bookings").where(nights=2**63))


def test_a_cutoff_outside_the_calendar_is_refused():
    far = pa.array([-(2**62)], pa.int64()).cast(INSTANT)
    grid = GRID.set_column(GRID.column_names.index("cutoff"), "cutoff", far)
    assert "the spine.cutoff: 1 moments outside" in refusal(grid)


@pytest.mark.parametrize(("name", "type_"), [("id", pa.string()), ("occurred_at", INSTANT), ("known_at", INSTANT)])
def test_a_row_without_id_or_clock_is_refused(name, type_):
    assert f"bookings.{name} is null in 5 rows" in refusal(table=changed(name, None, type_))


def test_a_subject_without_a_cutoff_is_refused():
    assert "the spine.cutoff is null in 1 rows" in refusal(column(GRID, "cutoff", None, INSTANT))


def test_an_unknown_operation_is_refused():
    assert "bookings.op is 'upsert'; expected one of insert" in refusal(table=changed("op", "upsert", pa.string()))


def test_every_problem_is_said_at_once():
    table = column(column(BOOKINGS.table, "op", "upsert", pa.string()), "agent_id", 7, pa.int64())
    said = refusal(column(GRID, "cutoff", None, INSTANT), SourceTable(BOOKINGS.spec, table))
    assert all(part in said for part in ("op is 'upsert'", "bookings.agent_id", "the spine.cutoff is null"))


# Defined, not refused.


@ENGINES
def test_a_row_that_stands_twice_counts_once_and_a_subject_asked_twice_is_answered_twice(engine):
    twice = SourceTable(BOOKINGS.spec, pa.concat_tables([BOOKINGS.table, BOOKINGS.table]))
    found = values(DECLARED, pa.concat_tables([GRID, GRID]), twice, engine=engine)
    assert found == {"n": [0, 0], "sum": [10, 10]}


@ENGINES
def test_rows_in_any_order_give_the_same(engine):
    backwards = SourceTable(BOOKINGS.spec, BOOKINGS.table.take(list(range(4, -1, -1))))
    assert values(DECLARED, GRID, backwards, engine=engine) == {"n": [0], "sum": [10]}


@ENGINES
def test_a_null_key_belongs_to_nobody_and_a_null_amount_is_left_out(engine):
    rows = [{"at": 1, "agent": None, "nights": 5}, {"at": 2, "agent": "a", "nights": None}]
    found = values(DECLARED, GRID, source("bookings", rows, columns={"nights": "int"}), engine=engine)
    assert found == {"n": [0], "sum": [0]}
    lost = values(DECLARED, spine([{"cutoff": 10, "agent": None}]), BOOKINGS, engine=engine)
    assert lost == {"n": [None], "sum": [None]}


@ENGINES
def test_sparse_64_bit_ids_as_text_are_ids_like_any_other(engine):
    rows = [{"id": str(i), "at": 9, "agent": str(2**63 - i), "nights": 1} for i in range(4)]
    asked = spine([{"cutoff": 10, "agent": str(2**63 - 2)}])
    found = values(DECLARED, asked, source("bookings", rows, columns={"nights": "int"}), engine=engine)
    assert found == {"n": [1], "sum": [1]}
