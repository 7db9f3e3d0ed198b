"""The user's SQL sees what is visible and nothing else; after it only contract names exist."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from demand.contract import INSTANT, ConfigError
from pipelines.config import check_config
from pipelines.sources import RawTables, map_sources, try_map
from tests.builders.workspace import CONFIG, SQL, bookings, changed, write_workspace


def mapped(root, table=None, config=CONFIG, sql=SQL, moment=None, **frames):
    write_workspace(root, config, sql=sql)
    loaded, problems = check_config(config)
    assert not problems, problems
    raw = RawTables(loaded, root, {"hotel": bookings() if table is None else table, **frames})
    return map_sources(loaded, raw.truncate(moment) if moment else raw).sources


def refused(root, sql, config=CONFIG, **frames):
    with pytest.raises(ConfigError) as caught:
        mapped(root, None, config, {**SQL, **sql}, **frames)
    return [str(p) for p in caught.value.problems]


def test_only_contract_names_exist_after_the_mapping(tmp_path):
    sources = mapped(tmp_path)
    assert sources["bookings"].table.column_names == [
        *("id", "occurred_at", "known_at", "op", "subject_id", "store_id", "user_id", "arrival", "room_reserved")
    ]
    assert sources["stays"].spec.keys == ("subject", "store")


def test_values_have_the_types_of_the_contract(tmp_path):
    schema = mapped(tmp_path)["bookings"].table.schema
    assert schema.field("known_at").type == INSTANT
    assert schema.field("arrival").type == pa.date32()
    assert schema.field("store_id").type == pa.string()


def test_a_row_without_op_is_an_insert(tmp_path):
    assert mapped(tmp_path)["bookings"].table["op"].to_pylist() == ["insert"]


def test_dates_are_ends_of_days_in_business_time(tmp_path):
    table = mapped(tmp_path, config=changed("timezone", "Asia/Shanghai"))["bookings"].table
    assert table["known_at"].to_pylist() == [datetime(2024, 1, 1, 15, 59, 59, 999999, tzinfo=UTC)]


def test_the_zone_of_the_table_goes_before_that_of_the_workspace(tmp_path):
    table = mapped(tmp_path, config=changed("tables.hotel.timezone", "Asia/Shanghai"))["bookings"].table
    assert table["known_at"].to_pylist() == [datetime(2024, 1, 1, 15, 59, 59, 999999, tzinfo=UTC)]


def test_two_zones_in_one_source_ask_which_is_meant(tmp_path):
    guests = {"known": "born", "timezone": "Asia/Shanghai"}
    config = changed("tables.guests", guests)
    sql = {"sources/bookings.sql": SQL["sources/bookings.sql"] + " SEMI JOIN guests ON guest = name"}
    frame = pa.table({"name": ["g1"], "born": [date(1990, 1, 1)]})
    assert "say its `timezone:`" in refused(tmp_path, sql, config, guests=frame)[0]
    config = changed("sources.bookings.timezone", "UTC", config)
    assert mapped(tmp_path, None, config, {**SQL, **sql}, guests=frame)["bookings"].table.num_rows == 1


def test_columns_match_without_case(tmp_path):
    sql = {"sources/bookings.sql": "SELECT row_id AS ID, booked_on AS Occurred_At, booked_on AS KNOWN_AT, * FROM HOTEL"}
    assert mapped(tmp_path, sql={**SQL, **sql})["bookings"].table.num_rows == 1


def test_rows_come_in_the_order_of_time(tmp_path):
    days = [date(2024, 1, d) for d in (5, 1, 3)]
    table = mapped(tmp_path, bookings(*({"booked_on": d, "arrival": d} for d in days)))["bookings"].table
    assert table["occurred_at"].to_pylist() == sorted(table["occurred_at"].to_pylist())


def test_a_truncated_table_gives_the_changes_known_by_then(tmp_path):
    early = mapped(tmp_path, moment=datetime(2024, 1, 9, tzinfo=UTC))
    assert (early["bookings"].table.num_rows, early["stays"].table.num_rows) == (1, 0)
    late = mapped(tmp_path, moment=datetime(2024, 1, 11, tzinfo=UTC))
    assert late["stays"].table["status"].to_pylist() == ["checked_in"]


# keys and columns


def test_a_key_takes_the_column_that_it_names_and_becomes_text(tmp_path):
    sql = SQL["sources/bookings.sql"].replace("guest,", "9.0::DOUBLE AS guest,")
    assert mapped(tmp_path, sql={**SQL, "sources/bookings.sql": sql})["bookings"].table["user_id"].to_pylist() == ["9"]


def test_a_key_may_be_an_expression(tmp_path):
    config = changed("sources.bookings.keys.user", "'hotel:' || guest")
    assert mapped(tmp_path, config=config)["bookings"].table["user_id"].to_pylist() == ["hotel:g1"]


def test_a_column_may_come_from_another(tmp_path):
    config = changed("sources.bookings.before.nobody", {"type": "bool", "from": "guest IS NULL"})
    assert mapped(tmp_path, config=config)["bookings"].table["nobody"].to_pylist() == [False]


def test_where_keeps_rows(tmp_path):
    config = changed("sources.bookings.where", "hotel = 'Porto'")
    table = bookings({}, {"hotel": "Porto"})
    assert mapped(tmp_path, table, config)["bookings"].table["store_id"].to_pylist() == ["Porto"]


def test_a_stated_delay_is_the_second_clock(tmp_path):
    config = changed("sources.stays.known_at", {"delay": "6h"})
    table = mapped(tmp_path, config=config)["stays"].table
    assert table["known_at"].to_pylist() == [datetime(2024, 1, 11, 5, 59, 59, 999999, tzinfo=UTC)]


# SQL


def test_a_missing_column_lists_what_there_is(tmp_path):
    text = "SELECT row_id AS id, booked_on AS occurred_at, booked_on AS known, hotel, arrival AS arival FROM hotel"
    sql = {"sources/bookings.sql": text}
    found = refused(tmp_path, sql)
    assert len(found) == 4
    assert "no column `known_at`" in found[0]
    assert "did you mean `known`?" in found[0]
    assert "id, occurred_at, known, hotel, arival" in found[0]


def test_a_column_that_is_never_known_cannot_be_used(tmp_path):
    sql = SQL["sources/bookings.sql"].replace("guest,", "guest, country,")
    (found,) = refused(tmp_path, {"sources/bookings.sql": sql})
    assert "sources/bookings.sql" in found
    assert "country" in found
    assert "room_reserved" in found


def test_an_unknown_table_names_the_nearest(tmp_path):
    (found,) = refused(tmp_path, {"sources/stays.sql": "SELECT * FROM hotels"})
    assert "did you mean `hotel`?" in found


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT *, now() AS n FROM hotel", "now()"),
        ("SELECT *, current_date AS n FROM hotel", "current_date"),
        ("SELECT * FROM hotel WHERE random() < 0.5", "random()"),
        ("SELECT *, uuid() AS id FROM hotel", "uuid()"),
        ("SELECT * FROM hotel USING SAMPLE 10%", "TABLESAMPLE"),
        ("SELECT * FROM (SELECT *, now() AS n FROM hotel)", "now()"),
        ("WITH x AS (SELECT today() AS n) SELECT * FROM hotel, x", "today()"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv()"),
        ("SELECT * FROM glob('/*')", "glob()"),
        ("SELECT * FROM duckdb_settings()", "duckdb_settings()"),
        ("SELECT current_setting('TimeZone') FROM hotel", "current_setting()"),
        ("SELECT * FROM '/etc/passwd'", "no table `/etc/passwd`"),
        ("SELECT * FROM information_schema.tables", "no table `information_schema.tables`"),
        ('SELECT * FROM "hotel as delivered"', "no table `hotel as delivered`"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("DROP TABLE hotel", "not a query"),
        ("COPY hotel TO '/tmp/stolen.csv'", "not a query"),
        ("SELECT FROM WHERE", "not readable as SQL"),
    ],
)
def test_sql_that_changes_its_mind_or_reaches_out_is_refused(tmp_path, sql, said):
    found = refused(tmp_path, {"sources/stays.sql": sql})
    assert any(said in f and "sources/stays.sql" in f for f in found), found


def test_text_functions_read_no_file(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    sql = f"SELECT *, (SELECT content FROM read_text('{tmp_path}/secret.txt')) AS x FROM hotel"
    assert "read_text()" in refused(tmp_path, {"sources/stays.sql": sql})[0]


def test_python_variables_are_not_tables(tmp_path):
    frame = bookings()  # noqa: F841
    assert "no table `frame`" in refused(tmp_path, {"sources/stays.sql": "SELECT * FROM frame"})[0]


def test_names_of_with_are_no_raw_tables(tmp_path):
    sql = "WITH h AS (FROM hotel)" + SQL["sources/bookings.sql"].replace("FROM hotel", "FROM h") + "-- the end"
    assert mapped(tmp_path, sql={**SQL, "sources/bookings.sql": sql})["bookings"].table.num_rows == 1


def test_an_error_while_running_is_told_at_its_file(tmp_path):
    sql = SQL["sources/stays.sql"].replace("moment AS known_at", "hotel::DATE AS known_at")
    (found,) = refused(tmp_path, {"sources/stays.sql": sql})
    assert found.startswith("sources/stays.sql")
    assert "Lisbon" in found


def test_every_problem_of_every_source_is_said_at_once(tmp_path):
    config = changed("tables.hotel.known", CONFIG["tables"]["hotel"]["known"][:3])
    config = changed("tables.guests", {"known": "born"}, config)
    config = changed("sources.guests", {"kind": "events", "keys": {"user": "name"}}, config)
    config = changed("sources.odd", {"kind": "events"}, config)
    frame = pa.table({"name": ["g1"], "born": [date(1990, 1, 1)]})
    sql = {
        "sources/guests.sql": "SELECT name AS id, name, born AS occurred_at FROM guests",
        "sources/odd.sql": "SELECT now()",
    }
    found = refused(tmp_path, sql, config, guests=frame)
    assert [f.split(":")[0] for f in found] == ["demand.yaml", "demand.yaml", "sources/odd.sql"]
    assert "`country`" in found[0]


def test_sources_without_problems_are_mapped_beside_those_with(tmp_path):
    write_workspace(tmp_path, CONFIG, sql={**SQL, "sources/stays.sql": "SELECT now()"})
    config, _ = check_config(CONFIG)
    result, problems = try_map(config, RawTables(config, tmp_path, {"hotel": bookings()}))
    assert list(result.sources) == ["bookings"]
    assert len(problems) == 1


def test_a_missing_sql_file_is_named(tmp_path):
    write_workspace(tmp_path, CONFIG, sql={})
    config, _ = check_config(CONFIG)
    _, problems = try_map(config, RawTables(config, tmp_path, {"hotel": bookings()}))
    assert "no file sources/bookings.sql" in problems[0].found


def test_a_link_leads_nowhere(tmp_path):
    (tmp_path / "outside.sql").write_text(SQL["sources/stays.sql"])
    root = write_workspace(tmp_path / "inside")
    (root / "sources/stays.sql").unlink()
    (root / "sources/stays.sql").symlink_to(tmp_path / "outside.sql")
    config, _ = check_config(CONFIG)
    _, problems = try_map(config, RawTables(config, root, {"hotel": bookings()}))
    assert "leads out of the workspace" in problems[0].found


def test_where_truncation_hides_nothing_the_whole_mapping_is_shared(tmp_path):
    write_workspace(tmp_path)
    config, _ = check_config(CONFIG)
    raw = RawTables(config, tmp_path, {"hotel": bookings()})
    whole = map_sources(config, raw).sources["stays"].table
    late = map_sources(config, raw.truncate(datetime(2024, 1, 13, tzinfo=UTC))).sources["stays"].table
    early = map_sources(config, raw.truncate(datetime(2024, 1, 12, tzinfo=UTC))).sources["stays"].table
    assert late is whole
    assert early is not whole


def test_another_configuration_shares_nothing(tmp_path):
    write_workspace(tmp_path)
    config, _ = check_config(CONFIG)
    other, _ = check_config(changed("sources.stays.where", "false", changed("quarantine.limit", 1)))
    raw = RawTables(config, tmp_path, {"hotel": bookings()})
    map_sources(config, raw)
    assert try_map(other, raw.truncate(datetime(2024, 2, 1, tzinfo=UTC)))[0].sources["stays"].table.num_rows == 0


def test_an_edited_sql_file_is_mapped_anew(tmp_path):
    write_workspace(tmp_path)
    config, _ = check_config(CONFIG)
    raw = RawTables(config, tmp_path, {"hotel": bookings({}, {})})
    assert map_sources(config, raw).sources["stays"].table.num_rows == 2
    (tmp_path / "sources/stays.sql").write_text(SQL["sources/stays.sql"] + " AND row_id LIKE '%-1'")
    assert map_sources(config, raw).sources["stays"].table.num_rows == 1
