"""What the policy really does: sixty nights with it and without it, in the same worlds.

    world ── rows ──> frozen scores -> store -> decide -> dispatch ── messages ──> the same world's next day

Each seed is a world that lives through a burn-in without actions and then through the nights, twice: once with every
night decided and dispatched by the product under the policy `default-v1`, once left alone. Both draw the same noise
(common random numbers), so they differ only by what was done and what followed from it.

What is counted: requests as the toolkit counts them (episodes of contacts that customers started, re-contacts merged)
that arose from the first night's cutoff until a day after the last one's, of *all* orders of the world, whether they
were live at a night or not, treated, blocked or held out; of *covered* scenarios, which are those that an intervention
of the catalogue addresses in their industry, in industries that are scored. The effect is
(with - without) / without. Beside it stand the same of customers who are not held out and of those who are, of the
other scenarios, and of the requests that the true rates made likely (`expected`), which have no luck of their own.

The limits of the shipped marketplace are meant for its 40,000 orders a year; they are scaled to the world's size.
What waits for a person's approval waits in vain, and is given up when it has lost its sense.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t as student

from demand.catalog import Catalog
from demand.contract import StateError
from demand.decisions import held_out, units
from experiments.grading.nights import START, Lived, Setting, live_through, workspace
from experiments.grading.observed import Predictor, teach

DEFAULT = Setting()


def covered(catalog: Catalog, scored: Mapping[str, Predictor]) -> set[tuple[str, str]]:
    """(industry, scenario) that some intervention addresses, in industries that are scored."""
    return {
        (industry, scenario)
        for industry, predictor in scored.items()
        for scenario in predictor.scenarios
        if any(action.covers(scenario) for action in catalog.interventions_of(industry))
    }


def graded_seed(seed: int, setting: Setting, predictors: Mapping[str, Predictor]) -> dict[str, Any]:
    """One seed, with and without; what stands about it in the file."""
    began = time.monotonic()
    acted, told = side(seed, setting, predictors, acting=True)
    alone, untold = side(seed, setting, predictors, acting=False)
    spent = acted.spent
    return {
        "effect": effect(told["requests"], untold["requests"]),
        "effect_expected": effect(told["expected"], untold["expected"]),
        "orders": alone.orders,
        "with": told,
        "without": untold,
        "arms": dict(spent.arms),
        "messages": spent.messages,
        "fund_limit_a_night": spent.fund_limit,
        "fund_paid": sum(spent.paid.values()),
        "fund_paid_most_for_a_night": max(spent.paid.values(), default=0),
        "fund_reserved_most_in_a_night": spent.fund_most_in_a_night,
        "actions_most_in_a_night": dict(spent.most_in_a_night),
        "by_intervention": dict(spent.by_intervention.most_common()),
        "seconds": round(time.monotonic() - began, 1),
    }


def side(
    seed: int, setting: Setting, predictors: Mapping[str, Predictor], *, acting: bool
) -> tuple[Lived, dict[str, Any]]:
    """One world with the policy or without, and its requests of covered scenarios.

    Counted altogether, of customers who are held out or not, and by industry; `expected` is how many the true rates of
    each day made likely, without the luck of the draws; `uncovered` are the requests of all other scenarios.
    """
    with tempfile.TemporaryDirectory(prefix="closed-loop-") as folder:
        ws = workspace(Path(folder), setting.orders)
        about = covered(ws.catalog, predictors)
        lived = live_through(seed, setting, predictors, ws, acting=acting)
    rows = lived.requests.to_pylist()
    mine = [row for row in rows if (row["industry"], row["scenario"]) in about]
    holdout = ws.config.holdout
    names = units([r["subject_id"] for r in mine], [r["user_id"] for r in mine], by=holdout.by)
    held = int(held_out(names, share=holdout.share, salt=holdout.salt).sum())
    return lived, {
        "requests": len(mine),
        "expected": round(sum(n for kind, n in lived.expected.items() if kind in about), 3),
        "not_held_out": len(mine) - held,
        "held_out": held,
        "uncovered": len(rows) - len(mine),
        "by_industry": dict(sorted(Counter(row["industry"] for row in mine).items())),
    }


def effect(acted: float, alone: float) -> float:
    """(with - without) / without; 0 where there is nothing to change."""
    return (acted - alone) / alone if alone else 0.0


def summary(seeds: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The effect over all seeds: pooled, and the mean over seeds with its 95% interval (Student's t; of one, none)."""
    graded = list(seeds.values())
    effects = np.array([seed["effect"] for seed in graded])
    mean, interval = float(effects.mean()), None
    if len(effects) > 1:
        half = float(student.ppf(0.975, len(effects) - 1) * effects.std(ddof=1) / math.sqrt(len(effects)))
        interval = [mean - half, mean + half]
    groups = ("requests", "expected", "not_held_out", "held_out", "uncovered")
    pooled = {g: effect(*(sum(seed[s][g] for seed in graded) for s in ("with", "without"))) for g in groups}
    return {
        "seeds": len(effects),
        "orders": sum(seed["orders"] for seed in graded),
        "mean": mean,
        "interval": interval,
        "pooled": pooled,
    }


