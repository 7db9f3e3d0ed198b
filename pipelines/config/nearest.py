"""The name somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The most similar of `names`, compared without case; None if none is similar."""
    by_lower = {n.lower(): n for n in sorted(names, reverse=True)}
    close = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A remedy: the nearest name, or all of them when there are few."""
    known = sorted(set(names))
    close = nearest(name, known)
    if close:
        return f"did you mean `{close}`?"
    listed = ", ".join(f"`{n}`" for n in known[:12])
    return f"there {'is' if len(known) == 1 else 'are'} {listed}{' ...' if len(known) > 12 else ''}" if known else ""
