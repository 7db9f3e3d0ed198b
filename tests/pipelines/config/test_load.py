"""The whole language of `demand.yaml`, and everything that can be wrong with it at once."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from demand.contract import ConfigError
from pipelines.config import WorkspaceConfig, check_config, load_config
from tests.builders.workspace import CONFIG, changed, without, write_workspace

LISBON = Path(__file__).parent / "lisbon_hotels.yaml"


def problems(config):
    return [str(p) for p in check_config(config)[1]]


def only(config):
    found = problems(config)
    assert len(found) == 1, found
    return found[0]


def valid(config) -> WorkspaceConfig:
    loaded, found = check_config(config)
    assert not found, found
    return loaded


def test_the_example_of_the_language_loads():
    config = load_config(LISBON)
    hotel = config.industries["hotel"]
    assert hotel.horizon == timedelta(days=14)
    assert hotel.cutoffs.before_due == ("1d",)
    assert [r.source for r in hotel.requests] == ["contacts", "booking_status"]
    assert hotel.requests[0].reporting_delay == timedelta(days=2)
    assert hotel.evaluate.start == date(2017, 3, 6)
    assert config.night.cutoff == time(2)
    assert config.sources["booking_status"].known_at.delay == timedelta(hours=6)
    assert config.limits.capacities == {"expert_calls": 40}
    assert config.limits.fund_cents_per_night == 500_000
    assert (config.limits.messages_per_user.day, config.limits.messages_per_user.week) == (1, 2)
    assert config.holdout.salt == "lisbon-hotels"


def test_a_folder_stands_for_its_demand_yaml(tmp_path):
    assert load_config(write_workspace(tmp_path)).workspace == "small"


def test_a_folder_without_one_says_how_to_begin(tmp_path):
    with pytest.raises(ConfigError, match="demand init"):
        load_config(tmp_path)


def test_one_request_may_stand_without_a_list():
    requests = CONFIG["industries"]["hotel"]["requests"]
    assert valid(changed("industries.hotel.requests", [requests])) == valid(CONFIG)


def test_known_may_be_one_moment_for_all_columns():
    known = valid(changed("tables.hotel.known", "booked_on")).tables["hotel"].known
    assert [(m.at, m.columns) for m in known] == [("booked_on", ("*",))]


def test_a_column_may_carry_words_and_another_origin():
    column = {"type": "date", "text": {"en": "arrival", "zh": "到店"}, "from": "arrival_day"}
    source = valid(changed("sources.bookings.before.arrival", column)).sources["bookings"]
    assert source.to_spec().columns["arrival"].text["zh"] == "到店"
    assert source.before["arrival"].source == "arrival_day"


def test_a_category_may_carry_words_for_its_values():
    column = {"type": "category", "values": {"web": {"en": "website", "zh": "网站"}}}
    spec = valid(changed("sources.bookings.before.channel", column)).sources["bookings"].to_spec()
    assert spec.columns["channel"].values["web"].zh == "网站"


def test_a_number_may_be_a_share():
    column = {"type": "number", "share": True}
    spec = valid(changed("sources.bookings.before.discount", column)).sources["bookings"].to_spec()
    assert spec.columns["discount"].is_share


@pytest.mark.parametrize("more", [{"values": {"1": {"en": "one", "zh": "一"}}}, {"share": True}])
def test_words_that_do_not_fit_the_type_are_refused(more):
    assert "take out" in only(changed("sources.bookings.before.nights", {"type": "int", **more}))


def test_the_contract_sees_keys_sides_and_types():
    spec = valid(CONFIG).sources["stays"].to_spec()
    assert (spec.name, spec.kind, spec.keys) == ("stays", "changes", ("subject", "store"))
    assert spec.columns["status"].side == "contact"


def test_a_key_that_is_null_is_absent():
    assert valid(changed("sources.bookings.keys.agent", None)).sources["bookings"].to_spec().keys == (
        "subject",
        "store",
        "user",
    )


def test_values_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        valid(CONFIG).workspace = "other"


def test_an_unquoted_time_of_day_is_understood():
    assert valid(changed("night.cutoff", 12 * 60 + 30)).night.cutoff == time(12, 30)


# profiles


def test_a_profile_changes_single_values(tmp_path):
    overlay = {"night": {"cutoff": "03:00"}, "industries": {"hotel": {"horizon": "7d"}}}
    write_workspace(tmp_path, {**CONFIG, "profiles": {"staging": overlay}})
    staging = load_config(tmp_path, profile="staging")
    assert staging.night.cutoff == time(3)
    assert staging.industries["hotel"].horizon == timedelta(days=7)
    assert staging.industries["hotel"].subjects == load_config(tmp_path).industries["hotel"].subjects


def test_an_unknown_profile_names_the_nearest(tmp_path):
    write_workspace(tmp_path, {**CONFIG, "profiles": {"staging": {}}})
    with pytest.raises(ConfigError, match="did you mean `staging`"):
        load_config(tmp_path, profile="stagin")


def test_what_a_profile_brings_is_checked(tmp_path):
    write_workspace(tmp_path, {**CONFIG, "profiles": {"staging": {"nigth": {"cutoff": "03:00"}}}})
    with pytest.raises(ConfigError, match="did you mean `night`"):
        load_config(tmp_path, profile="staging")


# wrong values


def test_an_unknown_key_names_the_nearest_right_one():
    config = changed("industries.hotel.horizn", "14d", without("industries.hotel.horizon"))
    found = only(config)
    assert found.startswith("demand.yaml: industries.hotel.horizn: unknown key `horizn`")
    assert "did you mean `horizon`?" in found


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("sorces", "sources"),
        ("tables.hotel.derived", "derive"),
        ("sources.bookings.befor", "before"),
        ("industries.hotel.subjects.fom", "from"),
        ("industries.hotel.cutoffs.evry", "every"),
        ("industries.hotel.requests.scenarios", "scenario"),
        ("industries.hotel.evaluate.orgins", "origins"),
        ("limits.fund_cents", "fund_cents_per_night"),
        ("holdout.shares", "share"),
        ("quarantine.limits", "limit"),
    ],
)
def test_an_unknown_key_is_found_wherever_it_stands(path, nearest):
    found = only(changed(path, {}))
    assert f"demand.yaml: {path}".replace("requests.", "requests[0].") in found
    assert f"`{nearest}`" in found


def test_all_problems_are_said_at_once():
    config = changed("timezone", "Europe/Lisabon")
    config = changed("sources.bookings.kind", "event", config)
    config = changed("industries.hotel.horizon", "14 days", config)
    config = changed("industries.hotel.requests.from", "stayes", config)
    config = changed("holdout", {"share": 2}, config)
    found = "\n".join(problems(config))
    for part in ("Europe/Lisbon", "`events`", "'14 days'", "`stays`", "holdout.share"):
        assert part in found


def test_a_broken_part_does_not_hide_another_of_the_same_industry():
    config = changed("industries.hotel.horizon", "x", changed("industries.hotel.subjects.due", "arival"))
    found = problems(config)
    assert len(found) == 2
    assert any("did you mean `arrival`?" in f for f in found)


def test_a_broken_source_brings_no_complaint_that_it_does_not_exist():
    assert "sources.stays.kind" in only(changed("sources.stays.kind", "log"))


@pytest.mark.parametrize("part", ["workspace", "timezone"])
def test_what_must_be_there_is_asked_for(part):
    assert "missing" in only(without(part))


def test_a_workspace_without_industry_is_refused():
    assert "no industry" in only(changed("industries", {}))


@pytest.mark.parametrize("value", ["14 days", 14, "1.5d", ""])
def test_a_duration_has_a_unit(value):
    assert "is not a duration" in only(changed("industries.hotel.horizon", value))


@pytest.mark.parametrize("path", ["horizon", "subjects.ahead", "subjects.age", "cutoffs.every"])
def test_a_duration_of_nothing_is_refused_where_it_makes_no_sense(path):
    assert "more than nothing" in only(changed(f"industries.hotel.{path}", "0d"))


def test_a_merge_of_nothing_keeps_every_contact():
    config = valid(changed("industries.hotel.requests.merge", "0d"))
    assert config.industries["hotel"].requests[0].merge == timedelta(0)


def test_an_unknown_column_type_names_the_nearest():
    assert "did you mean `category`?" in only(changed("sources.bookings.before.room_reserved", "categry"))


def test_columns_without_a_side_are_refused():
    assert "causal side" in only(changed("sources.bookings.columns", {"nights": "int"}))


@pytest.mark.parametrize("limit", ["fund_cents_per_night", "expert_calls_per_night"])
def test_a_limit_is_a_whole_number_not_below_zero(limit):
    assert f"limits.{limit}" in only(changed(f"limits.{limit}", -1))


def test_the_salt_may_be_chosen():
    assert valid(changed("holdout.salt", "autumn")).holdout.salt == "autumn"
