"""What pydantic found, in the words of the house: the place in the file, what was expected, the nearest right key."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from demand.contract import Problem, Text
from pipelines.config.nearest import did_you_mean, nearest
from pipelines.config.sources import SIDES, SourceConfig

_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
_MISSING = ("missing", "missing_argument", "missing_keyword_only_argument")
_PLAIN = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dataclass_type": "a mapping with `en` and `zh`",
    "tuple_type": "a list",
    "date_type": "a date, as in 2016-01-04",
    "date_parsing": "a date, as in 2016-01-04",
    "date_from_datetime_parsing": "a date, as in 2016-01-04",
}

_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}


def config_problems(error: ValidationError, *, name: str, model: type[BaseModel]) -> list[Problem]:
    """Every error of a validation as a Problem.

    Parameters
    ----------
    error : what pydantic raised
    name : the file's name, for `where`
    model : the model that was validated; its field names make the suggestions
    """
    errors = error.errors(include_url=False)
    unknown = [e["loc"] for e in errors if e["type"] in _UNKNOWN]

    def misspelt(e: Any) -> bool:
        """A key is missing because it stands there under a similar name, which is said already."""
        beside = [str(loc[-1]) for loc in unknown if loc[:-1] == e["loc"][:-1]]
        return e["type"] in _MISSING and any(nearest(b, [str(e["loc"][-1])]) for b in beside)

    return [_problem(e, name, model) for e in errors if not misspelt(e)]


def place(name: str, loc: Sequence[Any]) -> str:
    """`demand.yaml: industries.hotel.requests[0].from`."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return f"{name}: {path}" if path else name


def _problem(error: Any, name: str, model: type[BaseModel]) -> Problem:
    loc = tuple(part for part in error["loc"] if part != "[key]")
    if loc[:2] == ("limits", "capacities") and len(loc) > 2:
        loc = ("limits", f"{loc[2]}_per_night")
    where, kind, value = place(name, loc), error["type"], error["input"]
    if kind in _UNKNOWN:
        owner = type_at(model, loc[:-1])
        if owner is SourceConfig and str(loc[-1]) in ("columns", "column", "fields"):
            sides = ", ".join(f"`{s}`" for s in SIDES)
            return Problem(
                f"unknown key `{loc[-1]}`",
                where,
                f"list each column under its causal side: {sides}; there is no default",
            )
        return Problem(f"unknown key `{loc[-1]}`", where, did_you_mean(str(loc[-1]), _keys(owner)))
    if kind in _MISSING:
        return Problem(f"`{loc[-1]}` is missing", where, "add it")
    if kind == "wrong":
        parts = error["ctx"]
        return Problem(parts["found"], where, parts["remedy"], parts["expected"])
    if kind == "literal_error":
        choices = error["ctx"]["expected"]
        options = [c.strip(" '") for c in choices.replace(" or ", ",").split(",")]
        return Problem(f"{value!r} is not possible here", where, did_you_mean(str(value), options), choices)
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return Problem(f"{value!r}", where, "write a number within these bounds", f"{words} {error['ctx'][bound]:g}")
    if kind in ("too_short", "string_too_short"):
        return Problem("is empty", where, "name at least one")
    expected = _PLAIN.get(kind, error["msg"][:1].lower() + error["msg"][1:])
    return Problem(f"{value!r}", where, expected=expected)


def type_at(model: Any, loc: Sequence[Any]) -> Any:
    """The type that stands at a place of the file."""
    current: Any = model
    for part in loc:
        current = _bare(current)
        if isinstance(current, type) and issubclass(current, BaseModel):
            fields = {f.alias or n: f for n, f in current.model_fields.items()}
            current = fields[part].annotation if part in fields else None
        elif get_origin(current) is dict:
            current = get_args(current)[1]
        elif get_origin(current) is tuple:
            current = get_args(current)[0]
    return _bare(current)


def _bare(annotation: Any) -> Any:
    """Without `Annotated` and `| None`."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif get_origin(annotation) in (Union, UnionType):
            annotation = next(a for a in get_args(annotation) if a is not NoneType)
        else:
            return annotation


def _keys(owner: Any) -> list[str]:
    if owner is Text:
        return ["en", "zh"]
    if isinstance(owner, type) and issubclass(owner, BaseModel):
        names = [f.alias or n for n, f in owner.model_fields.items()]
        return [n if n != "capacities" else "POOL_per_night" for n in names]
    return []
