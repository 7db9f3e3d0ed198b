"""Who could be helped tonight: the live subjects of one industry with what is predicted for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from demand.contract import ContractError

Micros = NDArray[np.int64]
"""Instants as microseconds since 1970 in UTC, `NEVER` where there is none."""

NEVER = np.iinfo(np.int64).min
DAY = 86_400_000_000


@dataclass(frozen=True)
class Live:
    """The live subjects of one industry at one cutoff, sorted by subject.

    Parameters
    ----------
    industry, catalog_industry : its name in the workspace, and in the catalogue where that is another
    cutoff : the moment we ask, in UTC
    subjects : (n) subject_id, and where known user_id, has_phone, consent (list of channels)
    scenarios : S names
    bucket_days : (B + 1) edges in days after the cutoff
    incidence : (n, S, B) probability that a request of that scenario comes in that bucket
    onset_p10, onset_p50, due : (n) when a request would come, and when the obligation is due
    by_consent : channels on which nobody is written to without consent, whatever the intervention says it needs
    """

    industry: str
    cutoff: datetime
    subjects: pa.Table
    scenarios: tuple[str, ...]
    bucket_days: NDArray[np.float64]
    incidence: NDArray[np.float64]
    onset_p10: Micros
    onset_p50: Micros
    due: Micros
    catalog_industry: str | None = None
    by_consent: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return self.subjects.num_rows

    @property
    def cutoff_micros(self) -> int:
        return to_micros(self.cutoff)

    @cached_property
    def users(self) -> list[str | None]:
        if "user_id" not in self.subjects.column_names:
            return [None] * len(self)
        return self.subjects["user_id"].to_pylist()


def live_subjects(
    scores: pa.Table,
    axes: pa.Table,
    industry: str,
    cutoff: datetime,
    *,
    catalog_industry: str | None = None,
    by_consent: Collection[str] = (),
) -> Live:
    """The subjects of one industry, from the tables `scores` and `score_axes` of one moment.

    Parameters
    ----------
    by_consent : channels of which it is known who agreed to them

    Raises
    ------
    ContractError
        If the axes do not name the industry's scenarios and buckets, or fit another number of incidences.
    """
    rows = scores.filter(pc.equal(scores["industry"], industry)).sort_by("subject_id")
    named = axes.filter(pc.equal(axes["industry"], industry)).to_pylist()
    if not named:
        raise ContractError(
            found=f"score_axes has no row of industry {industry}",
            expected="the scenarios and bucket edges of every scored industry",
            remedy="score this moment again",
        )
    scenarios, edges = tuple(named[0]["scenarios"]), np.array(named[0]["bucket_days"], dtype=np.float64)
    shape = (rows.num_rows, len(scenarios), len(edges) - 1)
    flat = pc.list_flatten(rows["incidence"]).to_numpy()
    if flat.size != np.prod(shape):
        raise ContractError(
            found=f"scores of {industry}: {flat.size:,} incidences",
            expected=f"{shape[0]:,} subjects x {shape[1]} scenarios x {shape[2]} buckets",
            remedy="score this moment again",
        )
    return Live(
        industry=industry,
        cutoff=cutoff,
        subjects=rows,
        scenarios=scenarios,
        bucket_days=edges,
        incidence=flat.reshape(shape).astype(np.float64),
        onset_p10=_micros(rows, "onset_p10"),
        onset_p50=_micros(rows, "onset_p50"),
        due=_micros(rows, "due_at"),
        catalog_industry=catalog_industry,
        by_consent=frozenset(by_consent),
    )


def to_micros(moment: datetime) -> int:
    """An instant as microseconds since 1970 in UTC, exactly."""
    return int(pa.scalar(moment, pa.timestamp("us", "UTC")).value)


def _micros(rows: pa.Table, column: str) -> Micros:
    if column not in rows.column_names:
        return np.full(rows.num_rows, NEVER, dtype=np.int64)
    return rows[column].cast(pa.int64()).fill_null(NEVER).to_numpy().astype(np.int64)
