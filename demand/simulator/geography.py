"""Cities and provinces: where a store is, and who lives under the path of a typhoon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.simulator.dice import Dice
from demand.simulator.trends import STORM_ALERT, STORM_ENDS, STORM_KNOWN, STORM_PROVINCE, storm


@dataclass(frozen=True)
class City:
    """A city; `weight` is its share of stores and users."""

    name: str
    province: str
    weight: float


CITIES = (
    City("Shanghai", "Shanghai", 0.17),
    City("Beijing", "Beijing", 0.15),
    City("Guangzhou", "Guangdong", 0.11),
    City("Shenzhen", "Guangdong", 0.10),
    City("Hangzhou", "Zhejiang", 0.09),
    City("Ningbo", "Zhejiang", 0.04),
    City("Chengdu", "Sichuan", 0.09),
    City("Wuhan", "Hubei", 0.07),
    City("Xi'an", "Shaanxi", 0.06),
    City("Sanya", "Hainan", 0.04),
    City("Luoyang", "Henan", 0.04),
    City("Weifang", "Shandong", 0.04),
)
NAMES = tuple(city.name for city in CITIES)
WEIGHTS = np.array([city.weight for city in CITIES])
_UNDER_THE_STORM = np.array([city.province == STORM_PROVINCE for city in CITIES])


def city_of(dice: Dice, stores: NDArray[np.int64]) -> NDArray[np.int64]:
    """The city of each store or user, as an index into `CITIES`; `dice` belongs to the industry or to everyone."""
    return dice.pick(WEIGHTS, "city", stores)


def in_storm(city: NDArray[np.int64], day: ArrayLike) -> NDArray[np.float64]:
    """1 where the typhoon is over this city on this day, shapes broadcast."""
    return np.asarray(_UNDER_THE_STORM[city] * storm(day), np.float64)


def in_known_storm(city: NDArray[np.int64], day: ArrayLike, at: ArrayLike) -> NDArray[np.float64]:
    """1 where the typhoon is over this city on this day and people knew it at these instants."""
    return np.asarray(in_storm(city, day) * (np.asarray(at) >= STORM_KNOWN), np.float64)


def in_surprising_storm(city: NDArray[np.int64], day: ArrayLike, at: ArrayLike) -> NDArray[np.bool_]:
    """Where the typhoon is over this city on this day, of which nobody knew at these instants."""
    return np.asarray((in_storm(city, day) > 0) & (np.asarray(at) < STORM_KNOWN), np.bool_)


def rains(market: Dice, city: NDArray[np.int64], day: ArrayLike) -> NDArray[np.bool_]:
    """Where and when there is an ordinary alert; `market` are the dice of what is shared by all industries."""
    return market.chance(0.012, "rain", city, day)


def alerted(market: Dice, city: NDArray[np.int64], day: ArrayLike) -> NDArray[np.bool_]:
    """Where an ordinary alert of the same day or the two before is still on people's minds."""
    days = np.asarray(day)
    return rains(market, city, days) | rains(market, city, days - 1) | rains(market, city, days - 2)


def storm_alerted(city: NDArray[np.int64], day: ArrayLike) -> NDArray[np.bool_]:
    """Where people have been warned of the typhoon, until it is over."""
    days = np.asarray(day)
    return _UNDER_THE_STORM[city] & (days >= STORM_ALERT) & (days <= STORM_ENDS)
