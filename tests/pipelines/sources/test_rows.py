"""A bad column is an error, a bad row is set aside with its reason; too many of them are an error again."""

from datetime import UTC, date, datetime

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from demand.contract import ConfigError, ContractError
from pipelines.config import check_config
from pipelines.sources import RawTables, map_sources
from tests.builders.workspace import changed, direct, events

LENIENT = {"limit": 1.0}


def run(frame, config, moment=None):
    loaded, problems = check_config(config)
    assert not problems, problems
    raw = RawTables(loaded, None, {"events": frame})
    return map_sources(loaded, raw.truncate(moment) if moment else raw)


def rows(frame, columns=None, moment=None, **more):
    return (
        run(frame, changed("quarantine", LENIENT, direct(columns, **more)), moment).sources["events"].table.to_pylist()
    )


def aside(frame, columns=None, **more):
    mapped = run(frame, changed("quarantine", LENIENT, direct(columns, **more)))
    (problem,) = mapped.quarantined
    return problem, mapped.sources["events"].table


def test_a_row_without_id_is_set_aside():
    problem, table = aside(events([{"id": None}, {}]))
    assert (problem.found, problem.table, problem.column, problem.rows) == ("quarantined: null id", "events", "id", 1)
    assert problem.severity == "warning"
    assert table.num_rows == 1


@pytest.mark.parametrize("clock", ["occurred_at", "known_at"])
def test_a_row_without_a_clock_is_set_aside_with_its_id(clock):
    problem, _ = aside(events([{clock: None}, {}]))
    assert (problem.found, problem.example) == (f"quarantined: null {clock}", "e0")


def test_a_clock_that_is_no_moment_is_set_aside_with_its_value():
    problem, _ = aside(events([{"known_at": "soon"}, {"known_at": "2024-01-01"}]))
    assert (problem.found, problem.example) == ("quarantined: not a moment", "soon")


def test_a_subject_without_name_is_set_aside():
    problem, _ = aside(events([{"subject": None}, {}]))
    assert (problem.found, problem.column) == ("quarantined: no subject", "subject_id")


def test_other_keys_may_be_null():
    (row,) = rows(events([{"agent": None}], agent=pa.string()), keys={"subject": "subject", "agent": "agent"})
    assert row["agent_id"] is None


def test_an_unknown_op_is_set_aside():
    problem, _ = aside(events([{"op": "upsert"}, {"op": "DELETE"}, {"op": None}]))
    assert (problem.found, problem.example) == ("quarantined: unknown op", "upsert")


def test_ops_are_read_without_case():
    assert [r["op"] for r in rows(events([{"op": "Delete"}, {"op": " correct "}]))] == ["delete", "correct"]


def test_one_id_known_twice_at_once_has_no_order():
    told = [{"id": "a", "n": 2}, {"id": "a", "n": 1}, {"id": "b", "n": 3}]
    problem, table = aside(events([{"subject": "s", **row} for row in told]), {"n": "int"})
    assert (problem.found, problem.rows) == ("quarantined: repeated id and known_at", 1)
    assert table["n"].to_pylist() == [1, 3]


def test_corrections_share_the_id():
    later = {"id": "a", "known_at": date(2024, 1, 2), "op": "correct"}
    assert len(rows(events([{"id": "a", "op": "insert"}, later]))) == 2


def test_a_row_may_be_known_before_it_happens():
    assert len(rows(events([{"occurred_at": date(2024, 2, 1)}]))) == 1


@pytest.mark.parametrize(
    ("kind", "good", "value", "bad"),
    [
        ("int", ["7", "-1"], [7, -1], "7.5"),
        ("int", ["9007199254740993"], [9007199254740993], "seven"),
        ("cents", ["1999"], [1999], "19.99"),
        ("number", ["7.5"], [7.5], "seven"),
        ("number", ["1e3"], [1000.0], "inf"),
        ("bool", ["true", "0"], [True, False], "perhaps"),
        ("date", ["2024-02-29"], [date(2024, 2, 29)], "2023-02-29"),
        ("time", ["2024-02-29T12:00:00Z"], [datetime(2024, 2, 29, 12, tzinfo=UTC)], "noon"),
    ],
)
def test_a_value_that_is_not_of_the_declared_type_sets_its_row_aside(kind, good, value, bad):
    problem, table = aside(events([{"x": g} for g in [*good, None, "", bad]]), {"x": kind})
    assert table["x"].to_pylist() == [*value, None, None]
    assert (problem.found, problem.column, problem.example) == (f"quarantined: not of type {kind}", "x", bad)


def test_a_fraction_is_no_whole_number():
    problem, table = aside(events([{"x": 1.5}, {"x": 2.0}]), {"x": "int"})
    assert (problem.example, table["x"].to_pylist()) == ("1.5", [2])


def test_not_a_number_is_missing():
    frame = events([{"x": float("nan")}, {"x": 1.0}])
    assert [r["x"] for r in rows(frame, {"x": "number"})] == [None, 1.0]


def test_dates_stay_dates_and_times_become_instants():
    day = date(2024, 3, 1)
    frame = events([{"day": day, "moment": day}])
    (row,) = rows(frame, {"day": "date", "moment": "time"})
    assert row["day"] == day
    assert row["moment"] == datetime(2024, 3, 1, 23, 59, 59, 999999, tzinfo=UTC)


def test_a_date_of_an_instant_is_the_local_one():
    frame = events([{"day": datetime(2024, 3, 1, 20, tzinfo=UTC)}], day=pa.timestamp("us", "UTC"))
    assert rows(frame, {"day": "date"}, timezone="Asia/Shanghai")[0]["day"] == date(2024, 3, 2)


