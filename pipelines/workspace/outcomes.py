"""What became of an industry's past subjects, as a source that features read.

Rows whose subject was treated say what happens *with* us and are left out, as they are in training.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import pyarrow as pa

from demand.contract import ColumnSpec, SourceSpec, SourceTable, Text

OUTCOMES = "outcomes"
"""The name of the synthetic source."""

TREATED = ("treat", "explore")
"""The arms of a decision in which something was done."""


class OutcomesSource(SourceTable):
    """The synthetic source `outcomes`; its rows are made when a feature first reads them."""

    def __init__(self, spec: SourceSpec, make: Callable[[], pa.Table]) -> None:
        object.__setattr__(self, "spec", spec)
        object.__setattr__(self, "_make", make)

    @cached_property
    def table(self) -> pa.Table:
        """The rows, as `demand.subjects.make_outcomes` gives them."""
        make: Callable[[], pa.Table] = self._make  # type: ignore[attr-defined]
        return make()


def outcomes_source(source: SourceTable, make: Callable[[], pa.Table]) -> OutcomesSource:
    """The synthetic source `outcomes`: what became of each past subject, from the moment when it was known.

    Parameters
    ----------
    source : where the subjects come from; its keys are carried over
    make : gives the rows when they are needed
    """
    from features.vocabulary import source_text

    subjects = source_text(source.spec)
    columns = {"requested": ColumnSpec("bool", "contact"), "scenario": ColumnSpec("category", "contact")}
    keys = ("subject", *(k for k in source.spec.keys if k != "subject"))
    spec = SourceSpec(OUTCOMES, "events", keys, columns, text=Text(f"past {subjects.en}", f"过往{subjects.zh}"))
    return OutcomesSource(spec, make)


def untreated(spine: pa.Table, labels: pa.Table) -> pa.Table:
    """The rows of a spine about whose subjects nothing was done until their window was over."""
    import pyarrow.compute as pc  # not needed to open a workspace

    return spine.filter(pc.invert(pc.is_in(labels["arm"], pa.array(TREATED))))
