"""One industry: whether its SQL can be evaluated, whether anybody is live, whether there is something to learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import pyarrow as pa

from demand.contract import DemandError, Problem, format_duration
from demand.contract.database import session
from features.resolve import resolve
from pipelines.config import FILE, did_you_mean
from pipelines.workspace import Workspace

T = TypeVar("T")
_ENOUGH = 20

_CLOSES_EARLY = """
SELECT 1 FROM closings c JOIN subjects s USING (subject_id) WHERE c.visible_from < s.due_at LIMIT 1
"""


def check_industry(ws: Workspace, industry: str) -> tuple[list[Problem], str]:
    """Build what the verbs build, and say what stands in the way.

    Returns
    -------
    the problems, and how many subjects are live when, in words
    """
    where = f"{FILE}: industries.{industry}"
    problems: list[Problem] = []

    def attempt(make: Callable[[], T]) -> T | None:
        try:
            return make()
        except DemandError as error:
            problems.extend(error.problems or (Problem(error.found, where, error.remedy, error.expected),))
            return None

    subjects = attempt(lambda: ws.subjects(industry))
    closings = attempt(lambda: ws.closings(industry))
    if subjects is None:
        return problems, "no subjects"
    episodes = attempt(lambda: ws.episodes(industry))
    if episodes is not None:
        problems += _requests(ws, industry, episodes, where)
    problems += _unreachable(ws, industry, where)
    if closings is not None:
        problems += _closes_late(subjects, closings, where)
    live = "not asked"
    if not problems or all(p.severity != "error" for p in problems):
        spine = attempt(lambda: ws.spine(industry))
        if spine is not None:
            problems += _nobody_live(spine, where)
            problems += _nothing_matures(ws, industry, spine, where)
            last = ws.last_fair_cutoff(industry)
            tonight = ws.live(industry, last)
            live = f"{tonight.num_rows:,} live at {ws.shown(last)}"
            attempt(lambda: _features_resolve(ws, industry, tonight))
    return problems, live


def _requests(ws: Workspace, industry: str, episodes: pa.Table, where: str) -> Iterator[Problem]:
    if episodes.num_rows == 0:
        remedy = "look at `where`: no row of the request sources meets it for a subject of this industry"
        yield Problem("no request: nothing to learn from", f"{where}.requests", remedy, severity="warning")
    try:
        known = {s.id for s in ws.catalog.scenarios}
    except DemandError:  # its problems are said with the catalogue
        return
    counts = {row["values"]: row["counts"] for row in episodes["scenario"].value_counts().to_pylist()}
    for scenario, rows in sorted((s, n) for s, n in counts.items() if s is not None and s not in known):
        yield Problem(
            f"scenario `{scenario}` is not in the catalogue",
            f"{where}.requests",
            did_you_mean(scenario, known) or "describe it under `scenarios` of your catalog.yaml",
            rows=rows,
            severity="warning",
        )


def _unreachable(ws: Workspace, industry: str, where: str) -> Iterator[Problem]:
    """Actions that need to know what no column says: they would never be done."""
    settings = ws.config.industries[industry]
    try:
        actions = ws.catalog.interventions_of(industry, settings.catalog_industry)
    except DemandError:  # its problems are said with the catalogue
        return
    reach = settings.subjects.reach
    for action in actions:
        lacks = ["a phone"] if action.needs.phone and reach.phone is None else []
        lacks += [f"consent to {channel}" for channel in action.needs.consent if channel not in reach.consent]
        if lacks:
            yield Problem(
                f"`{action.id}` needs {' and '.join(lacks)}, which no column supplies: it is never done",
                f"{where}.subjects.reach",
                "name boolean columns, as in `reach: {phone: has_phone, consent: {app_message: agreed}}`",
                severity="warning",
            )


def _closes_late(subjects: pa.Table, closings: pa.Table, where: str) -> Iterator[Problem]:
    """A guessed moment may hide everybody who left early."""
    if not closings.num_rows or subjects["due_at"].null_count == subjects.num_rows:
        return
    with session() as db:
        db.register("subjects", subjects)
        db.register("closings", closings)
        early = db.sql(_CLOSES_EARLY).to_arrow_table().num_rows
    if not early:
        remedy = "if some are called off early, they are missing, or the moment at which that was known is too late"
        found = "no subject ever closes before its due"
        yield Problem(found, f"{where}.subjects.closed_when", remedy, severity="warning")


def _nobody_live(spine: pa.Table, where: str) -> Iterator[Problem]:
    if spine.num_rows == 0:
        remedy = "look at `where`, `due`, `ahead` and `age`, and whether the cutoffs lie in the years of the data"
        yield Problem("no subject is live at any cutoff", f"{where}.subjects", remedy, severity="warning")


def _nothing_matures(ws: Workspace, industry: str, spine: pa.Table, where: str) -> Iterator[Problem]:
    if spine.num_rows < _ENOUGH:  # with so little, something else is the matter
        return
    settings, first = ws.industry(industry), spine["cutoff"][0].as_py()
    known = ws.label_as_of(industry)
    if known - first < settings.horizon + settings.reporting_delay:
        horizon = format_duration(settings.horizon)
        found = f"the horizon {horizon} is longer than the data: no cutoff matures, so nothing can be learned"
        example = f"the first cutoff {first:%Y-%m-%d}, requests known until {known:%Y-%m-%d}"
        remedy = "choose a shorter horizon, or an earlier `cutoffs: {from: ...}`"
        yield Problem(found, f"{where}.horizon", remedy, example=example, severity="warning")


def _features_resolve(ws: Workspace, industry: str, spine: pa.Table) -> None:
    """Whether the declared views fit the sources; nothing is computed."""
    specs = {name: source.spec for name, source in ws.feature_sources(industry).items()}
    resolve(ws.feature_sets(industry), specs, ws.roles(industry), spine.column_names)
