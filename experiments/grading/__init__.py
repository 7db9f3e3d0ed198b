"""Grading: what the toolkit reaches, held against the simulator's truth, which nothing else may read.

    python -m experiments.grading achievable PATH    what any model could reach, and the best one on what is seen
    python -m experiments.grading rates PATH         whether requests come as often as the truth says

PATH is a workspace that `demand simulate` wrote. Nothing in the product imports this package.
"""
