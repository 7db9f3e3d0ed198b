"""Explanation: why this subject, in words that operations can act on.

    Contributions (points per feature) -> families -> reasons (table) -> words, in either language

Drivers of a prediction, never causes of a request. Imports `demand.contract` and `demand.models`; reads nothing.
"""

from demand.explanation.families import FamilyPoints, by_family
from demand.explanation.reasons import reasons
from demand.explanation.wording import format_value, word

__all__ = ["FamilyPoints", "by_family", "format_value", "reasons", "word"]
