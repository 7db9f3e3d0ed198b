"""One coherent object: when, what and how likely are three views of the same numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from demand.contract import ContractError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """What may happen to each subject within the horizon.

    Parameters
    ----------
    scenarios : names, (scenarios,)
    bucket_days : edges of the time buckets in days after the cutoff, (buckets + 1,), from 0 to the horizon
    incidence : (rows, scenarios, buckets) probability that the request of that scenario comes in that bucket
    """

    scenarios: tuple[str, ...]
    bucket_days: tuple[float, ...]
    incidence: Floats

    def __len__(self) -> int:
        return len(self.incidence)

    @property
    def p_request(self) -> Floats:
        """Probability of a request within the horizon, (rows,)."""
        return np.minimum(self.incidence.sum(axis=(1, 2)), 1.0)

    @property
    def scenario(self) -> Floats:
        """Distribution over scenarios given a request, (rows, scenarios); each row sums to 1."""
        return _normalised(self.incidence.sum(axis=2))

    @property
    def top_scenario(self) -> list[str]:
        """The likeliest scenario of each row."""
        best = self.incidence.sum(axis=2).argmax(axis=1)
        return [self.scenarios[i] for i in best]

    def onset(self, q: float) -> Floats:
        """Days after the cutoff by which a share `q` of the requests has come, given that one comes, (rows,).

        Within a bucket requests come evenly; NaN where no request can come.

        Raises
        ------
        ContractError
            If `q` is not strictly between 0 and 1.
        """
        if not 0 < q < 1:
            raise ContractError(
                found=f"quantile {q}", expected="a number between 0 and 1", remedy="write for example 0.5"
            )
        mass_by_bucket = self.incidence.sum(axis=1)
        curve = _normalised(mass_by_bucket)
        reached = np.cumsum(curve, axis=1)
        bucket = np.minimum((reached < q).sum(axis=1), curve.shape[1] - 1)
        rows = np.arange(len(curve))
        mass = curve[rows, bucket]
        before = reached[rows, bucket] - mass
        inside = np.clip((q - before) / np.where(mass > 0, mass, 1.0), 0.0, 1.0)
        edges = np.asarray(self.bucket_days)
        days = edges[bucket] + inside * (edges[bucket + 1] - edges[bucket])
        return np.where(mass_by_bucket.sum(axis=1) > 0, days, np.nan)


def _normalised(mass: Floats) -> Floats:
    """Rows that sum to 1; a row without any mass is spread evenly."""
    total = mass.sum(axis=1, keepdims=True)
    return np.where(total > 0, mass / np.where(total > 0, total, 1.0), 1.0 / mass.shape[1])
