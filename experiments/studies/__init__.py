"""Studies: comparisons behind a decision or a page of the docs, each a module that can be run again.

    python -m experiments.studies.NAME

A study keeps what it measured as `results/NAME.json` and renders its page from that alone. Nothing in the product
imports this package.
"""
