"""A consent or a limit under a name that no action uses is refused: it would hold nobody back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from demand.contract import ConfigError
from pipelines.check import check
from pipelines.decide import decide
from pipelines.deciding.named import names_no_action_uses
from pipelines.workspace import Workspace, open_workspace
from tests.builders.decisions import action, catalog_content
from tests.builders.workspace import bookings, changed, write_workspace

GUESTS = bookings({"arrival": date(2024, 1, 20), "guest": "g1"})


def hotel(root: Path, *, consent: str = "app_message", limits: dict[str, Any] | None = None) -> Workspace:
    """A workspace whose one action writes on `app_message` and draws on `expert_calls`."""
    config = changed("sources.bookings.before.agreed", {"type": "bool", "from": "guest = 'g1'"})
    config = changed("industries.hotel.subjects.reach", {"consent": {consent: "agreed"}}, config)
    config = changed("limits", limits or {}, changed("catalog", ["catalog.yaml"], config))
    note = action("note", channel="app_message", capacity_pool="expert_calls")
    write_workspace(root, config, files={"catalog.yaml": yaml.safe_dump(catalog_content(note))})
    return open_workspace(root, frames={"hotel": GUESTS})


def test_names_of_the_catalogue_are_right(tmp_path: Path) -> None:
    assert list(names_no_action_uses(hotel(tmp_path, limits={"expert_calls_per_night": 3}))) == []


def test_a_consent_under_another_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (problem,) = names_no_action_uses(hotel(tmp_path, consent="app_mesage"))
    assert problem.where == "demand.yaml: industries.hotel.subjects.reach.consent"
    assert problem.found == "no action uses the channel `app_mesage`: its consents would hold nobody back"
    assert "app_message" in problem.remedy


def test_a_consent_that_is_like_no_channel_is_told_which_there_are(tmp_path: Path) -> None:
    (problem,) = names_no_action_uses(hotel(tmp_path, consent="pigeon"))
    assert problem.remedy.startswith("there is `app_message`")


def test_a_limit_of_a_pool_that_nothing_draws_on_is_refused(tmp_path: Path) -> None:
    (problem,) = names_no_action_uses(hotel(tmp_path, limits={"expert_call_per_night": 3}))
    assert problem.where == "demand.yaml: limits.expert_call_per_night"
    assert "expert_calls" in problem.remedy


def test_check_says_so_among_the_other_problems(tmp_path: Path) -> None:
    found = check(hotel(tmp_path, consent="sms"), proof=False).extra["problems"]
    assert [p.severity for p in found if "`sms`" in p.found] == ["error"]


def test_nothing_is_decided_with_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="channel `sms`"):
        decide(hotel(tmp_path, consent="sms"))
