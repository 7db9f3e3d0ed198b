"""A workspace is opened once; verbs and notebooks ask it for frames."""

import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demand.contract import ConfigError, ContractError, Problem
from pipelines.workspace import open_workspace
from tests.builders.workspace import CONFIG, bookings, changed, write_workspace

CANCELLED = {"status": "Canceled", "closed_on": date(2024, 1, 5)}


def night(day, month=1):
    return datetime(2024, month, day, tzinfo=UTC)


def opened(root, *rows, config=CONFIG, **keywords):
    write_workspace(root, config)
    return open_workspace(root, frames={"hotel": bookings(*rows)}, **keywords)


# opening


def test_it_opens_from_its_folder_or_its_file(tmp_path):
    write_workspace(tmp_path)
    assert open_workspace(tmp_path).root == open_workspace(str(tmp_path / "demand.yaml")).root == tmp_path


def test_opening_names_every_problem_of_the_files(tmp_path):
    config = changed("industries.hotel.horizon", "soon", changed("industries.hotel.features", ["views/agents.py"]))
    write_workspace(tmp_path, config, sql={})
    with pytest.raises(ConfigError) as caught:
        open_workspace(tmp_path)
    assert len(caught.value.problems) == 4


def test_a_frame_needs_neither_file_nor_sql(tmp_path):
    config = {**CONFIG, "tables": {}}
    write_workspace(tmp_path, config, sql={})
    booked = pa.table(
        {"id": ["b"], "hotel": ["h"], "guest": ["g"], "arrival": [date(2024, 1, 9)], "room_reserved": ["A"]}
    )
    stays = pa.table({"id": ["s"], "booking": ["b"], "hotel": ["h"], "status": ["checked_in"]})
    stays = stays.append_column("room_reserved", booked["room_reserved"]).append_column(
        "room_assigned", booked["room_reserved"]
    )
    moments = [pa.array([date(2024, 1, d)], pa.date32()) for d in (1, 9)]
    frames = {
        "bookings": booked.append_column("occurred_at", moments[0]).append_column("known_at", moments[0]).to_pandas(),
        "stays": stays.append_column("occurred_at", moments[1]).append_column("known_at", moments[1]),
    }
    ws = open_workspace(tmp_path, frames=frames)
    assert ws.subjects("hotel")["subject_id"].to_pylist() == ["b"]


def test_what_the_toolkit_writes_stays_under_state(tmp_path):
    assert opened(tmp_path).state == tmp_path / "state"


def test_it_says_what_it_is(tmp_path):
    assert "small: hotel" in repr(opened(tmp_path))
    assert "as seen at 2024-01-03" in repr(opened(tmp_path).truncated("2024-01-03"))


def test_an_unknown_industry_names_the_nearest(tmp_path):
    with pytest.raises(ContractError, match="did you mean `hotel`"):
        opened(tmp_path).spine("hotels")


def test_the_import_brings_no_heavy_package():
    heavy = ("pandas", "lightgbm", "mlflow", "sklearn", "shap")
    code = f"import pipelines.workspace, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_data_problem_is_told_when_data_are_asked_for(tmp_path):
    write_workspace(tmp_path)
    ws = open_workspace(tmp_path)
    with pytest.raises(ConfigError, match=r"hotel\.parquet: nothing there"):
        _ = ws.sources


# moments


def test_a_date_means_the_nights_cutoff(tmp_path):
    ws = opened(tmp_path, config=changed("night.cutoff", "02:00", changed("timezone", "Asia/Shanghai")))
    assert ws.parse_as_of("2024-01-05") == datetime(2024, 1, 4, 18, tzinfo=UTC)
    assert ws.config.night.cutoff == time(2)


def test_latest_is_the_first_night_that_may_use_everything(tmp_path):
    assert opened(tmp_path).latest() == night(11)


def test_a_row_known_exactly_at_the_cutoff_waits_for_the_next(tmp_path):
    config = changed("sources.stays.known_at", "'2024-01-11 00:00:00'::TIMESTAMP")
    assert opened(tmp_path, config=config).latest() == night(12)


def test_the_last_fair_cutoff_is_where_tables_run_dry(tmp_path):
    assert opened(tmp_path).last_fair_cutoff("hotel") == night(11)
    config = changed("industries.hotel.cutoffs.to", date(2024, 1, 8))
    assert opened(tmp_path, config=config).last_fair_cutoff("hotel") == night(8)


def test_labels_are_known_until_the_newest_request_row(tmp_path):
    assert opened(tmp_path, CANCELLED).label_as_of("hotel") == night(6)


# subjects, spine, labels


