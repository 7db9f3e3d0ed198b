"""`demand features list`: what the models of an industry see, and which shipped views lack something."""

from __future__ import annotations

from collections.abc import Sequence

from demand.contract import FeatureMeta, Language
from features import library_status
from pipelines.result import Result
from pipelines.workspace import Workspace


def list_features(ws: Workspace, *, industries: Sequence[str] | None = None, language: Language = "en") -> Result:
    """The features of each industry with unit and meaning, and the shipped views that are not active.

    Parameters
    ----------
    ws : an open workspace
    industries : only these
    language : of the descriptions, `en` or `zh`

    Returns
    -------
    Result
        `summary` counts features per industry; `extra["listing"]` is the text; `extra["meta"]` the FeatureMeta.
    """
    meta: dict[str, tuple[FeatureMeta, ...]] = {}
    lines: list[str] = []
    for industry in industries or ws.industries:
        meta[industry] = ws.features(industry, ws.live(industry, ws.last_fair_cutoff(industry))).meta
        views = library_status(ws.roles(industry), ws.feature_sources(industry), zone=ws.zone)
        view_of = {name: view.name for view in views if view.active for name in view.names}
        lines.append(f"{industry}: {len(meta[industry])} features")
        width = max((len(m.name) for m in meta[industry]), default=0)
        for one in meta[industry]:
            view = view_of.get(one.name, "own")
            lines.append(f"  {one.name:<{width}}  {one.unit:<9} {view:<22} {one.text[language]}")
        lines += [f"  not active: {v.name} ({'; '.join(v.lacks)})" for v in views if not v.active]
    return Result(
        "features list",
        {industry: f"{len(of)} features" for industry, of in meta.items()},
        extra={"listing": "\n".join(lines), "meta": meta},
    )
