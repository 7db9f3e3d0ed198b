"""Benchmarks: ratios and counts against named alternatives, measured in one run, kept as JSON.

    python -m experiments.benchmarks NAME --size small|full --json

Each module NAME has one function `run(size) -> dict`. `--size full` keeps its figures in `results/NAME.json` with the
commit, the machine and the date. Nothing in the product imports this package.
"""
