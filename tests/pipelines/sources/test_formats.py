"""What `read` may name, and which frames may stand in for it."""

from datetime import date

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demand.contract import ContractError
from pipelines.sources.formats import READERS, arrow_table, input_files, read_table

ROWS = pa.table({"id": ["a", "b"], "n": pa.array([1, 2], pa.int64()), "day": [date(2024, 1, 1), date(2024, 1, 2)]})


def test_parquet_is_read_in_file_order(tmp_path):
    pq.write_table(ROWS, tmp_path / "t.parquet")
    assert read_table("t.parquet", tmp_path).equals(ROWS)


def test_csv_is_read_with_its_types(tmp_path):
    (tmp_path / "t.csv").write_text("id,n,day\na,1,2024-01-01\nb,2,2024-01-02\n")
    assert read_table("t.csv", tmp_path).equals(ROWS)


def test_a_late_odd_value_does_not_break_a_csv(tmp_path):
    lines = "\n".join(str(i) for i in range(30_000))
    (tmp_path / "t.csv").write_text(f"n\n{lines}\nnone of these\n")
    assert read_table("t.csv", tmp_path)["n"][-1].as_py() == "none of these"


def test_an_empty_field_of_a_csv_is_null(tmp_path):
    (tmp_path / "t.csv").write_text("id,n\na,\n,2\n")
    assert read_table("t.csv", tmp_path).to_pylist() == [{"id": "a", "n": None}, {"id": None, "n": 2}]


def test_a_folder_is_one_table_with_its_partitions(tmp_path):
    for day in (1, 2):
        folder = tmp_path / "events" / f"day={day}"
        folder.mkdir(parents=True)
        pq.write_table(ROWS.select(["id"]), folder / "part.parquet")
    table = read_table("events", tmp_path)
    assert table["day"].to_pylist() == [1, 1, 2, 2]


def test_a_pattern_is_one_table_in_the_order_of_names(tmp_path):
    for name in ("b", "a"):
        pq.write_table(pa.table({"id": [name]}), tmp_path / f"{name}.parquet")
    assert read_table("*.parquet", tmp_path)["id"].to_pylist() == ["a", "b"]


def test_files_of_one_table_may_have_gained_a_column(tmp_path):
    pq.write_table(pa.table({"id": ["a"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"id": ["b"], "n": [1]}), tmp_path / "2.parquet")
    assert read_table("*.parquet", tmp_path)["n"].to_pylist() == [None, 1]


def test_delta_is_read_as_its_last_version(tmp_path):
    from deltalake import write_deltalake

    write_deltalake(str(tmp_path / "t"), pa.table({"id": ["old"]}))
    write_deltalake(str(tmp_path / "t"), pa.table({"id": ["new"]}), mode="overwrite")
    assert read_table("t", tmp_path)["id"].to_pylist() == ["new"]
    assert len(input_files("t", tmp_path)) == 1


def test_an_environment_variable_names_the_folder(tmp_path, monkeypatch):
    pq.write_table(ROWS, tmp_path / "t.parquet")
    monkeypatch.setenv("SOME_DATA", str(tmp_path))
    assert read_table("${SOME_DATA}/t.parquet", tmp_path / "elsewhere").num_rows == 2


def test_an_unset_variable_is_named_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.delenv("SOME_DATA", raising=False)
    with pytest.raises(ContractError, match=r"SOME_DATA is not set[\s\S]*export SOME_DATA="):
        read_table("${SOME_DATA}/t.parquet", tmp_path)


def test_a_path_with_nothing_there_is_shown(tmp_path):
    with pytest.raises(ContractError, match="nothing there"):
        read_table("nowhere.parquet", tmp_path)


def test_a_scheme_that_nobody_reads_is_refused(tmp_path):
    with pytest.raises(ContractError, match="nothing reads postgresql://"):
        read_table("postgresql://host/db?table=orders", tmp_path)


def test_a_reader_of_another_scheme_takes_its_place(tmp_path, monkeypatch):
    monkeypatch.setitem(READERS, "memory", lambda address: pa.table({"address": [address]}))
    assert read_table("memory://orders", tmp_path)["address"].to_pylist() == ["memory://orders"]


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    with pytest.raises(ContractError, match=r"\.parquet or \.csv"):
        read_table("t.xlsx", tmp_path)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(ContractError, match=r"t\.parquet cannot be read"):
        read_table("t.parquet", tmp_path)


@pytest.mark.parametrize(
    "make", [lambda t: t, lambda t: t.to_pandas(), pl.from_arrow], ids=["arrow", "pandas", "polars"]
)
def test_any_frame_that_streams_arrow_is_welcome(make):
    assert arrow_table(make(ROWS)).to_pylist() == ROWS.to_pylist()


def test_missing_numbers_of_pandas_are_null():
    assert arrow_table(pd.DataFrame({"agent": [9.0, None]}))["agent"].to_pylist() == [9.0, None]


def test_what_is_no_frame_is_refused():
    with pytest.raises(ContractError, match="a list is not a frame"):
        arrow_table([1, 2])
