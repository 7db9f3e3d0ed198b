"""What an intervention is worth, and what it costs, in cents.

    value = sum over the scenarios it covers of  P(a request it can still reach) x effect x cost of that request
    cost  = what is paid when it is sent + liability x P(the problem occurs)

A request that comes before the action can work (its start plus its lead time) is not counted: helping too late is
worth nothing. The effect is the catalogue's assumption until a readout replaces it.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from demand.catalog import Catalog, Intervention
from demand.decisions.live import DAY, Live, Micros


def covered(live: Live, action: Intervention) -> NDArray[np.bool_]:
    """Which of the S scenarios an intervention covers."""
    return np.array([action.covers(s) for s in live.scenarios], dtype=bool)


def probabilities(live: Live) -> NDArray[np.float64]:
    """Of a request within the horizon, by scenario: (n, S)."""
    return live.incidence.sum(axis=2)


def reachable(live: Live, fire_at: Micros, lead_time: timedelta) -> NDArray[np.float64]:
    """Of a request that comes after the action started at `fire_at` can work, by scenario: (n, S).

    Inside a bucket the risk is taken to be even.
    """
    effective = (fire_at - live.cutoff_micros) / DAY + lead_time / timedelta(days=1)
    start, end = live.bucket_days[:-1], live.bucket_days[1:]
    share = np.clip((end - effective[:, None]) / (end - start), 0.0, 1.0)
    return np.einsum("nsb,nb->ns", live.incidence, share)


def value_cents(live: Live, action: Intervention, reach: NDArray[np.float64], catalog: Catalog) -> NDArray[np.int64]:
    """What the requests that an intervention prevents would have cost: (n), rounded to cents."""
    cents = [
        catalog.request_cents(live.industry, s, live.catalog_industry) if action.covers(s) else 0
        for s in live.scenarios
    ]
    return np.rint(reach @ np.array(cents, dtype=np.float64) * action.effect.reduction).astype(np.int64)


def cost_cents(action: Intervention, probability: NDArray[np.float64]) -> NDArray[np.int64]:
    """What an intervention costs on average: (n), a contingent liability times its probability rounded up.

    Parameters
    ----------
    probability : (n) of any problem it covers
    """
    contingent = np.ceil(action.liability_cents * np.clip(probability, 0.0, 1.0))
    return action.cost_cents + contingent.astype(np.int64)
