"""The night: check, score, decide, dispatch, report for one moment.

The first night of a workspace trains, on what was known at that moment. Later ones never do: a registry that is gone
is an error, not a new model.

Each stage replaces its own rows of the night atomically and the decisions commit in one transaction, so a night that
is killed anywhere is simply run again: it ends with the same tables. A night whose plan is committed keeps the scores
it was planned on, even after late data; `replan` scores and plans again what is not yet dispatched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from demand.contract import StateError
from pipelines.asked import asked_industries
from pipelines.check import require_checked
from pipelines.decide import decide, is_committed
from pipelines.dispatch import dispatch
from pipelines.lock import hold
from pipelines.registry import champion_version
from pipelines.report import report
from pipelines.result import Result
from pipelines.runs import DONE, read_runs, record
from pipelines.score import in_the_way, score
from pipelines.train import train
from pipelines.workspace import Workspace

Progress = Callable[[str], None]

_OF_SCORES = ("subjects", "nobody live", "without a model", "warning")


def nightly(
    ws: Workspace,
    *,
    as_of: str | datetime | None = None,
    industries: Sequence[str] | None = None,
    replan: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Run one night from check to report.

    Parameters
    ----------
    ws : an open workspace; one that never had a model is trained first, as of the night
    as_of : the night; the one after the newest row when not given
    industries : only these
    replan : score and plan again; what is dispatched stays

    Raises
    ------
    ConfigError, LeakageError
        If the check finds an error; nothing is scored.
    BusyError
        If another process works on the workspace.
    """
    say = progress or (lambda line: None)
    asked_industries(ws, industries)  # an unknown one is said before anything runs
    moment = ws.asked(as_of)
    night = ws.shown(moment)
    with hold(ws.state, what=f"nightly {night}"), record(ws, "nightly", moment) as run:
        say(f"check: {night}")
        checked = require_checked(ws, progress=progress)
        summary: dict[str, Any] = {"night": night, "quarantined": checked.summary["quarantined"]}
        if _never_trained(ws):
            say("train: the first night, on what was known by then")
            trained = train(ws, as_of=moment, industries=industries, progress=progress)
            names = [name for name in ws.industries if name in trained.summary]
            summary["trained"] = "; ".join(f"{name}: {trained.summary[name]}" for name in names)
        if is_committed(ws, moment, industries=industries) and not replan:
            say("score: kept, the night is committed")
        else:
            say("score: every live subject")
        scored = score(ws, as_of=moment, industries=industries, replan=replan, progress=progress)
        summary |= {k: scored.summary[k] for k in _OF_SCORES if k in scored.summary}
        run.message = in_the_way(scored)
        say("decide: under budgets, capacities and caps")
        decided = decide(ws, as_of=moment, industries=industries, replan=replan, progress=progress)
        say("dispatch: outbox to channels")
        sent = dispatch(ws, as_of=moment, progress=progress)
        run.counts.update({k: v for k, v in {**decided.summary, **sent.summary}.items() if isinstance(v, int)})
        summary |= {k: v for k, v in {**decided.summary, **sent.summary}.items() if k not in summary}
        say("report: the page")
        page = report(ws, as_of=moment, progress=progress)
    if page.path is None:
        raise StateError(
            found="the report wrote no page", expected="reports/<night>.html", remedy="run `demand report`"
        )
    say("done")
    return Result("nightly", summary, decided.table, page.path)


def _never_trained(ws: Workspace) -> bool:
    """Whether there is no model because there never was one."""
    if (ws.state / "mlflow.db").exists() and champion_version(ws) is not None:
        return False
    return not any(row["verb"] == "train" and row["status"] == DONE for row in read_runs(ws).to_pylist())
