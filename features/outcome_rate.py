"""How often past subjects of a group ended in a service request: the best that is known of small groups.

    outcome_rate("store", "365d")
    outcome_rate(("store", "user"), "90d", "all", scenario="late", smoothing=50)

It is easily made to leak, so it is declared and not written by hand. At cutoff t a past subject counts once, as soon as
one of its windows (with the reporting delay) is over before t, and with the requests that were known before t: the rows
of `role("outcomes")`. The group's rate is drawn towards that of the whole industry at the same moment, as if
`smoothing` more of its subjects had been seen: `(hits + smoothing * industry) / (subjects + smoothing)`.
"""

from __future__ import annotations

from typing import Any

from demand.contract import ContractError
from features.conditions import conditions_of
from features.declare import Windows
from features.feature import Feature, Features
from features.measures import REQUESTED, SMOOTHING, Aggregate, OutcomeRate, Role, Rows
from features.windows import Window, windows_of

_OUTCOMES = Rows(Role("outcomes"))


def outcome_rate(
    keys: str | tuple[str, ...], *windows: Windows, smoothing: float = SMOOTHING, **tests: Any
) -> Features:
    """The smoothed share of a group's past subjects that ended in a service request.

    Parameters
    ----------
    keys : whose rows: a key of the subjects, or several that must all be the same
    windows : when the newest window of a subject ended; none means all history
    smoothing : how many subjects of the whole industry a group starts with; above 0
    tests : which outcomes count, as in `where`; `requested=True` if not said, or for example `scenario="late"`

    Returns
    -------
    Features
        One for each window, each with the number of past subjects as its part. Null where the subject lacks a key, and
        where no outcome of the industry is known yet; a group without any past has the industry's rate.

    Raises
    ------
    ContractError
        If no key is named, or one twice, or the smoothing is not above 0.
    """
    names = (keys,) if isinstance(keys, str) else tuple(keys)
    if not names or len(set(names)) != len(names):
        raise ContractError(
            found=f"outcome_rate of the keys {names!r}",
            expected="one key, or several different ones",
            remedy='write for example outcome_rate("store", "365d") or outcome_rate(("store", "user"), "365d")',
        )
    if not 0 < smoothing < float("inf"):
        raise ContractError(
            found=f"outcome_rate with smoothing={smoothing!r}",
            expected="a number of rows above 0",
            remedy="leave it out, or write for example smoothing=20",
        )
    if any(w.since is not None or w.holiday for w in windows_of(windows)):
        raise ContractError(
            found="outcome_rate over a window that begins elsewhere for every subject",
            expected="a duration or all history, so that group and industry are seen over the same one",
            remedy='write for example outcome_rate("store", "365d")',
        )
    made = [_of_window(names, window, smoothing, tests) for window in windows_of(windows)]
    return Features(tuple(made))


def _of_window(keys: tuple[str, ...], window: Window, smoothing: float, tests: dict[str, Any]) -> Feature:
    share = conditions_of(tests) if tests else REQUESTED

    rate = OutcomeRate(
        share=Aggregate(keys, _OUTCOMES, "share", None, share, window),
        size=Aggregate(keys, _OUTCOMES, "count", None, (), window),
        everybody=Aggregate((), _OUTCOMES, "share", None, share, window),
        smoothing=float(smoothing),
    )
    marks = [condition.label for condition in share] if tests else []
    return Feature(rate, "_".join([*keys, "outcome_rate", *marks, window.label]))
