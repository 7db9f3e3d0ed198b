"""Features, per-industry models, calibration, an honest evaluation, and a registered candidate.

examples -> evaluated as if trained at T0 -> fitted on all that has matured -> bundle -> MLflow -> `candidate`
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from demand.contract import StateError
from demand.models import Bundle, Forecaster
from features import FeatureSet
from pipelines.asked import asked_industries
from pipelines.evaluations import figures_table, trained_on, write_evaluation
from pipelines.lock import hold
from pipelines.registry import CONFIG_FILE, open_registry, publish
from pipelines.result import Result
from pipelines.runs import Run, record
from pipelines.training.deployment import build_bundle, deployed_label_as_of, example_rows, fit_deployed
from pipelines.training.evaluation import Evaluation, evaluate
from pipelines.training.examples import Examples, build_examples
from pipelines.training.written import log_evaluation, log_plots, run_tags, write_features
from pipelines.workspace import Workspace

Progress = Callable[[str], None]

FEW_SUBJECTS = 50
"""Fewer distinct subjects with requests than that, and the figures of an industry are hardly worth reading."""


@dataclass(frozen=True)
class _Trained:
    """One industry after training; `evaluation` is None where the time range has no room for one."""

    examples: Examples
    label_as_of: datetime
    model: Forecaster
    evaluation: Evaluation | None


def train(
    ws: Workspace,
    *,
    as_of: str | datetime | None = None,
    industries: Sequence[str] | None = None,
    extra: Sequence[FeatureSet] = (),
    progress: Progress | None = None,
) -> Result:
    """Train, evaluate and register the models of a workspace.

    Parameters
    ----------
    ws : an open workspace
    as_of : as if it were then: no label that was known later is used
    industries : only these; the bundle then holds these alone
    extra : feature sets beside the workspace's own; scoring needs them too, so pass the result to `score`

    Returns
    -------
    Result
        `table`: one row an industry, the figures of its last slice. `path`: `state/evaluation.json`.
        `extra`: `bundle`, `version`, `evaluation`, `extra`, `run_id` (of MLflow).

    Raises
    ------
    StateError
        If no industry has a single matured row.
    BusyError
        If another process works on the workspace.
    GateFailed
        If the registered bundle does not give the same predictions in a fresh process.
    ContractError, ConfigError
        If an industry is unknown, or `evaluate` names what is not there.
    """
    say = progress or (lambda line: None)
    moment = None if as_of is None else ws.parse_as_of(as_of)
    names = asked_industries(ws, industries)
    with hold(ws.state, what="train"), record(ws, "train", moment or ws.latest()) as run:
        trained: dict[str, _Trained] = {}
        for name in names:
            started = perf_counter()
            done = _train_industry(ws, name, moment, extra)
            say(f"{name}: {_say(done)} ({perf_counter() - started:.0f} s)")
            if done is not None:
                trained[name] = done
        if not trained:
            raise StateError(
                found=f"no row of {', '.join(names)} has matured",
                expected="cutoffs whose horizon and reporting delay lie inside the data",
                remedy="start `cutoffs: {from: ...}` earlier, or train at a later moment",
            )
        bundle = build_bundle(
            {name: t.model for name, t in trained.items()}, {name: t.label_as_of for name, t in trained.items()}
        )
        say("bundle: logged, and loaded again in a fresh process")
        version, run_id = _register(ws, run, trained, bundle)
        run.model_version, run.input_digest = version, ws.digest()
        run.quarantined = sum(p.rows or 0 for p in ws.quarantined)
        run.counts.update({name: len(t.examples) for name, t in trained.items()})
        figures = {name: _figures(t) for name, t in trained.items()}
        write_features(ws.state, {name: t.examples.meta for name, t in trained.items()})
        path = write_evaluation(
            ws.state,
            version,
            {name: t.label_as_of for name, t in trained.items()},
            figures,
            basis=trained_on(ws, names, as_of=moment, extra=extra),
        )
    summary = _summary(ws, names, trained, version)
    kept = {"bundle": bundle, "version": version, "evaluation": figures, "extra": tuple(extra), "run_id": run_id}
    return Result("train", summary, figures_table(figures), path, kept)


def _train_industry(ws: Workspace, name: str, moment: datetime | None, extra: Sequence[FeatureSet]) -> _Trained | None:
    known = ws.label_as_of(name)
    label_as_of = known if moment is None else min(known, moment)
    examples = build_examples(ws, name, label_as_of=label_as_of, extra=extra)
    deployed = deployed_label_as_of(ws, name, label_as_of)
    model = fit_deployed(ws, examples, deployed) if len(examples) else None
    return None if model is None else _Trained(examples, deployed, model, evaluate(ws, examples))


def _register(ws: Workspace, run: Run, trained: dict[str, _Trained], bundle: Bundle) -> tuple[str, str]:
    with open_registry(ws).run(run.run_id, run_tags(ws, run)) as tracked:
        tracked.text(ws.written_configuration(), CONFIG_FILE)
        for name, t in trained.items():
            likelihood = t.model.likelihood_
            tracked.params(
                {
                    f"{name}/label_as_of": t.label_as_of.isoformat(),
                    f"{name}/horizon": t.examples.horizon,
                    f"{name}/rows": t.model.rows_,
                    f"{name}/positives": t.model.positives_,
                    f"{name}/features": len(t.examples.meta),
                    f"{name}/rounds": likelihood.rounds_,
                    f"{name}/calibration": likelihood.calibrator_.to_dict(),
                    **{f"{name}/boosting/{k}": v for k, v in likelihood.boosting.to_dict().items()},
                }
            )
            if t.evaluation is not None:
                log_evaluation(tracked, name, t.evaluation.figures)
        log_plots(tracked, [t.evaluation for t in trained.values() if t.evaluation is not None])
        return publish(ws, tracked, bundle, example_rows({n: t.examples for n, t in trained.items()})), tracked.run_id


def _figures(trained: _Trained) -> dict[str, Any]:
    if trained.evaluation is not None:
        return trained.evaluation.figures
    return {
        "subjects": trained.examples.subjects(),
        "distinct_subjects_with_requests": trained.examples.subjects_with_requests(),
    }


def _say(trained: _Trained | None) -> str:
    if trained is None:
        return "no row has matured, no model"
    rows = f"{len(trained.examples):,} rows, {int(trained.examples.requested.sum()):,} with a request"
    if trained.evaluation is None:
        return f"{rows}, too short a time to evaluate"
    figures = trained.evaluation.figures
    return f"{rows}, gain {figures['gain']:.1%} [{figures['gain_low']:.1%}, {figures['gain_high']:.1%}]"


def _summary(ws: Workspace, names: Sequence[str], trained: dict[str, _Trained], version: str) -> dict[str, Any]:
    summary: dict[str, Any] = {"model": f"version {version}"}
    summary |= {name: _say(trained.get(name)) for name in names}
    few = {n: t.examples.subjects_with_requests() for n, t in trained.items()}
    warned = [f"{name} has {n} subjects with requests" for name, n in few.items() if n < FEW_SUBJECTS]
    warned += [f"{n}: {t.model.likelihood_.fallback_}" for n, t in trained.items() if t.model.likelihood_.fallback_]
    if warned:
        summary["take with care"] = "; ".join(warned)
    summary["quarantined"] = sum(p.rows or 0 for p in ws.quarantined)
    return summary