def closed_loop(
    out: str | Path,
    setting: Setting = DEFAULT,
    *,
    seeds: int = 10,
    processes: int = 1,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Grade seeds 1, 2, ... and write each into `out` as soon as it is done; what stands there already is kept.

    Parameters
    ----------
    out : a JSON file; another call with the same setting goes on where it ends
    setting : how large, how long
    seeds : how many
    processes : at work at the same time, a seed each; the figures do not depend on it

    Returns
    -------
    the content of the file: setting, seeds, summary

    Raises
    ------
    StateError
        If the file is about another setting, or a night spent more than its limits.
    """
    say = progress or (lambda line: None)
    file = Path(out)
    found = _started(file, setting)
    missing = [seed for seed in range(1, seeds + 1) if str(seed) not in found["seeds"]]
    if missing:
        began = time.monotonic()
        predictors = teach(setting.lessons, START, setting.burn_in)
        say(f"closed loop: {', '.join(predictors)} learned in {time.monotonic() - began:.0f} s")
        for seed, graded in _graded(missing, setting, predictors, processes):
            found["seeds"][str(seed)] = graded
            _write(file, found)
            say(
                f"closed loop: seed {seed}: {graded['with']['requests']:,} requests with the policy, "
                f"{graded['without']['requests']:,} without: {graded['effect']:+.1%} ({graded['seconds']:.0f} s)"
            )
    _write(file, found)
    told = found["summary"]
    within = "" if told["interval"] is None else " [{:+.2%}, {:+.2%}]".format(*told["interval"])
    say(f"closed loop: {told['mean']:+.2%}{within} over {told['seeds']} seeds, {told['orders']:,} orders")
    return found


def _graded(
    seeds: Sequence[int], setting: Setting, predictors: Mapping[str, Predictor], processes: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    if processes == 1:
        for seed in seeds:
            yield seed, graded_seed(seed, setting, predictors)
        return
    with ProcessPoolExecutor(processes) as pool:
        running = {pool.submit(graded_seed, seed, setting, predictors): seed for seed in seeds}
        for done in as_completed(running):
            yield running[done], done.result()


def _started(file: Path, setting: Setting) -> dict[str, Any]:
    if not file.exists():
        return {"setting": setting.described(), "seeds": {}}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if found["setting"] != setting.described():
        raise StateError(
            found=f"{file} is about {found['setting']}",
            expected=f"{setting.described()}",
            remedy="name another file, or repeat the setting",
        )
    return found


def _write(file: Path, found: dict[str, Any]) -> None:
    """The whole file or the former one."""
    found["seeds"] = dict(sorted(found["seeds"].items(), key=lambda item: int(item[0])))
    found["summary"] = summary(found["seeds"])
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    file.parent.mkdir(parents=True, exist_ok=True)
    partial.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    partial.replace(file)
