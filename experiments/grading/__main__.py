"""One question of grading: `python -m experiments.grading QUESTION PATH ...`."""

from __future__ import annotations

import argparse
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.grading", description=__doc__)
    questions = parser.add_subparsers(dest="question", required=True)
    reach = questions.add_parser("achievable", help="what any model could reach; writes achievable.json")
    reach.add_argument("path", type=Path, help="a workspace that `demand simulate` wrote")
    reach.add_argument("--rows", type=int, default=1_000_000, help="at most so many rows per industry")
    often = questions.add_parser("rates", help="whether requests come as often as the truth says")
    often.add_argument("path", type=Path, nargs="+", help="workspaces of different seeds")
    acted = questions.add_parser("arms", help="the same in worlds of their own, with random actions on half the orders")
    acted.add_argument("--seeds", type=int, default=5, help="the worlds of seeds 1 to so many")
    acted.add_argument("--orders", type=int, default=20_000, help="orders a year in each")
    drawn = questions.add_parser("pictures", help="volumes, scenarios, indicators, calendar and effects as SVG")
    drawn.add_argument("path", type=Path, help="a workspace that `demand simulate` wrote")
    drawn.add_argument("out", type=Path, help="the folder for the pictures")
    loop = questions.add_parser("closed_loop", help="what the policy does to requests; goes on where OUT ends")
    loop.add_argument("out", type=Path, help="the JSON file of the seeds")
    loop.add_argument("--orders", type=int, help="of each world, a year; by default nights.ORDERS_A_YEAR")
    loop.add_argument("--seeds", type=int, default=10, help="how many worlds")
    loop.add_argument("--nights", type=int, default=60, help="decided and dispatched, one after the other")
    loop.add_argument("--burn-in", type=int, default=150, help="days before the first night")
    loop.add_argument("--processes", type=int, default=1, help="at work at the same time, a world each")
    strength = questions.add_parser("calibrate", help="how strong actions have to be for the policy's known effect")
    strength.add_argument("--orders", type=int, help="of each world, a year; by default those of the loop")
    strength.add_argument("--seeds", type=int, help="how many worlds; by default calibrate.SEEDS")
    strength.add_argument("--processes", type=int, default=1, help="at work at the same time, a world each")
    asked = parser.parse_args()
    if asked.question == "achievable":
        from experiments.grading.achievable import achievable

        achievable(asked.path, rows=asked.rows, progress=print)
    elif asked.question == "arms":
        from experiments.grading.arms import arms

        arms(range(1, asked.seeds + 1), size=asked.orders, progress=print)
    elif asked.question == "closed_loop":
        from experiments.grading.closed_loop import closed_loop
        from experiments.grading.nights import ORDERS_A_YEAR, Setting

        setting = Setting(asked.orders or ORDERS_A_YEAR, asked.nights, asked.burn_in)
        closed_loop(asked.out, setting, seeds=asked.seeds, processes=asked.processes, progress=print)
    elif asked.question == "calibrate":
        from experiments.grading.calibrate import SEEDS, calibrate
        from experiments.grading.nights import ORDERS_A_YEAR, Setting

        setting = Setting(asked.orders or ORDERS_A_YEAR)
        calibrate(setting, seeds=asked.seeds or SEEDS, processes=asked.processes, progress=print)
    elif asked.question == "pictures":
        from experiments.grading.pictures import pictures

        pictures(asked.path, asked.out, progress=print)
    else:
        from experiments.grading.rates import rates

        rates(asked.path, progress=print)


if __name__ == "__main__":
    from pipelines.cli import main as in_words

    in_words(main)  # an error the toolkit raises on purpose is said, not traced
