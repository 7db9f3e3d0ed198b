"""What became of an industry's past subjects, as a source that features read.

Rows whose subject was treated say what happens *with* us and are left out, as they are in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pyarrow as pa

from demand.contract import ColumnSpec, SourceSpec, SourceTable, Text

OUTCOMES = "outcomes"
"""The name of the synthetic source."""

TREATED = ("treat", "explore")
"""The arms of a decision in which something was done."""


def outcomes_source(
    source: SourceTable,
    spine: pa.Table,
    contacts: Sequence[tuple[pa.Table, timedelta]],
    *,
    horizon: timedelta,
    delay: timedelta,
) -> SourceTable:
    """The synthetic source `outcomes`: what became of each subject of a spine, from the moment when it was known.

    Parameters
    ----------
    source : where the subjects come from; its keys are carried over
    spine : the rows of the grid about whose subjects nothing was done
    contacts, horizon, delay : see `demand.subjects.make_outcomes`
    """
    from demand.subjects import make_outcomes
    from features.vocabulary import source_text

    subjects = source_text(source.spec)
    columns = {"requested": ColumnSpec("bool", "contact"), "scenario": ColumnSpec("category", "contact")}
    keys = ("subject", *(k for k in source.spec.keys if k != "subject"))
    spec = SourceSpec(OUTCOMES, "events", keys, columns, text=Text(f"past {subjects.en}", f"过往{subjects.zh}"))
    return SourceTable(spec, make_outcomes(spine, contacts, horizon=horizon, delay=delay))


def untreated(spine: pa.Table, labels: pa.Table) -> pa.Table:
    """The rows of a spine about whose subjects nothing was done until their window was over."""
    import pyarrow.compute as pc  # not needed to open a workspace

    return spine.filter(pc.invert(pc.is_in(labels["arm"], pa.array(TREATED))))
