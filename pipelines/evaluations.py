"""How good each model version was when it was trained, and which of that belongs to a night.

`state/evaluations/<version>.json` is written once and never changes; `state/evaluation.json` is the newest of them. A
night is described by the version that scored it, whatever was trained since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from demand.contract import StateError
from pipelines.disk import on_disk
from pipelines.runs import config_digest, read_runs
from pipelines.store import Store

NEWEST = "evaluation.json"


def write_evaluation(
    state: Path,
    version: str,
    label_as_of: Mapping[str, datetime],
    figures: Mapping[str, Any],
    *,
    basis: Mapping[str, Any] | None = None,
) -> Path:
    """Write what one version was measured to be; its own file first, then `state/evaluation.json`.

    Parameters
    ----------
    version : the registered model
    label_as_of : industry -> how far it has looked
    figures : industry -> its figures
    basis : what the training depended on, see `trained_on`
    """
    content = {
        "label_as_of": max(label_as_of.values()).isoformat(),
        "labels_as_of": {name: moment.isoformat() for name, moment in label_as_of.items()},
        "model_version": version,
        "trained_on": dict(basis or {}),
        "industries": dict(figures),
    }
    write_json(_path(state, version), content)
    return write_json(state / NEWEST, content)


def read_evaluation(state: Path, version: str | None = None) -> dict[str, Any]:
    """The evaluation of a version, by default of the newest; empty where none was written.

    Raises
    ------
    StateError
        If the file cannot be read.
    """
    if version is not None and _path(state, version).is_file():
        return read_json(_path(state, version))
    newest = read_json(state / NEWEST)
    return newest if version in (None, newest.get("model_version")) else {}


def evaluation_of_night(ws: Any, as_of: datetime) -> dict[str, Any]:
    """The figures of the versions that scored the night, an industry from its own version; else the newest.

    Parameters
    ----------
    ws : the workspace: `state` and its runs
    as_of : the night

    Returns
    -------
    dict
        `industries`: name -> figures; `label_as_of`: how far the models of the night's industries have looked, missing
        if that is not known.
    """
    store = Store(ws.state / "store")
    if not store.has("scores", as_of):
        return read_evaluation(ws.state)
    rows = store.read("scores", as_of=as_of, columns=["industry", "model_version"])
    pairs = rows.group_by(["industry", "model_version"]).aggregate([]).to_pylist()
    used = {row["industry"]: row["model_version"] for row in pairs}
    scoring = [r["model_version"] for r in read_runs(ws, as_of=as_of).to_pylist() if r["verb"] == "score"]
    newest = next((version for version in reversed(scoring) if version is not None), None)
    versions = list(dict.fromkeys([*([newest] if newest else []), *used.values()]))
    found = {version: read_evaluation(ws.state, version) for version in versions}
    industries = dict(found[newest].get("industries", {})) if newest else {}
    for name, version in used.items():
        industries.pop(name, None)
        if name in found[version].get("industries", {}):
            industries[name] = found[version]["industries"][name]
    looked = [found[v].get("labels_as_of", {}).get(n) or found[v].get("label_as_of") for n, v in used.items()]
    moments = [moment for text in looked if text and (moment := datetime.fromisoformat(text)) <= as_of]
    return {"industries": industries, **({"label_as_of": max(moments).isoformat()} if moments else {})}


def trained_on(
    ws: Any, industries: Sequence[str], *, as_of: datetime | None = None, extra: Sequence[Any] = ()
) -> dict[str, Any]:
    """What a training depends on, beside the toolkit: the same again need not be trained again."""
    return {
        "data_digest": ws.digest(),
        "config_digest": config_digest(ws.config),
        "as_of": None if as_of is None else as_of.isoformat(),
        "industries": list(industries),
        "extra": len(extra),
    }


def figures_table(figures: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """The plain numbers of every industry, side by side."""
    flat = {name: {k: v for k, v in f.items() if isinstance(v, int | float | str)} for name, f in figures.items()}
    columns = list(dict.fromkeys(k for f in flat.values() for k in f))
    return pa.Table.from_pylist([{"industry": name, **{c: f.get(c) for c in columns}} for name, f in flat.items()])


def read_json(path: Path, *, verb: str = "train") -> dict[str, Any]:
    """A JSON object that a verb has written; empty where there is none.

    Raises
    ------
    StateError
        If it cannot be read.
    """
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError(f"it holds a {type(content).__name__}")
    except (OSError, ValueError) as error:
        raise StateError(
            found=f"{path} cannot be read: {error}",
            expected="the JSON object that the toolkit wrote",
            remedy=f"delete it and run `demand {verb}`, which writes it again",
        ) from error
    return content


def write_json(path: Path, content: Any) -> Path:
    """The file is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".json.partial")
    try:
        with on_disk(path):
            text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
            partial.write_text(text, encoding="utf-8")
            return partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _path(state: Path, version: str) -> Path:
    return state / "evaluations" / f"{version}.json"
