"""`check` finds everything that is wrong at once, and raises nothing that a user can mend."""

from __future__ import annotations

from datetime import date

import pytest

from demand.contract import ConfigError, LeakageError
from pipelines.check import check, require_checked
from pipelines.workspace import open_workspace
from tests.builders.workspace import CONFIG, SQL, bookings, changed, write_workspace

CATALOG = """
scenarios:
  - {id: cancelled, industries: [hotel], text: {en: cancelled, zh: 取消}}
"""
# the room is given on arrival, so a cancellation known before has none
ROOM = (
    "room_reserved, room_assigned\n",
    "room_reserved, CASE WHEN checked_in THEN room_assigned END AS room_assigned\n",
)
HONEST = {**SQL, "sources/stays.sql": SQL["sources/stays.sql"].replace(*ROOM)}
OWN = changed("catalog", ["shipped", "catalog.yaml"])
FEW = bookings({}, {"booked_on": date(2024, 1, 3), "status": "Canceled", "closed_on": date(2024, 1, 5)})


def hotel(folder, config=OWN, table=FEW, sql=HONEST, **files):
    texts = {"catalog.yaml": CATALOG, **{name.replace("__", "/") + ".py": text for name, text in files.items()}}
    return open_workspace(write_workspace(folder, config, sql=sql, files=texts), frames={"hotel": table})


def found(result):
    return [f"{p.where or p.table}: {p.found}" for p in result.extra["problems"]]


def looking_ahead(folder):
    """The outcome as a column of the booking."""
    sql = {
        **HONEST,
        "sources/bookings.sql": SQL["sources/bookings.sql"].replace("room_reserved\n", "status AS room_reserved\n"),
    }
    return hotel(folder, sql=sql)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sound workspace, and what the check says about it."""
    ws = hotel(tmp_path_factory.mktemp("sound"))
    return ws, check(ws)


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """A workspace that looks ahead, and what the check says about it."""
    ws = looking_ahead(tmp_path_factory.mktemp("refused"))
    return ws, check(ws)


def test_a_sound_workspace_has_no_problem(sound):
    assert found(sound[1]) == []


def test_the_summary_says_what_was_looked_at(sound):
    summary = sound[1].summary
    assert (summary["problems"], summary["quarantined"], summary["sources"]) == (0, 0, "2 with 4 rows")


def test_the_summary_says_who_is_live_when(sound):
    assert "live at 2024-01-" in sound[1].summary["industries"]


def test_the_proof_is_part_of_the_summary(sound):
    assert sound[1].summary["proof"].startswith("passed: 2 mapped sources at ")


def test_the_proof_can_be_left_out(tmp_path):
    result = check(hotel(tmp_path), proof=False)
    assert (result.summary["proof"], result.extra["proof"]) == ("not run", None)


def test_a_workspace_is_proved_once_however_often_it_is_checked(sound):
    ws, result = sound
    assert check(ws).extra["proof"] is result.extra["proof"]


def test_problems_of_the_file_are_given_back_not_raised(tmp_path):
    config = changed("horizn", "14d", changed("industries.hotel.horizon", "soon"))
    problems = found(check(write_workspace(tmp_path, config)))
    assert len(problems) == 2 and all(p.startswith("demand.yaml: ") for p in problems)


def test_a_folder_without_a_workspace_is_a_problem_not_an_exception(tmp_path):
    assert len(check(tmp_path).extra["problems"]) == 1


def test_problems_of_catalogue_sources_and_views_come_together(tmp_path):
    config = changed("industries.hotel.features", ["shipped", "views/own.py"], OWN)
    ws = hotel(tmp_path, config, views__own="x = 1")
    (tmp_path / "catalog.yaml").write_text("scenarios: [{id: cancelled}]")
    problems = " ".join(found(check(ws, proof=False)))
    assert "catalog.yaml" in problems and "views/own.py" in problems


def test_problems_of_every_source_come_together(tmp_path):
    sql = {name: text.replace("FROM hotel", "FROM hotels") for name, text in HONEST.items()}
    assert [p.split(":")[0] for p in found(check(hotel(tmp_path, sql=sql)))] == [
        "sources/bookings.sql",
        "sources/stays.sql",
    ]


def test_nothing_is_proved_before_the_sources_can_be_mapped(tmp_path):
    sql = {**HONEST, "sources/stays.sql": "SELECT nothing FROM hotel"}
    assert check(hotel(tmp_path, sql=sql)).summary["proof"] == "not run: the sources come first"


def test_a_view_over_an_unknown_column_is_found_without_computing_it(tmp_path):
    config = changed("industries.hotel.features", ["views/own.py"], OWN)
    view = """
