"""The one number that sets how much the marketplace's interventions achieve altogether."""

from __future__ import annotations

SCALE = 1.12
"""Multiplies what every intervention takes off the log of the rates it covers.

Such that the frozen policy `default-v1` changes the requests of the scenarios it covers by about -12.9%: measured by
`experiments.grading.closed_loop`, -12.5% [-13.5%, -11.4%] over six seeds (experiments/grading/results). Harm is not
scaled: at 0, actions do nothing but wake people up.
"""
