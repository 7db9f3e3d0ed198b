"""Benchmarks: ratios and counts against named alternatives, measured in one run, kept as JSON.

    python -m experiments.benchmarks NAME --size small|full|large --json

Each module NAME has one function `run(size) -> dict`. `--size full` keeps its figures in `results/NAME.json`, any other
size with `--keep` in `results/NAME-SIZE.json`, with the commit, the machine and the date. Nothing in the product
imports this package.
"""
