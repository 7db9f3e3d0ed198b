"""Tonight's ranked list: every live subject with its probability, scenario, onset and reasons, into the store.

    live spine -> features -> bundle -> scores, score_axes, reasons   (each night of each table replaced at once)

A subject is asked about once a night. Running again gives the same rows; a model that has learned from labels later
than the moment asked for is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.compute as pc

from demand.contract import ContractError, LeakageError, Problem, StateError
from demand.models import Bundle
from features import FeatureSet
from pipelines.asked import asked_industries
from pipelines.freshness import say_stale
from pipelines.lock import hold
from pipelines.registry import load_bundle, load_champion
from pipelines.result import Result
from pipelines.runs import record
from pipelines.scoring.industry import Scored, score_industry
from pipelines.scoring.kept import committed_scores
from pipelines.scoring.night import ranked, stacked, write_night
from pipelines.workspace import Workspace

Progress = Callable[[str], None]

UNREGISTERED = "unregistered"


@dataclass(frozen=True)
class _Model:
    """What scores: a bundle, how the rows name it, and the feature sets it needs beside the workspace's."""

    bundle: Bundle
    version: str
    extra: Sequence[FeatureSet] = ()


def score(
    ws: Workspace,
    *,
    as_of: str | datetime | None = None,
    industries: Sequence[str] | None = None,
    model: Bundle | Result | str | None = None,
    dry_run: bool = False,
    replan: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Score every subject that is live at `as_of`; what was decided on already keeps the scores it was decided on.

    Parameters
    ----------
    ws : an open workspace
    as_of : the moment; by default the night after the newest row of any source
    industries : only these; what the night holds of others stays as it is
    model : what scores: the champion by default; an alias or version of the registry, a result of `train`, a bundle
    dry_run : show, write nothing
    replan : also replace the scores of what is decided; `decide` with the same option plans it again

    Returns
    -------
    Result
        `table`: subject_id, industry, p_request, scenario, onset_p50, reasons in words; the riskiest first.
        `extra`: the tables `scores`, `score_axes` and `reasons` as they were written.

    Raises
    ------
    LeakageError
        If the model has seen labels of an industry later than `as_of`.
    BusyError
        If another process works on the workspace.
    StateError
        If there is no model, or none for any of the industries.
    ContractError
        If an industry is unknown, or the features are not those of the model.
    """
    with nullcontext() if dry_run else hold(ws.state, what="score"):
        return _score(ws, as_of, industries, model, dry_run, replan, progress or (lambda line: None))


def _score(
    ws: Workspace,
    as_of: str | datetime | None,
    industries: Sequence[str] | None,
    model: Bundle | Result | str | None,
    dry_run: bool,
    replan: bool,
    say: Progress,
) -> Result:
    moment = ws.asked(as_of)
    asked = asked_industries(ws, industries)
    kept = {} if dry_run or replan else committed_scores(ws, moment, asked)
    if kept:
        say(f"{', '.join(kept)}: kept, the night is committed")
    missing = [name for name in asked if name not in kept]
    if not missing:
        return _result(ws, moment, asked, kept, kept)
    chosen = _choose(ws, model)
    names = [name for name in missing if name in chosen.bundle.industries]
    if not names:
        raise StateError(
            found=f"model {chosen.version} knows none of {', '.join(missing)}",
            expected="an industry that was trained",
            remedy=f"run `{ws.command('train')}`; its summary says what an industry lacks",
        )
    _refuse_what_has_been_seen(ws, chosen, names, moment)
    if dry_run:
        return _result(ws, moment, asked, _score_all(ws, moment, names, chosen, "dry-run", say), {})
    with record(ws, "score", moment) as run:
        run.model_version, run.input_digest = chosen.version, ws.digest()
        run.quarantined = sum(p.rows or 0 for p in ws.quarantined)
        scored = _score_all(ws, moment, names, chosen, run.run_id, say)
        run.counts.update({name: part.scores.num_rows for name, part in scored.items()})
        everything = {**kept, **scored}
        result = _result(ws, moment, asked, {name: everything[name] for name in asked if name in everything}, kept)
        run.message = in_the_way(result)
        write_night(ws, moment, missing, stacked(scored), run.run_id)
    return result


def in_the_way(result: Result) -> str | None:
    """What a night should not go by in silence: old data, industries without anybody."""
    named = {"warning": "", "nobody live": "nobody live "}
    return "; ".join(before + result.summary[k] for k, before in named.items() if k in result.summary) or None


def _choose(ws: Workspace, model: Bundle | Result | str | None) -> _Model:
    if isinstance(model, Bundle):
        return _Model(model, UNREGISTERED)
    if isinstance(model, Result):
        if "bundle" not in model.extra:
            raise ContractError(
                found=f"a result of `{model.verb}`", expected="one of `train`", remedy="pass model=train(ws, ...)"
            )
        return _Model(model.extra["bundle"], model.extra["version"], model.extra["extra"])
    return _Model(*(load_champion(ws) if model is None else load_bundle(ws, model)))


def _refuse_what_has_been_seen(ws: Workspace, model: _Model, names: Sequence[str], moment: datetime) -> None:
    seen = {n: model.bundle.label_as_of[n] for n in names if n in model.bundle.label_as_of}
    late = {name: at for name, at in seen.items() if at > moment}
    if late:
        raise LeakageError(
            found=f"model {model.version} has seen what happened after {ws.shown(moment)}",
            expected="a moment not before the newest label of training",
            remedy=f"ask for a later moment, or score with the model of `{ws.command('train', as_of=moment)}`",
            problems=[Problem(f"labels up to {ws.shown(at)}", name) for name, at in late.items()],
        )


def _score_all(
    ws: Workspace, moment: datetime, names: Sequence[str], model: _Model, run_id: str, say: Progress
) -> dict[str, Scored]:
    scored = {}
    for name in names:
        forecaster = model.bundle.industries[name]
        scored[name] = score_industry(
            ws, name, moment, forecaster, run_id=run_id, version=model.version, extra=model.extra
        )
        say(f"{name}: {scored[name].scores.num_rows:,} live subjects")
    return scored


def _result(
    ws: Workspace, moment: datetime, asked: Sequence[str], scored: dict[str, Scored], kept: Collection[str]
) -> Result:
    tables = stacked(scored)
    scores = tables["scores"]
    summary: dict[str, Any] = {
        "night": ws.shown(moment),
        "model": ", ".join(sorted(set(scores["model_version"].to_pylist()))) or "nobody to ask about",
        "subjects": scores.num_rows,
        "expected requests": round(float(pc.sum(scores["p_request"]).as_py() or 0.0), 1),
        **{name: f"{part.scores.num_rows:,} live" for name, part in scored.items() if part.scores.num_rows},
    }
    quiet = [name for name, part in scored.items() if not part.scores.num_rows]
    untrained = [name for name in asked if name not in scored]
    if kept:
        summary["kept"] = f"{', '.join(kept)}: the night is committed; `{_again(ws, moment)}` scores and plans it again"
    if quiet:
        summary["nobody live"] = (
            f"in {', '.join(quiet)}" if scores.num_rows else f"in any industry ({', '.join(quiet)})"
        )
    if untrained:
        summary["without a model"] = ", ".join(untrained)
    if stale := say_stale(ws, moment, list(scored)):
        summary["warning"] = stale
    summary["quarantined"] = sum(p.rows or 0 for p in ws.quarantined)
    return Result("score", summary, ranked(scored, scores), extra=tables)


def _again(ws: Workspace, moment: datetime) -> str:
    return ws.command("nightly", "--replan", as_of=moment)
