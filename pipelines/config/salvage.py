"""Setting a broken part of the file aside, so that everything else can still be checked."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from pipelines.config.problems import type_at

_PLACEHOLDERS = {"workspace": "unnamed", "timezone": "UTC", "horizon": "1d"}


def plain_copy(value: Any) -> Any:
    """A deep copy in which nothing is shared any more (YAML aliases share)."""
    if isinstance(value, dict):
        return {k: plain_copy(v) for k, v in value.items()}
    return [plain_copy(v) for v in value] if isinstance(value, list) else value


def set_aside(data: dict[str, Any], loc: tuple[Any, ...], *, model: type[BaseModel]) -> None:
    """Remove the smallest part around a bad place without which the rest may be valid, or put a placeholder there."""
    for end in range(len(loc), 0, -1):
        owner, last = type_at(model, loc[: end - 1]), loc[end - 1]
        if last in _PLACEHOLDERS and _change(data, loc[:end], _PLACEHOLDERS[last]):
            return
        if _may_go(owner, last) and _change(data, loc[:end], None):
            return
    data.pop(loc[0], None)


def _may_go(owner: Any, key: Any) -> bool:
    if isinstance(owner, type) and issubclass(owner, BaseModel):
        fields = {f.alias or n: f for n, f in owner.model_fields.items()}
        return key not in fields or not fields[key].is_required()
    return getattr(owner, "__origin__", None) is dict


def _change(data: Any, loc: tuple[Any, ...], value: Any) -> bool:
    """Set (or, with None, delete) the value at a place; False if the file spells the place in another way."""
    for part in loc[:-1]:
        if isinstance(data, dict) and isinstance(part, int):
            continue  # one mapping stands for a list of one
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return False
    if not isinstance(data, dict) or (value is None and loc[-1] not in data):
        return False
    if value is None:
        del data[loc[-1]]
    else:
        data[loc[-1]] = value
    return True