@pytest.mark.parametrize(
    ("raw", "text"), [(9.0, "9"), (9.5, "9.5"), (7, "7"), ("", None), (" a ", "a"), (True, "true")]
)
def test_keys_and_categories_become_text(raw, text):
    frame = events([{"agent": raw}])
    (row,) = rows(
        frame, {"kind_of": {"type": "category", "from": "agent"}}, keys={"subject": "subject", "agent": "agent"}
    )
    assert row["agent_id"] == row["kind_of"] == text


def test_negative_amounts_are_kept_and_told():
    mapped = run(events([{"price": -5}, {"price": 5}]), direct({"price": "cents"}))
    assert mapped.sources["events"].table["price"].to_pylist() == [-5, 5]
    assert mapped.quarantined == []
    (warning,) = mapped.warnings
    assert (warning.column, warning.rows) == ("price", 1)


# columns


@pytest.mark.parametrize(
    ("kind", "value"), [("int", date(2024, 1, 1)), ("date", 20240101), ("bool", [1]), ("time", 1.5)]
)
def test_a_column_of_an_impossible_type_is_an_error(kind, value):
    with pytest.raises(ContractError, match="column is of type"):
        run(events([{"x": value}]), direct({"x": kind}))


def test_a_clock_of_an_impossible_type_is_an_error():
    with pytest.raises(ContractError, match=r"events\.known_at: column is of type BIGINT"):
        run(events([{"known_at": 5}]), direct())


def test_a_file_without_a_second_clock_asks_for_it():
    with pytest.raises(ConfigError, match="no column `known_at`"):
        run(events([{}]).drop_columns("known_at"), direct())


def test_clocks_and_id_may_have_other_names():
    frame = events([{"nr": 7, "created": date(2024, 1, 5), "loaded": "2024-01-06 12:00:00"}])
    (row,) = rows(frame, id="nr", occurred_at="created", known_at="loaded")
    assert row["id"] == "7"
    assert row["known_at"] == datetime(2024, 1, 6, 12, tzinfo=UTC)


def test_an_id_may_be_put_together():
    assert rows(events([{}]), id="id || ':' || subject")[0]["id"] == "e0:s0"


def test_an_expression_may_use_a_column_of_any_name():
    frame = events([{"No-show": "Yes"}])
    columns = {"absent": {"type": "bool", "from": "\"No-show\" = 'Yes'"}, "raw": {"type": "text", "from": "No-show"}}
    assert rows(frame, columns)[0]["absent"] is True
    assert rows(frame, columns)[0]["raw"] == "Yes"


# the limit


def test_a_few_bad_rows_are_quarantined():
    frame = events([{"id": None}, *({} for _ in range(99))])
    assert run(frame, direct()).quarantined[0].rows == 1


def test_more_than_one_in_a_hundred_is_an_error_with_every_reason():
    frame = events([{"id": None}, {"known_at": None}, *({} for _ in range(98))])
    with pytest.raises(ContractError) as caught:
        run(frame, direct())
    (problem,) = caught.value.problems
    assert problem.rows == 2
    assert "null id" in str(problem)
    assert "null known_at" in str(problem)
    assert "at most 1.0%" in str(problem)


def test_the_limit_is_an_option():
    frame = events([{"id": None}, {}])
    assert run(frame, changed("quarantine.limit", 0.5, direct())).quarantined[0].rows == 1


def test_a_source_without_any_row_is_an_error():
    with pytest.raises(ContractError, match="without any row"):
        run(events([{}]).slice(0, 0), direct())


def test_a_truncated_source_may_be_empty_or_bad():
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    assert run(events([{"id": None}, {}]), direct(), moment).sources["events"].table.num_rows == 0


# truncation of what is read directly


def test_a_source_with_two_clocks_is_cut_at_the_second():
    frame = events([{"known_at": "2024-01-05 12:00:00"}, {"known_at": "2024-01-05 12:00:01"}])
    assert [r["id"] for r in rows(frame, moment=datetime(2024, 1, 5, 12, 0, 1, tzinfo=UTC))] == ["e0"]


def test_a_stated_delay_counts_when_it_is_cut():
    frame = events([{"occurred_at": "2024-01-05 12:00:00"}]).drop_columns("known_at")
    delay = {"known_at": {"delay": "6h"}}
    assert rows(frame, moment=datetime(2024, 1, 5, 18, tzinfo=UTC), **delay) == []
    assert len(rows(frame, moment=datetime(2024, 1, 5, 18, 0, 0, 1, tzinfo=UTC), **delay)) == 1


# frames


@pytest.mark.parametrize(
    "make", [lambda t: t, lambda t: t.to_pandas(), pl.from_arrow], ids=["arrow", "pandas", "polars"]
)
def test_every_kind_of_frame_gives_the_same_source(make):
    frame = events([{"n": 1, "agent": "a"}, {"n": None, "agent": None}], n=pa.int64(), agent=pa.string())
    config = {"keys": {"subject": "subject", "agent": "agent"}}
    assert rows(make(frame), {"n": "int"}, **config) == rows(frame, {"n": "int"}, **config)


def test_a_pandas_category_is_text():
    frame = events([{"x": "a"}, {"x": "b"}]).to_pandas().astype({"x": "category"})
    assert [r["x"] for r in rows(frame, {"x": "category"})] == ["a", "b"]
    assert isinstance(frame, pd.DataFrame)
