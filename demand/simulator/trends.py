"""What changes over the year: growth, more trouble per order, a storm, a new rule, a scenario that was not there."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.simulator.clock import FIRST_CONTACT_HOUR, day_number, instant

ORDERS_A_YEAR_LATER = 1.69
"""Orders grow by 69% a year."""

REQUESTS_A_YEAR_LATER = 2.02
"""Requests grow by 102% a year: each order causes more of them."""

RULE = "seven_day_refund"
RULE_ANNOUNCED, RULE_IN_FORCE = day_number(date(2024, 6, 14)), day_number(date(2024, 8, 1))
"""Prepaid cards: the principal is refunded in full within seven days of the purchase."""

PRIVACY_FROM = day_number(date(2024, 7, 1))
"""Restaurants begin to ask for phone numbers at the table; before, nobody complained about privacy."""

STORM_PROVINCE = "Zhejiang"
STORM_ALERT, STORM_LANDS, STORM_ENDS = (day_number(date(2024, 7, d)) for d in (23, 25, 27))
"""A typhoon: the alert, the first and the last day on which nothing goes as planned."""

STORM_KNOWN = int(instant(STORM_ALERT, FIRST_CONTACT_HOUR))
"""The instant of the alert: nothing before it may tell of the typhoon, so that it comes before that day's requests."""


def growth(day: ArrayLike, start: int) -> NDArray[np.float64]:
    """Orders of a day relative to those of an even year: starts below 1, ends above, 1 on average over the first."""
    years = (np.asarray(day, np.float64) - start) / 365.25
    log = np.log(ORDERS_A_YEAR_LATER)
    return np.asarray(np.exp(log * years) * log / (ORDERS_A_YEAR_LATER - 1), np.float64)


def drift(day: ArrayLike, start: int) -> NDArray[np.float64]:
    """Rates of a day relative to those of the first, the same in every industry and scenario."""
    years = (np.asarray(day, np.float64) - start) / 365.25
    return np.asarray((REQUESTS_A_YEAR_LATER / ORDERS_A_YEAR_LATER) ** years, np.float64)


def storm(day: ArrayLike) -> NDArray[np.float64]:
    """1 on the days of the typhoon."""
    days = np.asarray(day)
    return ((days >= STORM_LANDS) & (days <= STORM_ENDS)).astype(np.float64)
