"""What became of an industry's subjects each time they were asked about, as a source that features read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pyarrow as pa

from demand.contract import ColumnSpec, SourceSpec, SourceTable

OUTCOMES = "outcomes"
"""The name of the synthetic source."""


def outcomes_source(
    source: SourceTable,
    spine: pa.Table,
    contacts: Sequence[tuple[pa.Table, timedelta]],
    *,
    horizon: timedelta,
    delay: timedelta,
) -> SourceTable:
    """The synthetic source `outcomes`: a row for each row of the spine, from the moment when its label was known.

    Parameters
    ----------
    source : where the subjects come from; its keys are carried over
    spine : the grid, from `demand.subjects.build_spine`
    contacts, horizon, delay : see `demand.subjects.make_outcomes`
    """
    from demand.subjects import make_outcomes

    columns = {"requested": ColumnSpec("bool", "contact"), "scenario": ColumnSpec("category", "contact")}
    spec = SourceSpec(OUTCOMES, "events", ("subject", *(k for k in source.spec.keys if k != "subject")), columns)
    return SourceTable(spec, make_outcomes(spine, contacts, horizon=horizon, delay=delay))
