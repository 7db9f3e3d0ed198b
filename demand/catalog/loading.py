"""Reading a catalogue: the shipped one, a workspace's own on top, every problem at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from demand.catalog.catalog import Catalog
from demand.catalog.interventions import Intervention
from demand.catalog.scenarios import Expectation, Scenario
from demand.catalog.standards import Standard
from demand.catalog.strict_yaml import parse_shipped, parse_yaml
from demand.catalog.types import EVERYWHERE
from demand.contract import ConfigError, Problem

SHIPPED = "shipped"
_LISTS: dict[str, type[BaseModel]] = {
    "expectations": Expectation,
    "scenarios": Scenario,
    "interventions": Intervention,
    "standards": Standard,
}
_VALUES = "value_of_request_cents"
_Raw = dict[str, dict[str, tuple[str, dict[str, Any]]]]  # list -> id -> (where it was last changed, fields)


def load_catalog(entries: Sequence[str] = (SHIPPED,), root: str | Path = ".") -> Catalog:
    """Read catalogue files in order; later entries override earlier ones by id.

    Parameters
    ----------
    entries : `shipped`, or YAML files relative to `root`. A file's lists hold entries with an `id`; an entry whose id
        is known already changes only the fields that it names (`{id: hotel_confirm_call, cost_cents: 900}`, or
        `industries: []` to drop it).
    root : the workspace's folder

    Raises
    ------
    ConfigError
        Unknown keys (with the nearest right one), wrong values, references to unknown entries: all of them.
    """
    problems: list[Problem] = []
    raw: _Raw = {name: {} for name in _LISTS}
    values: dict[str, Any] = {}
    for where, content in _documents(entries, Path(root), problems):
        _merge(raw, values, where, content, problems)
    built: dict[str, Any] = {name: _build(name, raw[name], problems) for name in _LISTS}
    try:
        catalog = Catalog(**built, value_of_request_cents=values)
    except ValidationError as error:
        problems += [_problem(f"catalogue: {'.'.join(map(str, e['loc']))}", e, Catalog) for e in error.errors()]
        catalog = Catalog(**built)
    problems += _broken_references(raw)
    if problems:
        raise ConfigError(f"the catalogue has {len(problems)} problem(s)", problems=problems)
    return catalog


def _documents(entries: Sequence[str], root: Path, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    for entry in entries:
        if entry == SHIPPED:
            files = sorted(resources.files("demand.catalog").joinpath("shipped").iterdir(), key=lambda f: f.name)
            yield from ((f"shipped/{f.name}", parse_shipped(f.read_text("utf-8"))) for f in files)
            continue
        try:
            text = (root / entry).read_text("utf-8")
            if text.strip():
                yield entry, parse_yaml(text, name=entry, start="scenarios:")
        except OSError as error:
            remedy = "write `shipped`, or the path of a YAML file relative to the workspace"
            problems.append(Problem(f"cannot be read: {error.strerror}", where=f"catalog: {entry}", remedy=remedy))
        except UnicodeDecodeError:
            problems.append(Problem("is not UTF-8 text", where=entry, remedy="save it as UTF-8"))
        except ConfigError as error:
            problems += error.problems


def _merge(raw: _Raw, values: dict[str, Any], where: str, content: Any, problems: list[Problem]) -> None:
    if content is None:
        return
    if not isinstance(content, Mapping):
        remedy = f"write lists under {', '.join(_LISTS)}"
        problems.append(Problem("is not a mapping", where=where, remedy=remedy))
        return
    for key, part in content.items():
        place = f"{where}: {key}"
        if key == _VALUES and isinstance(part, Mapping):
            values.update(part)
        elif key not in _LISTS:
            found = "is not a mapping of industries" if key == _VALUES else "unknown key"
            problems.append(Problem(found, where=place, remedy=_nearest(str(key), [*_LISTS, _VALUES])))
        elif not isinstance(part, list):
            problems.append(Problem("is not a list", where=place, remedy="write `- id: ...` under it"))
        else:
            for number, fields in enumerate(part):
                if not isinstance(fields, Mapping) or not isinstance(fields.get("id"), str):
                    problems.append(Problem("has no id", where=f"{place}[{number}]", remedy="write `id: ...`"))
                    continue
                former = raw[key].get(fields["id"], (where, {}))[1]
                raw[key][fields["id"]] = (where, {**former, **fields})


def _build(name: str, raw: Mapping[str, tuple[str, dict[str, Any]]], problems: list[Problem]) -> tuple[Any, ...]:
    built = []
    for id, (where, fields) in raw.items():
        try:
            built.append(_LISTS[name](**fields))
        except ValidationError as error:
            place = f"{where}: {name}[{id}]"
            problems += [
                _problem(".".join([place, *map(str, e["loc"])]), e, _model_at(_LISTS[name], e["loc"]))
                for e in error.errors()
            ]
    return tuple(built)


def _problem(where: str, error: Any, model: type[BaseModel]) -> Problem:
    if error["type"] == "extra_forbidden":
        return Problem("unknown key", where=where, remedy=_nearest(str(error["loc"][-1]), list(model.model_fields)))
    if error["type"] == "missing":
        return Problem("is missing", where=where, remedy="write it")
    found, _, remedy = str(error["msg"]).removeprefix("Value error, ").partition("; ")
    example = None if isinstance(error.get("input"), Mapping) else repr(error.get("input"))
    return Problem(found, where=where, example=example, remedy=remedy or "write a value of that kind")


def _model_at(model: type[BaseModel], path: Sequence[Any]) -> type[BaseModel]:
    """The model whose key the last step of `path` is."""
    for step in path[:-1]:
        field = model.model_fields.get(str(step))
        kinds = [] if field is None else [field.annotation, *getattr(field.annotation, "__args__", ())]
        model = next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), model)
    return model


def _nearest(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"write {close[0]}" if close else f"write one of {', '.join(known)}"


_REFERENCES = (
    ("scenarios", "expectations", "expectations"),
    ("interventions", "scenarios", "scenarios"),
    ("standards", "scenario", "scenarios"),
)


def _broken_references(raw: _Raw) -> list[Problem]:
    """Names that lead nowhere, looked up as written: an entry that is wrong otherwise still names and is named."""
    problems = []
    for name, field, target in _REFERENCES:
        for id, (where, fields) in raw[name].items():
            for wanted in _names(fields.get(field)):
                if wanted not in raw[target] and wanted != EVERYWHERE:
                    found, remedy = f"unknown {target[:-1]} {wanted!r}", _nearest(wanted, list(raw[target]))
                    problems.append(Problem(found, where=f"{where}: {name}[{id}].{field}", remedy=remedy))
    for id, (where, fields) in raw["interventions"].items():
        here = set(_names(fields.get("industries")))
        for wanted in _names(fields.get("scenarios")):
            there = set(_names(raw["scenarios"].get(wanted, ("", {}))[1].get("industries")))
            if here and there and EVERYWHERE not in here | there and not here & there:
                found = f"scenario {wanted!r} occurs in {', '.join(sorted(there))} only"
                place = f"{where}: interventions[{id}].scenarios"
                problems.append(Problem(found, where=place, remedy="add its industry, or drop the scenario"))
    return problems


def _names(value: Any) -> list[str]:
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]
