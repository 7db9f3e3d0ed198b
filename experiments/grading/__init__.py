"""Grading: what the toolkit reaches, held against the simulator's truth, which nothing else may read.

    python -m experiments.grading achievable PATH    what any model could reach, and the best one on what is seen
    python -m experiments.grading rates PATH         whether requests come as often as the truth says
    python -m experiments.grading arms               the same in worlds of their own, half of whose orders are acted on
    python -m experiments.grading pictures PATH OUT  volumes, scenarios, indicators, calendar and effects as SVG
    python -m experiments.grading closed_loop OUT    what the policy does to requests, in worlds with and without it
    python -m experiments.grading calibrate          how strong actions have to be for the policy's known effect

PATH is a workspace that `demand simulate` wrote. Nothing in the product imports this package.
"""
