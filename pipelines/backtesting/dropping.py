"""With and without: what each doubtful column is worth, measured by leaving out everything that is made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from demand.contract import ContractError
from demand.evaluation import gain_interval
from pipelines.backtesting.alarms import levels, too_good
from pipelines.backtesting.folds import Fold, pool, said, scenario_aurocs
from pipelines.backtesting.material import Material
from pipelines.config import did_you_mean
from pipelines.training.figures import loss_figures, merit_figures, without_nan

ALL, WITHOUT, ONLY = "all", "without", "only"


@dataclass(frozen=True)
class Variant:
    """A model that does not see some features.

    Parameters
    ----------
    kind : `all` (it sees everything), `without` some columns, or `only` one of the named ones beside all others
    columns : those that are named in its row
    features : those that it does not see
    """

    kind: str
    columns: tuple[str, ...]
    features: frozenset[str]


def features_of(material: Material, name: str) -> tuple[str, ...]:
    """The features that go when `name` goes.

    Parameters
    ----------
    name : a source's column (`country`, `bookings.country`) or key, under the contract's name or the raw one under
        `from`; a source; or a feature, also as a pattern (`agent_*`)

    Returns
    -------
    in the order of the matrix; empty where nothing of the industry is made of it
    """
    wanted = {name.lower(), *_renamed(material, name)}
    found = set()
    for feature, reads in material.reads.items():
        for source, column in reads:
            plain = column.lower().removesuffix("_id")
            if {plain, column.lower(), f"{source.lower()}.{plain}", source.lower()} & wanted - {""}:
                found.add(feature)
        if fnmatchcase(feature.lower(), name.lower()):
            found.add(feature)
    return tuple(m.name for m in material.examples.meta if m.name in found)


def check_columns(materials: Sequence[Material], names: Sequence[str]) -> None:
    """Stop at names that mean nothing in any industry.

    Raises
    ------
    ContractError
        With the nearest right name.
    """
    for name in names:
        if not any(features_of(material, name) for material in materials):
            known = {column.partition(".")[2] for m in materials for column in m.columns()}
            known |= {feature for m in materials for feature in m.reads}
            raise ContractError(
                f"no feature is made of a column `{name}`",
                "a column of a source, a source, or a feature (also as a pattern: agent_*)",
                did_you_mean(name, known),
            )


def variants(material: Material, names: Sequence[str]) -> list[Variant]:
    """All columns; without each; without all; and with each one alone of those named. The same set stands once."""
    names = tuple(name for name in dict.fromkeys(names) if features_of(material, name))
    gone = {name: frozenset(features_of(material, name)) for name in names}
    every = frozenset().union(*gone.values())
    wanted = [Variant(ALL, (), frozenset())]
    wanted += [Variant(WITHOUT, (name,), gone[name]) for name in names]
    wanted += [Variant(WITHOUT, names, every)] if len(names) > 1 else []
    wanted += [Variant(ONLY, (name,), every - gone[name]) for name in names] if len(names) > 2 else []
    return list({v.features: v for v in reversed(wanted)}.values())[::-1]


def drop_figures(
    material: Material,
    folds: Sequence[Fold],
    names: Sequence[str],
    *,
    say: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """One row a variant, over all origins pooled: gain, ranking, calibration, alarm, and what the full model adds."""
    full = pool([said(fold) for fold in folds])
    limits = levels(material)
    rows = []
    for variant in variants(material, names):
        part = pool([said(fold.without(variant.features)) for fold in folds])
        adds, low, high = gain_interval(part.y, full.p, {"variant": part.p}, part.clusters)
        aurocs = scenario_aurocs(part)
        merit = merit_figures(part.y, part.p)
        rows.append(
            {
                "kind": variant.kind,
                "columns": list(variant.columns),
                "features": len(variant.features),
                **loss_figures(part.y, part.p, part.tables, part.clusters),
                **{key: merit[key] for key in ("auroc", "calibration_error", "lift_at_5_percent")},
                "scenario": {"auroc": aurocs},
                "alarms": too_good(limits, merit["auroc"], aurocs),
                "full_adds": adds,
                "full_adds_low": low,
                "full_adds_high": high,
            }
        )
        say(f"{material.industry}: {describe(variant)}, AUROC {merit['auroc']:.3f}")
    return [dict(without_nan(row)) for row in rows]


def describe(variant: Variant) -> str:
    """`all columns`, `without country`, `with country alone of them`."""
    if variant.kind == ALL:
        return "all columns"
    named = ", ".join(variant.columns)
    return f"without {named}" if variant.kind == WITHOUT else f"with {named} alone of them"


def _renamed(material: Material, name: str) -> set[str]:
    """`source.column` of the columns that are mapped `from` this raw name."""
    return {
        f"{source}.{column}".lower()
        for source, settings in material.ws.config.sources.items()
        for column, (_, spec) in settings.columns.items()
        if spec.source is not None and spec.source.lower() == name.lower()
    }
