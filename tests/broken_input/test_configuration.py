"""`demand.yaml` is broken: every night stops before anything is read."""

import pytest

from tests.builders.broken import edit_config, replace_text

TOPIC = "Configuration"

BOMB = "workspace: repairs\na: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{last}'] * 10)}]\n" for last, name in zip("abcde", "bcdef", strict=True)
)


def test_an_empty_configuration_says_how_one_begins(repairs, refused):
    (repairs / "demand.yaml").write_text("")
    refused("empty `demand.yaml`", "the file is empty")


def test_control_characters_are_named_with_their_line(repairs, refused):
    (repairs / "demand.yaml").write_bytes(b"workspace: repairs\ntimezone: UTC\x00\n")
    refused(
        "control characters in `demand.yaml`", "line 2: not readable as YAML: it contains the control character 0x00"
    )


def test_a_configuration_in_another_encoding_is_refused(repairs, refused):
    (repairs / "demand.yaml").write_bytes("workspace: caf\xe9\n".encode("latin-1"))
    refused("`demand.yaml` not in UTF-8", "is not UTF-8 text")


def test_a_tag_that_would_run_something_is_refused_and_runs_nothing(repairs, refused, tmp_path):
    tag = f"workspace: !!python/object/apply:os.system ['touch {tmp_path}/owned']"
    replace_text(repairs, "demand.yaml", "workspace: repairs", tag)
    refused("a hostile YAML tag", "tag !!python/object/apply:os.system")
    assert not (tmp_path / "owned").exists()


def test_aliases_that_expand_without_end_are_refused(repairs, refused):
    replace_text(repairs, "demand.yaml", "workspace: repairs\n", BOMB)
    refused("a YAML bomb", "too large once its aliases are expanded")


def test_a_key_that_stands_twice_is_named_with_both_lines(repairs, refused):
    replace_text(repairs, "demand.yaml", "    horizon: 14d", "    horizon: 14d\n    horizon: 7d")
    refused("a key written twice", "key `horizon` stands twice (first in line")


def test_an_unknown_time_zone_names_the_nearest(repairs, refused):
    replace_text(repairs, "demand.yaml", "Europe/Lisbon", "Europe/Lisboa")
    refused(
        "an unknown time zone", "unknown time zone 'Europe/Lisboa'; expected a name of the IANA list -> did you mean"
    )


def test_a_path_that_climbs_out_of_the_workspace_is_refused(repairs, refused):
    edit_config(repairs, lambda c: c["sources"]["orders"].update(sql="../../../etc/passwd"))
    refused("SQL from outside the workspace", "'../../../etc/passwd' leads out of the workspace")


def test_a_file_that_is_no_table_is_not_read(repairs, refused):
    edit_config(repairs, lambda c: c["tables"]["raw_orders"].update(read="/etc/passwd"))
    said = refused("`read: /etc/passwd`", "expected files that end in .parquet or .csv")
    assert "root:" not in said.text


def test_an_unset_variable_says_which_line_needs_it(repairs, refused, monkeypatch):
    monkeypatch.delenv("DEMAND_DATA", raising=False)
    replace_text(repairs, "demand.yaml", "read: data/orders.csv", "read: ${DEMAND_DATA}/orders.csv")
    refused("`${DEMAND_DATA}` is not set", "demand.yaml, line 9: tables.raw_orders.read: ${DEMAND_DATA}/orders.csv")


@pytest.mark.parametrize(
    ("kind", "old", "new", "words"),
    [
        ("a negative holdout", "share: 0.1", "share: -0.1", "holdout.share: -0.1; expected at least 0"),
        ("a horizon of nothing", "horizon: 14d", "horizon: 0d", "horizon: the duration is zero"),
        ("a horizon without end", "horizon: 14d", "horizon: 9999999999d", "is longer than time itself"),
        ("cutoffs without `every`", "{every: 7d, from", "{from", "neither `every` nor `before_due`"),
        ("a misspelt key", "    horizon: 14d", "    horizn: 14d", "unknown key `horizn` -> did you mean `horizon`?"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(repairs, refused, kind, old, new, words):
    replace_text(repairs, "demand.yaml", old, new)
    refused(kind, words)


def test_an_unknown_industry_is_refused_before_anything_runs(refused):
    said = refused("an unknown industry", "no industry `repair` -> did you mean", "nightly", "--industry", "repair")
    assert "· check" not in said.text
