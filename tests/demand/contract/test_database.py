"""Sessions share a database and nothing else."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pyarrow as pa
import pytest

from demand.contract.database import session


def total(values):
    with session() as db:
        db.register("t", pa.table({"x": values}))
        db.execute("CREATE TEMP TABLE doubled AS SELECT 2 * x AS x FROM t")
        return db.sql("SELECT sum(x)::BIGINT AS total FROM doubled").to_arrow_table()["total"][0].as_py()


def test_a_session_is_in_utc():
    with session() as db:
        assert db.sql("SELECT current_setting('TimeZone') AS zone").to_arrow_table()["zone"].to_pylist() == ["UTC"]


def test_what_a_session_registers_is_gone_with_it():
    assert total([1, 2]) == 6
    with session() as db, pytest.raises(duckdb.CatalogException):
        db.sql("SELECT * FROM t")


def test_a_zone_that_one_session_sets_is_not_the_next_one_s():
    with session() as db:
        db.execute("SET TimeZone = 'Asia/Shanghai'")
    test_a_session_is_in_utc()


def test_sessions_open_at_the_same_time_have_names_of_their_own():
    with session() as one, session() as other:
        one.register("t", pa.table({"x": [1]}))
        other.register("t", pa.table({"x": [2]}))
        assert [db.sql("SELECT x FROM t").to_arrow_table()["x"][0].as_py() for db in (one, other)] == [1, 2]


def test_threads_have_sessions_of_their_own():
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(total, [[n, n] for n in range(64)])) == [4 * n for n in range(64)]


def test_a_fork_does_not_wait_for_the_threads_of_its_parent():
    assert total([1]) == 2
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(total, ([3],)).get(timeout=60) == 6