def test_a_spine_holds_live_subjects_at_every_cutoff(tmp_path):
    spine = opened(tmp_path, {"arrival": date(2024, 1, 20), "closed_on": date(2024, 1, 22)}).spine("hotel")
    assert spine["cutoff"].to_pylist() == [night(8), night(15)]


def test_a_closed_subject_is_asked_no_more(tmp_path):
    ws = opened(tmp_path, {**CANCELLED, "arrival": date(2024, 1, 20)}, {"hotel": "Porto", "arrival": date(2024, 1, 20)})
    assert ws.spine("hotel", end="2024-01-08").num_rows == 1


def test_live_asks_at_any_moment(tmp_path):
    ws = opened(tmp_path)
    assert ws.live("hotel", "2024-01-04T15:30:00Z").num_rows == 1
    assert ws.live("hotel", "2024-01-01").num_rows == 0


def test_a_label_says_what_happened_within_the_horizon(tmp_path):
    ws = opened(tmp_path, {**CANCELLED, "arrival": date(2024, 1, 20)}, {"hotel": "Porto", "arrival": date(2024, 3, 1)})
    spine = ws.live("hotel", "2024-01-03")
    labels = ws.labels("hotel", spine, label_as_of="2024-02-01")
    asked = dict(zip(labels["subject_id"].to_pylist(), labels["scenario"].to_pylist(), strict=True))
    assert sorted(asked.values(), key=str) == [None, "cancelled"]


def test_a_label_is_censored_while_a_request_may_still_come(tmp_path):
    config = changed("industries.hotel.requests.reporting_delay", "2d")
    ws = opened(tmp_path, {"arrival": date(2024, 3, 1)}, CANCELLED, config=config)
    spine = ws.live("hotel", "2024-01-03")
    assert set(ws.labels("hotel", spine, label_as_of="2024-01-18")["status"].to_pylist()) == {"censored"}
    assert set(ws.labels("hotel", spine, label_as_of="2024-01-19")["status"].to_pylist()) == {"mature"}


def test_features_and_labels_stand_side_by_side(tmp_path):
    table = opened(tmp_path, {"arrival": date(2024, 1, 20)}).training_table("hotel", label_as_of="2024-03-01")
    assert table["requested"].to_pylist() == [False, False]
    assert table["days_to_due"].to_pylist() == pytest.approx([13, 6])  # to the end of that day


# the whole


def test_a_truncated_workspace_gives_the_features_of_that_moment(tmp_path):
    rows = [
        {"hotel": h, "booked_on": date(2024, 1, d), "arrival": date(2024, 1, d + 9)} for h in "abc" for d in (1, 3, 6)
    ]
    ws = opened(tmp_path, *rows, {**CANCELLED, "hotel": "a"})
    now = ws.features("hotel", ws.live("hotel", "2024-01-08")).table
    then = ws.truncated("2024-01-08")
    assert now.num_rows > 0
    assert then.features("hotel", then.live("hotel", "2024-01-08")).table.equals(now)


def test_a_truncated_workspace_keeps_the_roles_of_the_whole(tmp_path):
    ws = opened(tmp_path)
    assert ws.truncated("2024-01-02").roles("hotel") == ws.roles("hotel")
    assert ws.roles("hotel").changes == ("stays",)


def test_sources_are_mapped_once(tmp_path):
    ws = opened(tmp_path)
    assert ws.sources is ws.sources
    assert ws.subjects("hotel") is ws.subjects("hotel")


def test_quarantined_rows_are_told_and_more_may_be_added(tmp_path):
    config = changed("quarantine.limit", 0.5)
    ws = opened(tmp_path, {}, {"arrival": None}, config=changed("sources.bookings.id", "nullif(guest, 'g1')", config))
    with pytest.raises(ContractError, match="null id"):
        _ = ws.quarantined
    ws = opened(
        tmp_path / "b",
        {},
        {"guest": "g2", "hotel": "x"},
        config=changed("sources.bookings.id", "nullif(guest, 'g2')", config),
    )
    assert ws.quarantined[0].found == "quarantined: null id"
    later = Problem("quarantined: orphan", table="stays", rows=1)
    ws.quarantine([later])
    ws.quarantine([later])
    assert ws.quarantined.count(later) == 1


def test_a_change_of_a_subject_unknown_by_then_counts_nowhere(tmp_path):
    write_workspace(tmp_path, changed("quarantine.limit", 0.5))
    (tmp_path / "sources/bookings.sql").write_text(
        (tmp_path / "sources/bookings.sql").read_text().replace("FROM hotel", "FROM hotel WHERE hotel <> 'Faro'")
    )
    ws = open_workspace(tmp_path, frames={"hotel": bookings({}, {"hotel": "Faro"}, {"hotel": "Porto"})})
    assert sorted(ws.sources["stays"].table["store_id"].to_pylist()) == ["Lisbon", "Porto"]
    assert ws.mapped.sources["stays"].table.num_rows == 3
    assert sum(p.rows for p in ws.quarantined) == 1


