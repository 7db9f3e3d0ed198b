"""The one number that sets how much the marketplace's interventions achieve altogether."""

from __future__ import annotations

SCALE = 1.12
"""Multiplies what every intervention takes off the log of the rates it covers.

Such that the frozen policy `default-v1` changes the requests of the scenarios it covers by about -12.9%: expected
requests by -13.0% over the twelve worlds of `experiments.grading.calibrate`, before studios vanished less often, and
counted ones, in ten others, by -13.3% [-14.2%, -12.4%] (`experiments.grading.closed_loop`). Harm is not scaled: at 0,
actions do nothing but wake people up.
"""
