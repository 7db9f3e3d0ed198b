"""What only shows when parts of the file are held against each other."""

import pytest

from demand.contract import ConfigError
from pipelines.config import check_config, load_config
from tests.builders.workspace import CONFIG, changed, without, write_workspace

HOTEL = "industries.hotel"


def only(config):
    problems = [str(p) for p in check_config(config)[1]]
    assert len(problems) == 1, problems
    return problems[0]


def fine(config):
    assert check_config(config)[1] == []


# industries and sources


def test_a_source_that_does_not_exist_names_the_nearest():
    found = only(changed(f"{HOTEL}.subjects.from", "booking"))
    assert "no source `booking`" in found
    assert "did you mean `bookings`?" in found


@pytest.mark.parametrize("name", ["requests", "outcomes"])
def test_a_source_cannot_take_the_name_of_one_that_is_made(name):
    config = changed(f"sources.{name}", {"kind": "events", "keys": {"user": "guest"}})
    assert f"`{name}` is reserved" in only(config)


def test_subjects_open_with_events_not_with_changes():
    config = changed(f"{HOTEL}.subjects", {"from": "stays", "age": "7d"})
    assert "kind: events" in only(config)


def test_requests_come_from_any_source_that_has_subjects():
    fine(changed(f"{HOTEL}.requests.from", "stays"))
    config = changed("sources.calls", {"kind": "events", "keys": {"user": "guest"}})
    assert "no key `subject`" in only(changed(f"{HOTEL}.requests", {"from": "calls"}, config))


def test_a_subject_needs_due_or_age():
    config = changed(f"{HOTEL}.subjects", {"from": "bookings"})
    assert "neither `due` nor `age`" in only(config)
    fine(changed(f"{HOTEL}.subjects.age", "30d", config))


def test_due_is_a_column_of_the_subjects_source():
    assert "did you mean `arrival`?" in only(changed(f"{HOTEL}.subjects.due", "arival"))


def test_due_is_a_date_or_time():
    assert "type date or time" in only(changed(f"{HOTEL}.subjects.due", "room_reserved"))


def test_ahead_without_due_is_refused():
    config = changed(f"{HOTEL}.subjects", {"from": "bookings", "age": "30d", "ahead": "60d"})
    assert "`ahead` without `due`" in only(config)


def test_a_grid_needs_its_anchor():
    assert "`every` without `from`" in only(changed(f"{HOTEL}.cutoffs", {"every": "7d"}))


def test_somebody_has_to_ask():
    assert "neither `every` nor `before_due`" in only(changed(f"{HOTEL}.cutoffs", {}))


def test_before_due_needs_due():
    config = changed(f"{HOTEL}.subjects", {"from": "bookings", "age": "30d"})
    assert "`before_due`" in only(changed(f"{HOTEL}.cutoffs", {"before_due": "1d"}, config))


def test_one_condition_closes_by_one_change_log():
    config = changed(
        "sources.payments", {"kind": "changes", "keys": {"subject": "booking"}, "contact": {"paid": "bool"}}
    )
    condition = "stays.status IS NOT NULL OR payments.paid"
    assert "payments and stays in one condition" in only(changed(f"{HOTEL}.subjects.closed_when", condition, config))


def test_what_closes_is_a_change_log():
    assert "kind: changes" in only(changed(f"{HOTEL}.subjects.closed_when", "bookings.arrival IS NOT NULL"))


def test_a_closing_column_names_its_change_log():
    assert "write `stays.status`" in only(changed(f"{HOTEL}.subjects.closed_when", "status IS NOT NULL"))


def test_a_closing_column_exists():
    assert "did you mean `status`?" in only(changed(f"{HOTEL}.subjects.closed_when", "stays.statu = 'x'"))


@pytest.mark.parametrize("part", ["where", "scenario", "initiator"])
def test_expressions_of_requests_use_columns_that_exist(part):
    assert "did you mean `status`?" in only(changed(f"{HOTEL}.requests.{part}", "statuss = 'x'"))


def test_after_the_mapping_a_key_has_its_contract_name():
    found = only(changed(f"{HOTEL}.subjects.where", "hotel = 'Lisbon'"))
    assert "it is called `store_id`" in found
    fine(changed(f"{HOTEL}.subjects.where", "STORE_ID = 'Lisbon'"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("status = ", "not readable as SQL"),
        ("status = 'x'; DROP TABLE y", "not readable as SQL"),
        ("status, room_reserved", "not one SQL expression"),
        ("count(*) > 1", "count"),
        ("row_number() OVER () = 1", "a window"),
        ("status IN (SELECT status FROM stays)", "a subquery"),
        ("occurred_at > now()", "now()"),
        ("random() < 0.5", "random()"),
        ("occurred_at::DATE = current_date", "current_date"),
        ("ago(INTERVAL 1 DAY) < occurred_at", "ago()"),
        ("age(occurred_at) > INTERVAL 1 DAY", "age()"),
    ],
)
def test_an_expression_is_over_one_row_and_says_the_same_tomorrow(text, said):
    assert said in only(changed(f"{HOTEL}.requests.where", text))


def test_an_age_between_two_moments_is_steady():
    fine(changed(f"{HOTEL}.requests.where", "age(known_at, occurred_at) > INTERVAL 1 DAY"))


def test_a_comment_in_an_expression_does_no_harm():
    fine(changed(f"{HOTEL}.requests.where", "status = 'x' -- (only these"))


