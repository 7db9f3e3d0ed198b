"""What a notebook shows of tables: escaped, shortened, and honest about what is left out."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from pipelines.frame import FIRST_COLUMNS, HEAD, LAST_COLUMNS, Frame, table_html
from pipelines.result import Result

HOSTILE = "<script>alert('x')</script>&\""


def frame(**columns) -> Frame:
    return Frame("rows", pa.table(columns), {"rows": 1}, ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    "shown",
    [
        Frame(HOSTILE, pa.table({"a": [1]})),
        Frame("rows", pa.table({HOSTILE: [1]})),
        Frame("rows", pa.table({"a": [HOSTILE]})),
        Frame("rows", pa.table({"a": [HOSTILE * 9]})),
        Frame("rows", pa.table({"a": [1]}), {HOSTILE: HOSTILE}),
        Result(HOSTILE, {HOSTILE: HOSTILE}, pa.table({HOSTILE: [HOSTILE]})),
    ],
    ids=["title", "column", "cell", "long cell", "fact", "result"],
)
def test_what_comes_from_data_cannot_become_markup(shown):
    html = shown._repr_html_()
    assert "<script" not in html and "&lt;script&gt;" in html


def test_a_quote_in_a_long_cell_does_not_end_its_title():
    assert 'title="a&quot;' in frame(a=['a"' + "b" * 100])._repr_html_()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1234567, "1,234,567"),
        (0.123456, "0.1235"),
        (True, "yes"),
        (date(2024, 3, 1), "2024-03-01"),
        (datetime(2024, 3, 1, 18, tzinfo=UTC), "2024-03-02 02:00"),
        ([1.0, 2.0], "2 values"),
        (None, "null"),
    ],
    ids=str,
)
def test_a_value_is_said_as_a_person_reads_it(value, said):
    assert f">{said}</td>" in frame(a=[value])._repr_html_()


def test_rows_beyond_the_head_are_counted():
    html = frame(a=list(range(HEAD + 1200)))._repr_html_()
    assert "1,200 more rows" in html and html.count("<tr>") == 1 + 1 + HEAD


def test_of_a_wide_table_the_first_and_the_last_columns_stand():
    names = [f"c{i:02}" for i in range(FIRST_COLUMNS + LAST_COLUMNS + 4)]
    html = table_html(pa.table({n: [1] for n in names}))
    assert [n for n in names if n in html] == names[:FIRST_COLUMNS] + names[-LAST_COLUMNS:]
    assert "4 more columns" in html


def test_a_table_without_rows_says_so():
    assert "no rows" in table_html(pa.table({"a": pa.array([], pa.int64())}))


def test_moments_without_a_zone_are_said_to_be_in_utc():
    moments = pa.table({"at": [datetime(2024, 3, 1, 18, tzinfo=UTC)]})
    assert "moment, UTC" in table_html(moments) and "moment, UTC" not in table_html(
        moments, zone=ZoneInfo("Asia/Shanghai")
    )


def test_a_frame_is_taken_by_whatever_takes_arrow():
    shown = frame(a=[1, 2])
    with duckdb.connect() as db:
        db.register("shown", shown)
        assert db.sql("SELECT sum(a) AS total FROM shown").to_arrow_table()["total"].to_pylist() == [3]
    assert pa.table(shown).equals(shown.table)
    assert shown["a"].tolist() == [1, 2] and shown.to_pandas().shape == (2, 1) and len(shown) == 2


def test_a_result_shows_its_summary_its_path_and_the_head_of_its_table(tmp_path):
    html = Result("score", {"subjects": 2}, pa.table({"p_request": [0.25]}), tmp_path / "page.html")._repr_html_()
    assert all(part in html for part in ("score", "subjects", "0.25", "page.html"))
