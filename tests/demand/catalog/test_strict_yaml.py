"""The file holds plain values; whatever else is refused with its line."""

from pathlib import Path

import pytest

from demand.catalog.strict_yaml import parse_shipped, parse_yaml
from demand.contract import ConfigError

ROOT = Path(__file__).parents[3]
SHIPPED = [
    f for package in ("demand", "pipelines/reports", "pipelines/backtesting") for f in (ROOT / package).rglob("*.yaml")
]


def refused(text):
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, name="demand.yaml")
    return [str(p) for p in caught.value.problems]


def test_anchors_and_merges_are_read():
    data = parse_yaml("a: &base {x: 1, y: 2}\nb: {<<: *base, y: 3}\n", name="demand.yaml")
    assert data["b"] == {"x": 1, "y": 3}


def test_a_key_that_stands_twice_is_refused_with_both_lines():
    (problem,) = refused("night: 1\nzone: 2\nnight: 3\n")
    assert "demand.yaml, line 3" in problem
    assert "first in line 1" in problem


def test_a_nested_key_that_stands_twice_is_refused():
    assert "`from`" in refused("industries: {hotel: {from: a, from: b}}")[0]


def test_a_merged_key_may_be_overridden():
    assert parse_yaml("a: &x {k: 1}\nb:\n  <<: *x\n  k: 2\n", name="f")["b"]["k"] == 2


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system [ls]", "!!python/name:os.system", "!secret x", "!!binary aGk="]
)
def test_a_tag_that_builds_something_is_refused_with_its_line(tag):
    (problem,) = refused(f"workspace: x\nnight: {tag}\n")
    assert problem.startswith("demand.yaml, line 2")


def test_a_tag_runs_nothing(tmp_path):
    mark = tmp_path / "ran"
    refused(f"a: !!python/object/apply:os.system ['touch {mark}']")
    assert not mark.exists()


def test_every_refusal_is_said_at_once():
    assert len(refused("a: !x 1\nb: 1\nb: 2\nc: !y 2\n")) == 3


def test_aliases_that_explode_are_refused_quickly():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "aliases" in refused("\n".join(lines))[0]


def test_an_alias_inside_itself_is_refused():
    assert "contains itself" in refused("a: &a [1, *a]")[0]


def test_nesting_without_end_is_refused():
    assert refused("a: " + "[" * 5000 + "]" * 5000)


def test_what_is_no_yaml_is_refused_with_its_line():
    assert "line 2" in refused("a: 1\nb: [1, 2\nc: 3: 4\n")[0] or "line 3" in refused("a: 1\nb: [1, 2\nc: 3: 4\n")[0]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text"])
def test_what_is_no_mapping_is_refused(text):
    assert "a mapping" in refused(text)[0]


def test_an_impossible_date_is_a_problem_not_a_crash():
    assert refused("from: 2024-13-45\n")


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_shipped_files_say_the_same_when_they_are_read_strictly(file):
    text = file.read_text(encoding="utf-8")
    assert parse_shipped(text) == parse_yaml(text, name=file.name)
