"""What is said to whoever is contacted: the catalogue's wording with the order's own words, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from demand.catalog import Catalog
from demand.contract import Text

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_END_OF_DAY = time(23, 59, 59, 999999)


@dataclass(frozen=True)
class OrderWords:
    """What is known about an order beside its number; what is not known is said in general words."""

    store: str | None = None
    due: datetime | None = None


def message(decision: Mapping[str, Any], catalog: Catalog, order: OrderWords, zone: ZoneInfo) -> dict[str, Any]:
    """What goes to a channel for a decision to treat: a JSON object.

    Parameters
    ----------
    decision : a row of the decisions of a plan
    order : fills in the wording
    zone : in which days and hours are said

    Returns
    -------
    dict
        idempotency_key, decision_id, what and to whom, `text` with `en` and `zh`, fire_at and expires_at (ISO 8601).
    """
    action = catalog.intervention(decision["intervention"])
    return {
        "idempotency_key": decision["idempotency_key"],
        "decision_id": decision["decision_id"],
        "channel": action.channel,
        "audience": action.audience,
        "kind": action.kind,
        "intervention": action.id,
        "industry": decision["industry"],
        "scenario": decision["scenario"],
        "subject_id": decision["subject_id"],
        "user_id": decision["user_id"],
        "fire_at": decision["fire_at"].isoformat(),
        "expires_at": decision["expires_at"].isoformat(),
        "text": {
            language: action.wording[language].format(
                order=decision["subject_id"],
                store=order.store or Text("the store", "商家")[language],
                due=_said(order.due, zone, language),
                scenario=catalog.words(decision["scenario"])[language],
                amount=_money(action.liability_cents or action.cost_cents),
            )
            for language in ("en", "zh")
        },
    }


def _said(due: datetime | None, zone: ZoneInfo, language: str) -> str:
    """`3 Jul 2017, 14:30`; the day alone where the due is a whole day."""
    if due is None:
        return Text("the agreed time", "约定时间")[language]
    local = due.astimezone(zone)
    whole_day = local.time() == _END_OF_DAY  # how the contract writes a date
    if language == "zh":
        day = f"{local.year}年{local.month}月{local.day}日"
        return day if whole_day else f"{day}{local:%H:%M}"
    day = f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    return day if whole_day else f"{day}, {local:%H:%M}"


def _money(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"
