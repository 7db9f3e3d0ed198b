"""The seam between what is asked and how it is computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.contract import SourceTable
from features.plan import Plan


class Engine(Protocol):
    """Computes the columns of a plan."""

    def run(self, spine: pa.Table, sources: Mapping[str, SourceTable], plan: Plan, zone: ZoneInfo) -> pa.Table:
        """Compute every column of the plan at every row of the spine.

        Parameters
        ----------
        spine : subject_id, cutoff, `<key>_id` columns, opened_at and due_at if any
        sources : by name, as in the plan
        zone : business time, for local dates

        Returns
        -------
        table of shape (rows of the spine, columns of the plan)
            in the order of both; numbers float64, categories strings
        """
        ...
