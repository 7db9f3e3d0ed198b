"""A store that days are merged into says to the bit what a full recompute says, and survives being killed."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import ContractError, Roles, SourceTable, StateError
from features import By, FeatureSet, compute, engine, events, state
from features.engine import generations
from features.sorted_store import SortedStore
from features.store_terms import WRITERS
from tests.builders.features import UTC_ZONE, day, source, spine
from tests.builders.random_features import AGENTS, COLUMNS, DECLARED, source_rows
from tests.features.engine.test_fold_kernels import EVERY, rows_of
from tests.features.test_engine_equals_reference import MANY

SEVERAL = settings(MANY, max_examples=10)
KEYS = spine([]).column_names
ROLES = Roles("hotel", subjects="bookings")
AGENT = By("agent")(events("bookings"))
SETS = [FeatureSet("own", AGENT.count("3d", "all"), AGENT.sum("rate"), AGENT.last("channel"), AGENT.distinct("agent"))]


def table_of(rows):
    return source("bookings", rows, columns=COLUMNS)


def known(rows, since, through):
    return table_of([row for row in rows if since <= row.get("known", row["at"]) < through])


def built(folder, rows, through, sets=SETS):
    tables = {"bookings": known(rows, -9, through)}
    return SortedStore.build(Path(folder), tables, sets, roles=ROLES, keys=KEYS, through=day(through))


def merged(store, rows, since, through):
    store.merge({"bookings": known(rows, since, through)}, since=day(since), through=day(through))


def opened(folder, sets=SETS):
    return SortedStore(Path(folder), {"bookings": table_of([]).spec}, sets, roles=ROLES, keys=KEYS)


def bits(matrix):
    """Every value, floats as their bits."""
    columns = {name: matrix.table[name].to_pylist() for name in matrix.names}
    return {n: [v if v is None or isinstance(v, str) else float(v).hex() for v in c] for n, c in columns.items()}


def assert_equal(store, rows, through, asked, sets=SETS):
    full = {"bookings": known(rows, -9, through)}
    expected = compute(asked, full, sets, roles=ROLES, zone=UTC_ZONE)
    found = store.evaluate(asked, zone=UTC_ZONE, sources=full)
    assert found.meta == expected.meta
    assert bits(found) == bits(expected)


@given(
    DECLARED,
    source_rows(),
    st.lists(st.integers(0, 50).map(lambda n: n / 2), min_size=1, max_size=5, unique=True).map(sorted),
    st.lists(st.fixed_dictionaries({"subject": st.sampled_from("st"), "agent": AGENTS}), max_size=4),
    st.integers(0, 3).map(lambda n: n / 2),
)
@SEVERAL
def test_any_days_merged_one_by_one_equal_a_full_recompute(declared, rows, moments, asked, before):
    with TemporaryDirectory() as folder:
        store = built(folder, rows, moments[0], [declared])
        for since, through in zip(moments, [*moments[1:], None], strict=True):
            grid = spine([{**row, "cutoff": since - before} for row in asked])
            assert_equal(store, rows, since, grid, [declared])
            if through is not None:
                merged(store, rows, since, through)
        assert_equal(opened(folder, [declared]), rows, moments[-1], grid, [declared])


ROWS = [
    {"id": "x", "at": 1, "agent": "a", "rate": 0.1, "channel": "web"},
    {"id": "y", "at": 2, "agent": "a", "rate": 0.2, "channel": "app"},
]
ASKED_LATE = spine([{"cutoff": 12, "agent": a} for a in ("a", "b", None)])
ASKED = spine([{"cutoff": 5, "agent": a} for a in ("a", "b", "stranger", None)])


@pytest.mark.parametrize(
    "news",
    [
        pytest.param([{"id": "z", "at": 1.5, "known": 4, "agent": "a", "rate": 0.7}], id="a late row between two"),
        pytest.param([{"id": "x", "at": 1, "known": 4, "agent": "b", "op": "correct"}], id="a row that moves"),
        pytest.param([{"id": "x", "at": 1, "known": 4, "agent": "a", "op": "delete"}], id="a row that is deleted"),
        pytest.param([{"id": "z", "at": 4, "agent": "new", "channel": "new"}], id="a key and a category never seen"),
        pytest.param(
            [
                {"id": "x", "at": 1, "known": 4, "agent": "a", "op": "delete"},
                {"id": "x", "at": 1, "known": 4.5, "agent": "b", "rate": 0.4},
            ],
            id="a row that is deleted and comes again on one day",
        ),
        pytest.param([{"id": "w", "at": 2, "known": 4, "agent": "a"}], id="a row at the moment of another"),
        pytest.param([], id="nothing"),
    ],
)
def test_a_day_with(news, tmp_path):
    store = built(tmp_path, ROWS, 4)
    merged(store, ROWS + news, 4, 5)
    assert_equal(store, ROWS + news, 5, ASKED)


def test_a_row_that_is_corrected_before_it_happens_was_never_there(tmp_path):
    rows = [*ROWS, {"id": "z", "at": 9, "known": 1, "agent": "a"}]
    news = [{"id": "z", "at": 4.5, "known": 4, "agent": "b", "op": "correct"}]
    store = built(tmp_path, rows, 4)
    merged(store, rows + news, 4, 5)
    assert_equal(store, rows + news, 5, ASKED)


def test_many_rows_with_late_ones_corrections_and_deletions(tmp_path):
    """Keys long enough for every way through the kernels."""
    rows = rows_of(6_000)
    sets, moments = [EVERY, *SETS], (12, 13, 13.5, 20)
    owned = By("agent")(state("bookings", owner="subject"))
    named = (owned.count("all").named("n"), owned.std("rate").named("std"), owned.last("channel", "11d").named("last"))
    sets += [FeatureSet("states", *named)]
    sets += [FeatureSet("pairs", By("subject", "agent")(events("bookings")).mean("rate", "2d", "all"))]
    store = built(tmp_path, rows, moments[0], sets)
    for since, through in pairwise(moments):
        merged(store, rows, since, through)
        asked = [{"cutoff": through, "agent": a, "subject": s} for a in ("a", "b", "new", None) for s in ("s1", "s2")]
        assert_equal(store, rows, through, spine(asked), sets)
    assert_equal(opened(tmp_path, sets), rows, moments[-1], spine(asked), sets)


class Killed(BaseException):
    """The end of a process."""


def test_a_merge_that_is_killed_anywhere_leaves_the_store_as_it_was(tmp_path, monkeypatch):
    rows = rows_of(300)
    store = built(tmp_path, rows, 12)
    settle, steps = generations._settle, 0

    def count(descriptor):
        nonlocal steps
        steps += 1
        settle(descriptor)

    monkeypatch.setattr(generations, "_settle", count)
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("copy"))
    merged(opened(copy), rows, 12, 13)
    assert steps > 10
    for last in range(steps - 2):  # the last two are the manifest's folder, after the rename, and the file beside it
        left = last

        def die(descriptor):
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            settle(descriptor)

        monkeypatch.setattr(generations, "_settle", die)
        with pytest.raises(Killed):
            merged(opened(tmp_path), rows, 12, 13)
        monkeypatch.setattr(generations, "_settle", settle)
        assert opened(tmp_path).through == day(12)
        assert_equal(opened(tmp_path), rows, 12, ASKED_LATE)
        assert_equal(store, rows, 12, ASKED_LATE)
    merged(opened(tmp_path), rows, 12, 13)
    assert_equal(opened(tmp_path), rows, 13, ASKED_LATE)
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == sorted(p.name for p in copy.iterdir())


def test_an_open_store_reads_on_while_a_day_is_merged(tmp_path):
    reader = built(tmp_path, ROWS, 4)
    merged(opened(tmp_path), [*ROWS, {"at": 4, "agent": "a"}], 4, 5)
    assert reader.through == day(4)
    assert_equal(reader, ROWS, 4, spine([{"cutoff": 4, "agent": "a"}]))


def test_a_day_that_was_merged_is_refused(tmp_path):
    store = built(tmp_path, ROWS, 4)
    merged(store, ROWS, 4, 5)
    with pytest.raises(StateError, match="known before 2024-06-06 00:00 is merged already"):
        merged(opened(tmp_path), ROWS, 4, 5)


def test_rows_known_before_the_last_merge_are_refused(tmp_path):
    store = built(tmp_path, ROWS, 4)
    with pytest.raises(ContractError, match=r"bookings: 1 row known before 2024-06-05 00:00.*\n.*the past has changed"):
        store.merge({"bookings": table_of(ROWS[:1])}, since=day(4), through=day(5))


def test_rows_known_after_the_moment_are_refused(tmp_path):
    with pytest.raises(ContractError, match="1 row known at or after 2024-06-02 12:00"):
        SortedStore.build(tmp_path, {"bookings": table_of(ROWS)}, SETS, roles=ROLES, keys=KEYS, through=day(1.5))


def test_a_store_of_other_features_is_refused(tmp_path):
    built(tmp_path, ROWS, 4)
    with pytest.raises(StateError, match=r"built for other features or sources.*\n?.*build it again"):
        opened(tmp_path, [FeatureSet("own", AGENT.count("4d"))])


def test_a_store_of_another_engine_is_refused(tmp_path, monkeypatch):
    built(tmp_path, ROWS, 4)
    monkeypatch.setattr("features.store_terms.digest", lambda *files: "another")
    with pytest.raises(StateError, match="another version of the engine"):
        opened(tmp_path)


def test_every_module_that_writes_files_of_a_store_tells_engines_apart():
    """What the merge of a day imports of the engine, and what that imports."""
    folder, found, left = Path(engine.__file__).parent, set(), ["merge_day"]
    while left:
        name = left.pop()
        found.add(f"{name}.py")
        imported = re.findall(r"^from features\.engine\.(\w+) import", (folder / f"{name}.py").read_text(), re.M)
        left += [name for name in imported if f"{name}.py" not in found]
    assert {name for name in found if not name.endswith("_kernels.py")} - {"compiled.py", "held.py"} == set(WRITERS)


def test_a_day_with_a_gap_before_it_is_refused(tmp_path):
    store = built(tmp_path, ROWS, 4)
    with pytest.raises(StateError, match=r"before 2024-06-05 00:00 is merged, and these rows begin with 2024-06-06"):
        merged(store, ROWS, 5, 6)


def test_a_day_that_begins_before_what_is_merged_is_refused(tmp_path):
    store = built(tmp_path, ROWS, 4)
    with pytest.raises(StateError, match=r"none comes twice\n.*since=store\.through"):
        store.merge({"bookings": table_of([])}, since=day(3), through=day(5))


def test_a_column_of_another_type_is_refused(tmp_path):
    store = built(tmp_path, ROWS, 4)
    table = table_of([]).table
    place = table.column_names.index("rate")
    other = SourceTable(table_of([]).spec, table.set_column(place, "rate", table["rate"].cast(pa.float32())))
    with pytest.raises(ContractError, match="rate: float in these rows; expected double as in the store"):
        store.merge({"bookings": other}, since=day(4), through=day(5))


def test_a_source_that_is_missing_is_refused(tmp_path):
    with pytest.raises(ContractError, match="bookings missing"):
        built(tmp_path, ROWS, 4).merge({}, since=day(4), through=day(5))


def test_a_cutoff_after_the_last_merge_is_refused(tmp_path):
    with pytest.raises(ContractError, match="a cutoff at 2024-06-06 00:00, and rows known before 2024-06-05 00:00"):
        built(tmp_path, ROWS, 4).evaluate(ASKED, zone=UTC_ZONE)


def test_a_walked_feature_needs_the_rows(tmp_path):
    sets = [FeatureSet("own", AGENT.count("all"), AGENT.streak(channel="web"))]
    store = built(tmp_path, ROWS, 5, sets)
    with pytest.raises(ContractError, match=r"streak_web is walked.*\n?.*pass sources"):
        store.evaluate(ASKED, zone=UTC_ZONE)
    assert_equal(store, ROWS, 5, ASKED, sets)


def test_a_source_that_a_walked_feature_reads_is_named_when_it_is_missing(tmp_path):
    store = built(tmp_path, ROWS, 5, [FeatureSet("own", AGENT.streak(channel="web"))])
    with pytest.raises(ContractError, match=r"bookings missing from sources.*streak_web.*\n.*pass all rows"):
        store.evaluate(ASKED, zone=UTC_ZONE, sources={})


def test_a_folder_without_a_store_is_refused(tmp_path):
    with pytest.raises(StateError, match="no store in"):
        opened(tmp_path)


def test_a_store_with_a_file_cut_short_is_refused(tmp_path):
    built(tmp_path, ROWS, 4)
    (cut,) = tmp_path.glob("source0.known-*.rows")
    cut.write_bytes(cut.read_bytes()[:-1])
    with pytest.raises(StateError, match="is gone or cut short"):
        opened(tmp_path)


def test_building_again_replaces_the_store(tmp_path):
    built(tmp_path, ROWS, 4)
    assert_equal(built(tmp_path, ROWS[1:], 5), ROWS[1:], 5, ASKED)


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_strings_of_any_kind_join(type_, tmp_path):
    rows = [*ROWS, {"id": "z", "at": 4, "agent": "a", "channel": "web"}]
    store, table = built(tmp_path, rows, 4), known(rows, 4, 5)
    for name in ("agent_id", "channel"):
        column = (
            table.table[name].dictionary_encode() if pa.types.is_dictionary(type_) else table.table[name].cast(type_)
        )
        table = SourceTable(table.spec, table.table.set_column(table.table.column_names.index(name), name, column))
    store.merge({"bookings": table}, since=day(4), through=day(5))
    assert_equal(store, rows, 5, ASKED)