# evaluation


@pytest.mark.parametrize("cluster", ["subject", "store", "store_id", "arrival", "row_id"])
def test_clusters_are_keys_columns_or_blocks_of_equal_rows(cluster):
    fine(changed(f"{HOTEL}.evaluate", {"cluster": cluster}))


def test_a_cluster_that_does_not_exist_names_the_nearest():
    assert "did you mean `store`?" in only(changed(f"{HOTEL}.evaluate.cluster", ["stor"]))


def test_row_id_is_a_cluster_only_where_rows_have_one():
    config = changed(f"{HOTEL}.evaluate.cluster", "row_id", without("tables.hotel.row_id"))
    assert "no table has a `row_id`" in only(config)


def test_a_two_way_table_takes_days_keys_columns_and_states():
    fine(changed(f"{HOTEL}.evaluate.two_way", ["days", "room_reserved"]))
    fine(changed(f"{HOTEL}.evaluate.two_way", ["days", "room_assigned"]))


def test_a_two_way_column_that_does_not_exist_is_refused():
    assert "did you mean `room_reserved`?" in only(changed(f"{HOTEL}.evaluate.two_way", ["days", "room_reservd"]))
    assert "no column `weather`" in only(changed(f"{HOTEL}.evaluate.two_way", ["days", "weather"]))


def test_a_two_way_column_may_be_a_feature_of_an_own_view():
    config = changed(f"{HOTEL}.features", ["shipped", "views/weather.py"])
    fine(changed(f"{HOTEL}.evaluate.two_way", ["days", "weather"], config))


def test_the_holdout_is_drawn_by_a_key_that_exists():
    assert "did you mean `store`?" in only(changed("holdout.by", "stores"))


# sources and tables


def test_a_column_has_one_side():
    found = only(changed("sources.stays.after", {"Status": "category"}))
    assert "declared under `contact` and `after`" in found


def test_a_change_log_has_an_owner():
    config = changed("sources.rates", {"kind": "changes", "keys": {"store": "hotel"}})
    assert "a change log without an owner" in only(config)


def test_a_column_must_not_take_the_name_of_a_clock_or_key():
    assert "clock or key" in only(changed("sources.bookings.before.store_id", "category"))


def test_the_name_of_the_synthetic_source_is_reserved():
    assert "reserved" in only(changed("sources.requests", {"kind": "events", "keys": {"subject": "id"}}))


def test_a_derivation_is_row_wise():
    assert "max()" in only(changed("tables.hotel.derive.last", "max(arrival)"))
    assert "a window" in only(changed("tables.hotel.derive.n", "row_number() OVER (ORDER BY arrival)"))
    assert "a subquery" in only(changed("tables.hotel.derive.n", "(SELECT max(arrival) FROM hotel)"))


def test_a_moment_may_look_into_another_table_but_not_over_rows():
    config = changed(
        "tables.guests", {"read": "g.csv", "known": "(SELECT min(booked_on) FROM hotel h WHERE h.guest = guests.guest)"}
    )
    fine(config)
    assert "a window" in only(changed("tables.guests.known", "min(born) OVER ()", config))


def test_never_cannot_be_the_start_of_a_row():
    known = [{"at": "never", "columns": ["a"]}, {"at": "b", "columns": ["b"]}]
    assert "the first moment is `never`" in only(changed("tables.hotel.known", known))


@pytest.mark.parametrize("path", ["../x.sql", "/etc/passwd", "sources/../../x.sql", "C:\\x.sql", "..\\x.sql"])
def test_sql_does_not_lead_out_of_the_workspace(path):
    assert "leads out of the workspace" in only(changed("sources.bookings.sql", path))


def test_views_and_catalogues_stay_inside_too():
    assert "leads out" in only(changed(f"{HOTEL}.features", ["../views/x.py"]))
    assert "leads out" in only(changed("catalog", ["shipped", "../catalog.yaml"]))


def test_a_table_may_be_read_from_anywhere():
    fine(changed("tables.hotel.read", "/data/hotel.parquet"))
    fine(changed("tables.hotel.read", "${DATA}/hotel.parquet"))


# files


def missing(root, **keywords):
    with pytest.raises(ConfigError) as caught:
        load_config(root, files=True, **keywords)
    return [str(p) for p in caught.value.problems]


def test_every_named_file_must_be_there(tmp_path):
    config = changed("catalog", ["shipped", "catalog.yaml"], changed(f"{HOTEL}.features", ["views/agents.py"]))
    write_workspace(tmp_path, config, sql={"sources/booking.sql": "SELECT 1"})
    found = missing(tmp_path)
    assert len(found) == 4
    assert "did you mean `sources/booking.sql`?" in found[0]


def test_a_link_does_not_lead_out_of_the_workspace(tmp_path):
    write_workspace(tmp_path / "inside")
    outside = tmp_path / "outside.sql"
    outside.write_text("SELECT 1")
    link = tmp_path / "inside" / "sources" / "stays.sql"
    link.unlink()
    link.symlink_to(outside)
    assert "leads out of the workspace" in missing(tmp_path / "inside")[0]


def test_a_frame_needs_no_sql_file(tmp_path):
    write_workspace(tmp_path, CONFIG, sql={})
    assert load_config(tmp_path, files=True, frames=("bookings", "stays")).workspace == "small"