from features import By, FeatureSet, events
own = FeatureSet("own", By("store")(events("bookings")).sum("price", "30d"))
"""
    assert any("price" in p for p in found(check(hotel(tmp_path, config, views__own=view), proof=False)))


def test_an_industry_nobody_is_live_in_is_a_warning(tmp_path):
    config = changed("industries.hotel.subjects.where", "store_id = 'Porto'", OWN)
    result = check(hotel(tmp_path, config), proof=False)
    assert "demand.yaml: industries.hotel.subjects: no subject is live at any cutoff" in found(result)
    assert result.summary["problems"] == 0


def test_an_industry_without_a_request_has_nothing_to_learn_from(tmp_path):
    config = changed("industries.hotel.requests.where", "status = 'burned down'", OWN)
    assert any("nothing to learn from" in p for p in found(check(hotel(tmp_path, config), proof=False)))


def test_a_scenario_that_the_catalogue_does_not_know_is_a_warning_with_the_nearest_name(tmp_path):
    config = changed("industries.hotel.requests.scenario", "'canceled'", OWN)
    warning = next(p for p in check(hotel(tmp_path, config), proof=False).extra["problems"] if "canceled" in p.found)
    assert (warning.severity, "cancelled" in warning.remedy) == ("warning", True)


def test_no_early_leaver_at_all_is_a_warning(tmp_path):
    late = bookings({}, {"booked_on": date(2024, 1, 3), "status": "Canceled", "closed_on": date(2024, 1, 20)})
    assert any("ever closes before its due" in p for p in found(check(hotel(tmp_path, table=late), proof=False)))


def test_a_condition_over_an_unknown_column_names_its_place(tmp_path):
    config = changed("industries.hotel.subjects.where", "hotel_name = 'Lisbon'", OWN)
    try:
        problems = found(check(hotel(tmp_path, config), proof=False))
    except ConfigError as error:  # refused when opened, before there is anything to check
        problems = [f"{p.where}: {p.found}" for p in error.problems]
    assert any("industries.hotel.subjects" in p and "hotel_name" in p for p in problems)


def test_rows_set_aside_are_counted(tmp_path):
    config = changed("quarantine.limit", 0.5, OWN)
    many = bookings({}, {"booked_on": date(2024, 1, 3)}, {"booked_on": date(2024, 1, 4)}, {"hotel": None})
    config = changed("sources.bookings.keys.subject", "nullif(id, '') || left(hotel, 0)", config)
    assert check(hotel(tmp_path, config, many), proof=False).summary["quarantined"] > 0


def test_a_leak_is_among_the_problems(refused):
    summary = refused[1].summary
    assert summary["problems"] == 1 and summary["proof"].startswith("REFUSED in 1 ways")


def test_the_table_has_a_row_for_each_problem(refused):
    assert refused[1].table.select(["severity", "table", "column"]).to_pylist() == [
        {"severity": "error", "table": "bookings", "column": "room_reserved"}
    ]


def test_survivors_only_is_said_once(tmp_path):
    sql = {**HONEST, "sources/bookings.sql": SQL["sources/bookings.sql"] + " WHERE status = 'Check-Out'"}
    assert sum("survivors only" in p for p in found(check(hotel(tmp_path, sql=sql)))) == 1


def test_a_night_may_begin_where_nothing_is_wrong(sound):
    assert require_checked(sound[0]).summary["problems"] == 0


def test_a_night_stops_at_a_leak(refused):
    with pytest.raises(LeakageError, match="said something else in room_reserved"):
        require_checked(refused[0])


def test_a_night_stops_at_any_other_error(tmp_path):
    ws = hotel(tmp_path)
    (tmp_path / "catalog.yaml").write_text("scenarios: [{id: cancelled}]")
    with pytest.raises(ConfigError, match="the workspace has "):
        require_checked(ws, proof=False)


def test_a_warning_stops_no_night(tmp_path):
    config = changed("industries.hotel.requests.scenario", "'canceled'", OWN)
    assert require_checked(hotel(tmp_path, config), proof=False).summary["warnings"] == 1


def test_progress_says_what_is_looked_at(tmp_path):
    lines = []
    check(hotel(tmp_path), proof=False, progress=lines.append)
    assert lines == ["check: sources", "check: hotel"]


def test_a_configuration_without_its_own_catalogue_is_checked_too(tmp_path):
    assert check(hotel(tmp_path, CONFIG), proof=False).summary["problems"] == 0
