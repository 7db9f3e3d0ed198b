"""Every column of moments becomes instants in one way."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import INSTANT, end_of_day
from pipelines.sources.clocks import instant_literal, instant_sql

ZONES = ["UTC", "Europe/Lisbon", "Asia/Shanghai", "America/Sao_Paulo", "America/Havana", "Africa/Cairo"]


def instants(values, type_=None, zone="UTC"):
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'Asia/Tokyo'")  # nothing may depend on the session
        db.register("moments", pa.table({"m": pa.array(values, type_)}))
        name = str(db.sql("SELECT m FROM moments").types[0])
        table = db.sql(f"SELECT {instant_sql('m', name, zone)} AS t FROM moments").to_arrow_table()
        return table["t"].cast(INSTANT).to_pylist()


@settings(deadline=None, max_examples=12)
@given(st.lists(st.dates(date(1990, 1, 1), date(2036, 12, 31)), min_size=1, max_size=50), st.sampled_from(ZONES))
def test_a_date_is_the_last_microsecond_of_its_local_day(days, zone):
    assert instants(days, pa.date32(), zone) == [end_of_day(d, ZoneInfo(zone)) for d in days]


@pytest.mark.parametrize("zone", ["America/Havana", "America/Sao_Paulo", "Europe/Lisbon"])
def test_a_day_ends_rightly_where_clocks_change(zone):
    days = [date(y, m, d) for y in (2012, 2016) for m in (2, 3, 10, 11) for d in range(1, 29)]
    assert instants(days, pa.date32(), zone) == [end_of_day(d, ZoneInfo(zone)) for d in days]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_time_without_zone_is_local(unit):
    assert instants([datetime.fromisoformat("2024-07-01T12:00:00")], pa.timestamp(unit), "Europe/Lisbon") == [
        datetime(2024, 7, 1, 11, tzinfo=UTC)
    ]


def test_a_time_in_the_hour_that_the_clock_repeats_is_not_known_too_early():
    twice = datetime.fromisoformat("2024-10-27T01:30:00")
    assert instants([twice], pa.timestamp("us"), "Europe/Lisbon") == [datetime(2024, 10, 27, 1, 30, tzinfo=UTC)]


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_an_instant_stays_what_it_is(unit):
    moment = datetime(2024, 7, 1, 12, tzinfo=UTC)
    assert instants([moment], pa.timestamp(unit, "Asia/Shanghai"), "Europe/Lisbon") == [moment]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-07-01", datetime(2024, 7, 1, 22, 59, 59, 999999, tzinfo=UTC)),
        (" 2024-07-01 ", datetime(2024, 7, 1, 22, 59, 59, 999999, tzinfo=UTC)),
        ("2024-07-01 12:00:00", datetime(2024, 7, 1, 11, tzinfo=UTC)),
        ("2024-07-01T12:00:00", datetime(2024, 7, 1, 11, tzinfo=UTC)),
        ("2024-07-01T12:00:00Z", datetime(2024, 7, 1, 12, tzinfo=UTC)),
        ("2024-07-01T12:00:00+02:00", datetime(2024, 7, 1, 10, tzinfo=UTC)),
        ("tomorrow", None),
        ("", None),
        (None, None),
    ],
)
def test_text_is_read_as_a_date_a_local_time_or_an_instant(text, moment):
    assert instants([text], pa.string(), "Europe/Lisbon") == [moment]


def test_a_date_without_end_is_no_moment():
    assert instants([date(9999, 12, 31), None], pa.date32()) == [None, None]


@pytest.mark.parametrize("type_", [pa.int64(), pa.float64(), pa.bool_()])
def test_numbers_are_no_moments(type_):
    name = {pa.int64(): "BIGINT", pa.float64(): "DOUBLE", pa.bool_(): "BOOLEAN"}[type_]
    assert instant_sql("m", name, "UTC") is None


@settings(deadline=None, max_examples=8)
@given(
    st.integers(0, 4_000_000_000_000_000).map(
        lambda us: datetime.fromtimestamp(us // 10**6, ZoneInfo("Asia/Shanghai")) + timedelta(microseconds=us % 10**6)
    )
)
def test_a_literal_is_the_same_instant(moment):
    with duckdb.connect() as db:
        assert db.sql(f"SELECT {instant_literal(moment)} AS t").to_arrow_table()["t"].cast(INSTANT)[0].as_py() == moment
