"""A raw table shows at a moment what could be seen then, and nothing else."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import ConfigError, ContractError, end_of_day
from pipelines.config import check_config
from pipelines.sources import RawTables
from tests.builders.workspace import CONFIG, bookings, changed, without

ZONE = ZoneInfo("UTC")


def raw(table, config=CONFIG, **others) -> RawTables:
    loaded, problems = check_config(config)
    assert not problems, problems
    return RawTables(loaded, None, {"hotel": table, **others})


def at(day, hour=0):
    return datetime(2024, 1, day, hour, tzinfo=UTC)


def seen(table, moment=None, config=CONFIG):
    tables = raw(table, config)
    return (tables.truncate(moment) if moment else tables).table("hotel").to_pylist()


def problems(table, config):
    with pytest.raises(ConfigError) as caught:
        raw(table, config).table("hotel")
    return [str(p) for p in caught.value.problems]


def test_a_row_does_not_exist_before_its_first_moment():
    booked = bookings({"booked_on": date(2024, 1, 3)})
    assert seen(booked, at(4) - timedelta(microseconds=1)) == []
    assert len(seen(booked, at(4))) == 1


def test_a_column_is_null_before_its_own_moment():
    (row,) = seen(bookings(), at(11) - timedelta(microseconds=1))
    assert (row["room_assigned"], row["checked_in"], row["status"]) == (None, None, None)


def test_facts_of_one_raw_column_may_have_moments_of_their_own():
    (row,) = seen(bookings(), at(11))
    assert (row["checked_in"], row["room_assigned"], row["status"], row["closed_on"]) == (True, "A", None, None)


def test_at_last_everything_is_seen():
    (row,) = seen(bookings(), at(13))
    assert (row["status"], row["closed_on"]) == ("Check-Out", date(2024, 1, 12))
    assert seen(bookings(), at(13)) == seen(bookings())


def test_a_column_that_is_never_known_does_not_exist():
    assert "country" not in seen(bookings())[0]


def test_a_value_without_a_moment_is_never_known():
    (row,) = seen(bookings({"closed_on": None, "status": "Check-Out"}))
    assert row["status"] is None


def test_a_row_without_a_start_never_becomes_visible_and_is_counted():
    tables = raw(bookings({"booked_on": None}, {}))
    assert tables.table("hotel").num_rows == 1
    (warning,) = tables.warnings("hotel")
    assert (warning.rows, warning.column, warning.severity) == (1, "booked_on", "warning")


def test_truncating_twice_is_truncating_at_the_earlier_moment():
    tables = raw(bookings({}, {"booked_on": date(2024, 1, 5)}))
    assert tables.truncate(at(20)).truncate(at(3)).table("hotel").num_rows == 1
    assert tables.truncate(at(3)).truncate(at(20)).table("hotel").num_rows == 1


def test_a_moment_needs_a_time_zone():
    with pytest.raises(ContractError, match="has no time zone"):
        raw(bookings()).truncate(datetime.fromisoformat("2024-01-01T00:00:00"))


def test_dates_end_by_the_clock_of_the_table():
    config = changed("tables.hotel.timezone", "Asia/Shanghai")
    assert len(seen(bookings(), datetime(2024, 1, 1, 16, tzinfo=UTC), config)) == 1
    assert seen(bookings(), datetime(2024, 1, 1, 15, 59, tzinfo=UTC), config) == []


# row_id


def test_equal_rows_are_told_apart_by_their_number():
    ids = [r["row_id"] for r in seen(bookings({}, {}, {"guest": "g2"}))]
    assert [i.split("-")[1] for i in ids] == ["1", "2", "3"]
    assert len({i.split("-")[0] for i in ids}) == 1


def test_a_row_keeps_its_id_while_it_fills():
    booked = bookings({}, {}, {"hotel": "Porto"})
    assert [r["row_id"] for r in seen(booked, at(3))] == [r["row_id"] for r in seen(booked)]


def test_numbers_count_only_what_is_left():
    # the first of two equal rows starts later: `known` of these does not follow from the identity
    config = changed("tables.hotel.row_id", ["hotel", "arrival"])
    booked = bookings({"booked_on": date(2024, 1, 5)}, {"booked_on": date(2024, 1, 1)})
    assert [r["row_id"].split("-")[1] for r in seen(booked, at(3), config)] == ["1"]
    assert [r["row_id"].split("-")[1] for r in seen(booked, None, config)] == ["1", "2"]


def test_null_and_neighbouring_values_do_not_mix_in_a_digest():
    config = changed("tables.hotel.row_id", ["hotel", "guest"])
    booked = bookings({"hotel": "a", "guest": None}, {"hotel": None, "guest": "a"}, {"hotel": "a", "guest": ""})
    assert len({r["row_id"] for r in seen(booked, None, config)}) == 3


def test_an_id_uses_columns_of_the_rows_start_only():
    (found,) = problems(bookings(), changed("tables.hotel.row_id", ["hotel", "status"]))
    assert "`status` is known later than the row (closed_on)" in found


# known


def test_a_column_without_a_moment_is_an_error_that_names_it():
    config = without("tables.hotel.known.3".replace(".3", ""), CONFIG)
    config = changed("tables.hotel.known", CONFIG["tables"]["hotel"]["known"][:3])
    (found,) = problems(bookings(), config)
    assert "column `country` has no moment" in found


def test_a_column_with_two_moments_is_an_error():
    known = [*CONFIG["tables"]["hotel"]["known"], {"at": "arrival", "columns": ["gue*"]}]
    (found,) = problems(bookings(), changed("tables.hotel.known", known))
    assert "`guest` has several moments: booked_on and arrival" in found


def test_a_name_that_matches_no_column_names_the_nearest():
    known = [*CONFIG["tables"]["hotel"]["known"], {"at": "arrival", "columns": ["room_assignd"]}]
    (found,) = problems(bookings(), changed("tables.hotel.known", known))
    assert "did you mean `room_assigned`?" in found


def test_patterns_match_without_case():
    known = [
        {"at": "booked_on", "columns": ["HOTEL", "book*", "arrival", "Guest", "ROOM_R*"]},
        *CONFIG["tables"]["hotel"]["known"][1:],
    ]
    assert len(seen(bookings(), None, changed("tables.hotel.known", known))) == 1


def test_a_moment_may_come_from_another_table():
    config = changed("tables.guests", {"known": "(SELECT min(booked_on) FROM hotel h WHERE h.guest = guests.name)"})
    guests = pa.table({"name": ["g1", "g2"]})
    tables = raw(bookings({"booked_on": date(2024, 1, 5)}), config, guests=guests)
    assert tables.truncate(at(5)).table("guests").num_rows == 0
    assert tables.truncate(at(6)).table("guests").to_pylist() == [{"name": "g1"}]


def test_a_moment_is_a_date_or_a_timestamp():
    known = [*CONFIG["tables"]["hotel"]["known"][:3], {"at": "length(hotel)", "columns": ["country"]}]
    (found,) = problems(bookings(), changed("tables.hotel.known", known))
    assert "is of type BIGINT" in found


def test_every_problem_of_a_table_is_said_at_once():
    known = [
        {"at": "booked", "columns": ["hotel", "booked_on", "arrival"]},
        {"at": "arrival", "columns": ["checked_in", "hotel"]},
    ]
    assert len(problems(bookings(), changed("tables.hotel.known", known))) == 8


# derive


def test_a_derivation_sees_those_before_it():
    derive = {"nights": "closed_on - arrival", "long": "nights > 1", "checked_in": "status = 'Check-Out'"}
    known = [*CONFIG["tables"]["hotel"]["known"], {"at": "closed_on", "columns": ["nights", "long"]}]
    (row,) = seen(bookings(), None, changed("tables.hotel.derive", derive, changed("tables.hotel.known", known)))
    assert (row["nights"], row["long"]) == (2, True)


def test_a_derivation_that_fails_is_named():
    (found,) = problems(bookings(), changed("tables.hotel.derive", {"checked_in": "true", "x": "arival + 1", "y": "1"}))
    assert "tables.hotel.derive.x" in found
    assert "room_reserved" in found


def test_a_derivation_does_not_replace_a_column():
    (found,) = problems(bookings(), changed("tables.hotel.derive", {"checked_in": "true", "Arrival": "booked_on"}))
    assert "`Arrival` is a column already" in found


def test_columns_that_differ_in_case_only_are_refused():
    twice = bookings().append_column("HOTEL", bookings()["hotel"])
    with pytest.raises(ContractError, match="differ only in case"):
        raw(twice).table("hotel")


def test_a_frame_that_nothing_asks_for_is_refused():
    with pytest.raises(ConfigError, match="did you mean `hotel`"):
        raw(bookings(), hotell=bookings())


# against the obvious loop

DAYS = st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2024, 1, 8)))
ROW = st.fixed_dictionaries(
    {
        "hotel": st.sampled_from(["a", "b"]),
        "booked_on": DAYS,
        "arrival": DAYS,
        "closed_on": DAYS,
        "status": st.sampled_from(["x", "Check-Out"]),
    }
)


def obvious(rows, moment):
    """Truncation, as it is written down."""
    first_known = {"hotel", "booked_on", "arrival", "room_reserved", "guest"}
    counts, kept = {}, []
    for row in rows:
        moments = {name: row[name] and end_of_day(row[name], ZONE) for name in ("booked_on", "arrival", "closed_on")}
        if moments["booked_on"] is None or moments["booked_on"] >= moment:
            continue
        own = dict.fromkeys(first_known, "booked_on") | dict.fromkeys(("checked_in", "room_assigned"), "arrival")
        own |= dict.fromkeys(("status", "closed_on"), "closed_on")
        full = {**row, "checked_in": row["status"] == "Check-Out"}
        shown = {n: full[n] if moments[m] is not None and moments[m] < moment else None for n, m in own.items()}
        identity = (row["hotel"], row["booked_on"], row["arrival"])
        counts[identity] = counts.get(identity, 0) + 1
        kept.append((shown, identity, counts[identity]))
    return kept


@settings(deadline=None, max_examples=12)
@given(
    st.lists(ROW, max_size=25), st.integers(0, 9 * 86_400_000_000).map(lambda us: at(1) + timedelta(microseconds=us))
)
def test_truncation_equals_the_obvious_loop(rows, moment):
    table = bookings(*rows) if rows else bookings().slice(0, 0)
    got = seen(table, moment)
    expected = obvious(table.to_pylist(), moment)
    assert [{k: v for k, v in r.items() if k != "row_id"} for r in got] == [
        {k: e[0][k] for k in r if k != "row_id"} for r, e in zip(got, expected, strict=True)
    ]
    assert [int(r["row_id"].split("-")[1]) for r in got] == [number for _, _, number in expected]
    digests = {}
    for r, (_, identity, _) in zip(got, expected, strict=True):
        assert digests.setdefault(identity, r["row_id"].split("-")[0]) == r["row_id"].split("-")[0]
    assert len(set(digests.values())) == len(digests)
