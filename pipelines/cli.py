"""The `demand` command: one thin shell over each verb.

Heavy packages are imported inside the verbs' commands, so that `demand --help` answers at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from demand.contract import DemandError
from pipelines.cli_features import features_app
from pipelines.terminal import HERE, AsOf, Industry, Profile, Where, asked, opened, out, progress, refuse, show

# Threads that wait for work must not spin where several processes share the cores; read when LightGBM is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

app = typer.Typer(
    name="demand",
    help="Predict service requests before they happen, decide what to do about them tonight, and say why.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(features_app, name="features")


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="the folder to make")],
    template: Annotated[
        str, typer.Option(help="`empty`, `marketplace` (the embedded one) or `service_desk` (a public log)")
    ] = "empty",
) -> None:
    """Make a workspace from a template in which every line is explained.

    Example: `demand init lisbon-hotels`
    """
    from pipelines.init import init as verb

    show(verb(path, template=template, progress=progress))


@app.command()
def check(
    path: Where = HERE,
    proof: Annotated[bool, typer.Option(help="prove that nothing looks ahead")] = True,
    every: Annotated[bool, typer.Option("--all", help="prove it at every cutoff, not at a sample")] = False,
    known: Annotated[bool, typer.Option("--known", help="only say what is known when, column by column")] = False,
    profile: Profile = "default",
) -> None:
    """Every problem of configuration and data at once, and the proof that nothing looks ahead.

    Where something does, the rows that moved are shown, then and now. Ends with 1 if there is an error.
    Example: `demand check examples/real --all`
    """
    if known:
        from pipelines.check_known import as_tables as known_tables
        from pipelines.check_known import known as verb_known

        result = verb_known(opened(path, profile))
        for table in known_tables(result):
            out.print(table)
        show(result)
        return
    from pipelines.check import check as verb

    result = verb(path, profile=profile, proof=proof, all=every, progress=progress)
    for problem in result.extra["problems"]:
        out.print(f"{problem.severity}: {problem}", markup=False)
    if result.extra["proof"] is not None:
        from pipelines.proof.picture import as_tables

        for table in as_tables(result.extra["proof"].findings):
            out.print(table)
    show(result)
    if any(p.severity == "error" for p in result.extra["problems"]):
        raise typer.Exit(1)


@app.command()
def train(path: Where = HERE, as_of: AsOf = "latest", industry: Industry = None, profile: Profile = "default") -> None:
    """Features, per-industry models, calibration, an MLflow run and a registered candidate.

    Example: `demand train --as-of 2017-06-01 --industry city_hotel`
    """
    from pipelines.train import train as verb

    show(verb(opened(path, profile), as_of=asked(as_of), industries=industry, progress=progress))


@app.command()
def backtest(
    path: Where = HERE,
    industry: Industry = None,
    origins: Annotated[
        str | None, typer.Option(help="how many, or dates with commas between; by default `evaluate.origins`, or 4")
    ] = None,
    span: Annotated[str | None, typer.Option(help="how long each is tested, such as 28d; else until the next")] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(help="a doubtful column, or features by name or pattern: figures with and without; repeatable"),
    ] = None,
    slices: Annotated[bool, typer.Option(help="look at merchants that are new")] = True,
    as_of: AsOf = "latest",
    profile: Profile = "default",
) -> None:
    """Rolling origins against simple tables and the champion, slices of new merchants, leak alarms, and a page.

    Example: `demand backtest --industry city_hotel --origins 6 --drop country --drop deposit_type`
    """
    from pipelines.backtest import backtest as verb

    moments = None if origins is None else int(origins) if origins.isdigit() else origins.split(",")
    result = verb(
        opened(path, profile),
        industry,
        origins=moments,
        span=span,
        drop=drop or (),
        slices=slices,
        as_of=asked(as_of),
        progress=progress,
    )
    out.print(result.compare().round(4).to_string(), markup=False)
    if drop:
        out.print(result.drops().round(4).to_string(index=False), markup=False)
    show(result)


@app.command()
def score(
    path: Where = HERE,
    as_of: AsOf = "latest",
    industry: Industry = None,
    replan: Annotated[bool, typer.Option("--replan", help="also score again what is decided already")] = False,
    profile: Profile = "default",
) -> None:
    """Every live subject: probability, scenario, onset, and up to four reasons in words.

    What is decided keeps the scores it was decided on.

    Example: `demand score --as-of 2017-07-01`
    """
    from pipelines.score import score as verb

    show(verb(opened(path, profile), as_of=asked(as_of), industries=industry, replan=replan, progress=progress))


@app.command()
def decide(
    path: Where = HERE,
    as_of: AsOf = "latest",
    industry: Industry = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="plan and show, commit nothing")] = False,
    replan: Annotated[bool, typer.Option("--replan", help="replace what is not yet dispatched")] = False,
    profile: Profile = "default",
) -> None:
    """One intervention per subject at most, under budgets, capacities and caps, into the outbox.

    A committed night is final. Example: `demand decide --as-of 2017-07-01 --dry-run`
    """
    from pipelines.decide import decide as verb

    result = verb(
        opened(path, profile),
        as_of=asked(as_of),
        industries=industry,
        dry_run=dry_run,
        replan=replan,
        progress=progress,
    )
    show(result)


@app.command()
def dispatch(path: Where = HERE, as_of: AsOf = "latest", profile: Profile = "default") -> None:
    """The outbox to its channels; an interrupted dispatch goes on where it stopped, and sends nothing twice.

    Example: `demand dispatch --as-of 2017-07-01`
    """
    from pipelines.dispatch import dispatch as verb

    show(verb(opened(path, profile), as_of=asked(as_of), progress=progress))


@app.command()
def report(path: Where = HERE, as_of: AsOf = "latest", profile: Profile = "default") -> None:
    """One self-contained page for operations, in English and Chinese.

    Example: `demand report --as-of 2017-07-01`
    """
    from pipelines.report import report as verb

    show(verb(opened(path, profile), as_of=asked(as_of), progress=progress))


@app.command()
def nightly(
    path: Where = HERE,
    as_of: AsOf = "latest",
    industry: Industry = None,
    replan: Annotated[bool, typer.Option("--replan", help="score and plan again what is not yet dispatched")] = False,
    profile: Profile = "default",
) -> None:
    """check, score, decide, dispatch and report, in order; run again after a crash it finishes the same night.

    A workspace that never had a model is trained first, on what was known by that night.

    Example: `demand nightly --as-of 2017-07-01`
    """
    from pipelines.nightly import nightly as verb

    show(verb(opened(path, profile), as_of=asked(as_of), industries=industry, replan=replan, progress=progress))


@app.command()
def status(path: Where = HERE, profile: Profile = "default") -> None:
    """What ran, what is running, and what stands in the way, in one screen.

    Example: `demand status lisbon-hotels`
    """
    from pipelines.status import status as verb

    show(verb(opened(path, profile)))


@app.command()
def compare(
    a: Annotated[str, typer.Argument(help="a version, `champion`, `candidate`, `last`, `previous`, or a run's id")],
    b: Annotated[str, typer.Argument(help="the run it is compared with, named likewise")],
    path: Where = HERE,
    industry: Industry = None,
    profile: Profile = "default",
) -> None:
    """What differs between two training runs: data, code, configuration, features, parameters, metrics.

    Example: `demand compare champion candidate`
    """
    from pipelines.compare import compare as verb

    result = verb(opened(path, profile), a, b, industries=industry)
    out.print(result.extra["listing"], markup=False)
    show(result)


@app.command()
def simulate(
    path: Annotated[Path, typer.Argument(help="the folder to make")],
    size: Annotated[
        str, typer.Option(help="`default` (40,000 orders a year), `small` (4,000) or a number")
    ] = "default",
    seed: Annotated[int, typer.Option(help="the same seed makes the same marketplace")] = 7,
    policy: Annotated[str, typer.Option(help="what was done that year: `logged`, `confounded`, `none`")] = "logged",
    processes: Annotated[
        int, typer.Option(min=1, help="how many share the work of a large one; the files are the same")
    ] = 1,
    graded: Annotated[
        int, typer.Option(min=1, help="of how many orders a year, drawn evenly, the true chances are kept")
    ] = 100_000,
    summary: Annotated[bool, typer.Option(help="make nothing; say what can be reached on the one at PATH")] = False,
) -> None:
    """A marketplace with known truth, as a workspace.

    Example: `demand simulate market --size small`
    """
    from pipelines.achievable import achievable
    from pipelines.simulate import simulate as verb

    if summary:
        show(achievable(path))
        return
    show(verb(path, size=size, seed=seed, policy=policy, processes=processes, graded=graded, progress=progress))


@app.command()
def quickstart(
    path: Annotated[Path, typer.Argument(help="a folder to make, or a workspace to run")] = Path("quickstart"),
    size: Annotated[
        str, typer.Option(help="`default` (40,000 orders a year), `small` (4,000) or a number")
    ] = "default",
    seed: Annotated[int, typer.Option(help="the same seed makes the same marketplace")] = 7,
) -> None:
    """The whole chain, ending with what to open next: on the embedded marketplace, or on a workspace of yours.

    Example: `demand quickstart --size small`
    """
    from pipelines.quickstart import quickstart as verb

    show(verb(path, size=size, seed=seed, progress=progress))


def main(run: Callable[[], Any] = app) -> None:
    """Run the command; an error the toolkit raises on purpose is said in words and ends with 2."""
    try:
        run()
    except DemandError as error:
        refuse(error)
    except OSError as error:
        from pipelines.disk import disk_refusal

        refusal = disk_refusal(error, Path(error.filename or "a file"))
        if refusal is None:
            raise
        refuse(refusal)
