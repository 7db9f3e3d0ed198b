"""What interventions really do in the marketplace, as opposed to what the catalogue assumes.

An intervention multiplies the rates of the scenarios it covers by 1 - reduction x (0.4 + 1.2 r), where r in (0, 1) is
the subject's hidden response. A reminder to the tenth with the lowest response does harm: it tells people of a
problem they had not thought of.
"""

from __future__ import annotations

import numpy as np

from demand.catalog import Intervention
from demand.simulator.dice import Floats

TRUE_REDUCTION = {
    "reminder": 0.14,
    "in_process": 0.42,
    "expert_group": 0.38,
    "emergency_group": 0.30,
    "advance_compensation": 0.55,
    "guarantee": 0.10,
}
"""Mean relative reduction of the rate, by the kind of intervention."""

HARMED_BELOW = 0.1
HARM = 1.3


def rate_ratios(intervention: Intervention, scenarios: tuple[str, ...], response: Floats) -> Floats:
    """What the rates are multiplied by, of shape (subjects, scenarios).

    Parameters
    ----------
    intervention : its kind says how strong it is, its scenarios where it acts
    scenarios : of the industry, in the order of the columns
    response : the subjects' hidden response in (0, 1)
    """
    ratio = (1 - TRUE_REDUCTION[intervention.kind] * (0.4 + 1.2 * response)).clip(0.05, 1.0)
    if intervention.kind == "reminder":
        ratio = np.where(response < HARMED_BELOW, HARM, ratio)
    covered = np.array([intervention.covers(scenario) for scenario in scenarios])
    return np.where(covered[None, :], ratio[:, None], 1.0)