def industries_by_guest(tmp_path, *bookings_of):
    """A workspace with an industry for each name, whose subjects are the bookings of the guest of that name."""
    hotel = CONFIG["industries"]["hotel"]
    config = CONFIG
    for name in bookings_of:
        subjects = {**hotel["subjects"], "where": f"user_id = '{name}'"}
        config = changed(f"industries.{name}", {**hotel, "subjects": subjects}, config)
    config = changed("industries.hotel.subjects.where", "user_id = 'nobody'", config)
    return config


def test_key_values_that_industries_share_are_told_once_a_key(tmp_path):
    config = industries_by_guest(tmp_path, "a", "b", "c", "d")
    stays = [("a", "Lisbon"), ("b", "Lisbon"), ("b", "Porto"), ("c", "Porto"), ("d", "Faro")]
    ws = opened(tmp_path, *({"guest": guest, "hotel": hotel} for guest, hotel in stays), config=config)
    warnings = [w for w in ws.shared_keys() if w.column == "store_id"]
    assert [(w.rows, w.example, w.severity) for w in warnings] == [(2, "Lisbon", "warning")]
    assert "a, b, c" in warnings[0].found


def test_customers_may_buy_in_several_industries(tmp_path):
    hotel = CONFIG["industries"]["hotel"]
    subjects = {**hotel["subjects"], "where": "store_id = 'Porto'"}
    config = changed("industries.hotel.subjects.where", "store_id = 'Lisbon'")
    config = changed("industries.porto", {**hotel, "subjects": subjects}, config)
    ws = opened(tmp_path, {}, {"hotel": "Porto"}, {"hotel": "Porto", "guest": "g2"}, config=config)
    assert ws.shared_keys() == ()


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [((), 3), (("row_id",), 2), (("store",), 1), (("user",), 2), (("room_reserved", "user"), 2)],
)
def test_clusters_follow_the_declaration(tmp_path, cluster, expected):
    config = changed("industries.hotel.evaluate", {"cluster": list(cluster)})
    ws = opened(tmp_path, {}, {}, {"guest": "g2", "arrival": date(2024, 1, 9)}, config=config)
    spine = ws.live("hotel", "2024-01-04")
    clusters = ws.clusters("hotel", spine)
    assert len(clusters) == spine.num_rows == 3
    assert len(set(clusters.to_pylist())) == expected


def test_an_unknown_key_joins_no_strangers(tmp_path):
    config = changed("industries.hotel.evaluate", {"cluster": ["user"]})
    ws = opened(tmp_path, {"guest": None}, {"guest": None, "hotel": "Porto"}, config=config)
    assert len(set(ws.clusters("hotel", ws.live("hotel", "2024-01-04")).to_pylist())) == 2


# digest


def with_file(root, table):
    write_workspace(root)
    pq.write_table(table, root / "hotel.parquet")
    return root


def test_a_digest_follows_content_not_place_or_time(tmp_path):
    first = with_file(tmp_path / "a", bookings())
    shutil.copytree(first, tmp_path / "b")
    assert open_workspace(first).digest() == open_workspace(tmp_path / "b").digest()


@pytest.mark.parametrize("file", ["demand.yaml", "sources/stays.sql"])
def test_a_digest_notices_the_users_files(tmp_path, file):
    root = with_file(tmp_path, bookings())
    before = open_workspace(root).digest()
    comment = "\n# x" if file.endswith("yaml") else "\n-- x"
    (root / file).write_text((root / file).read_text() + comment)
    assert open_workspace(root).digest() != before


def test_a_digest_notices_the_data(tmp_path):
    before = open_workspace(with_file(tmp_path, bookings())).digest()
    assert open_workspace(with_file(tmp_path, bookings({}, {}))).digest() != before
    frames = [open_workspace(tmp_path, frames={"hotel": bookings(*rows)}).digest() for rows in (({},), ({}, {}))]
    assert frames[0] != frames[1]


def test_a_digest_notices_where_tables_are_cut(tmp_path):
    ws = opened(tmp_path)
    assert ws.truncated("2024-01-03").digest() != ws.digest()


def test_a_night_later_by_a_microsecond_is_another_night(tmp_path):
    ws = opened(tmp_path)
    assert ws.live("hotel", night(2)).num_rows == 1
    assert ws.live("hotel", night(2) - timedelta(microseconds=1)).num_rows == 0
