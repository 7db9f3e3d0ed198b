"""Write docs/catalogue.md from the shipped catalogue: `python -m docs.catalogue`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from demand.catalog import Catalog, Intervention, Scenario, Standard, load_catalog
from demand.contract import Text

INDUSTRIES = {
    "catering": Text("Catering", "餐饮"),
    "hotel": Text("Hotels", "酒店"),
    "travel": Text("Travel", "旅游"),
    "beauty": Text("Beauty", "丽人医美"),
    "performances": Text("Performances", "演出"),
    "home_cleaning": Text("Home cleaning and care", "家政保洁"),
    "prepaid_card": Text("Prepaid multi-session cards", "预付次卡"),
    "retail": Text("Retail", "零售"),
}
_OPENING = """# The shipped catalogue

Written by `make docs` from `demand/catalog/shipped`. Costs and effects are assumptions to start from, to be replaced
by what is measured; a workspace changes them by id in its own `catalog.yaml` (see [workspace](workspace.md)).
Money is in the workspace's currency."""


def page() -> str:
    """The page, as Markdown: for every industry its scenarios and its actions, then expectations and pools."""
    catalog = load_catalog()
    parts = [_OPENING, *(_industry(catalog, name, text) for name, text in INDUSTRIES.items())]
    wishes = ([f"`{e.id}`", e.text.en, e.text.zh] for e in catalog.expectations)
    parts.append("## What customers want\n\n" + _table(["id", "English", "中文"], wishes))
    pools = sorted({i.capacity_pool for i in catalog.interventions if i.capacity_pool})
    used = (
        [f"`{pool}`", f"`{pool}_per_night`", ", ".join(f"`{i.id}`" for i in _drawing_on(catalog, pool))]
        for pool in pools
    )
    parts.append("## Capacity pools\n\n" + _table(["pool", "limit", "drawn on by"], used))
    return "\n\n".join(parts) + "\n"


def _industry(catalog: Catalog, name: str, text: Text) -> str:
    scenarios = (_scenario(catalog, name, s) for s in catalog.scenarios_of(name) if s.id != "unknown")
    actions = (_action(i) for i in catalog.interventions_of(name))
    return "\n\n".join(
        [
            f"## {text.en} {text.zh}",
            _table(["scenario", "leading indicators", "customers want", "actions", "standard"], scenarios),
            _table(["action", "what", "kind", "starts before", "pool", "cost", "assumed effect"], actions),
        ]
    )


def _scenario(catalog: Catalog, industry: str, scenario: Scenario) -> list[str]:
    standard = catalog.standard(industry, scenario.id)
    actions = [i.id for i in catalog.interventions_of(industry) if i.covers(scenario.id)]
    severity = "" if scenario.severity == "normal" else f"<br>{scenario.severity}"
    return [
        f"`{scenario.id}`<br>{_both(scenario.text)}{severity}",
        "<br>".join(_both(i) for i in scenario.indicators),
        ", ".join(scenario.expectations),
        "<br>".join(f"`{a}`" for a in actions),
        "" if standard is None else _promise(standard),
    ]


def _action(action: Intervention) -> list[str]:
    money = _money(action.cost_cents)
    if action.liability_cents:
        money += f", {_money(action.liability_cents)} if it happens"
    pool = f"`{action.capacity_pool}`" if action.capacity_pool else ""
    reduction = f"-{action.effect.reduction:.0%} ({action.effect.source.en})"
    kind = action.kind.replace("_", " ")
    return [f"`{action.id}`", _both(action.text), kind, _span(action.lead_time), pool, money, reduction]


def _promise(standard: Standard) -> str:
    said = f"first answer {_span(standard.first_response)}, solved {_span(standard.resolution)}"
    caps = {
        "none": "",
        "fixed": f"; at most {_money(standard.compensation_cap_cents or 0)}",
        "order_amount": f"; at most {_times(standard.cap_factor)}the order's amount",
        "first_night": f"; at most {_times(standard.cap_factor)}the first night",
    }
    return f"{said}{caps[standard.cap_basis]}; {standard.group.replace('_', ' ')} ({standard.source.en})"


def _drawing_on(catalog: Catalog, pool: str) -> Iterator[Intervention]:
    return (i for i in catalog.interventions if i.capacity_pool == pool)


def _both(text: Text) -> str:
    return f"{text.en} {text.zh}"


def _times(factor: float) -> str:
    return "" if factor == 1 else f"{factor:g} x "


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f}"


def _span(length: timedelta) -> str:
    minutes = int(length / timedelta(minutes=1))
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes and minutes % size == 0:
            return f"{minutes // size} {unit}"
    return f"{minutes} min"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    Path(__file__).with_suffix(".md").write_text(page(), "utf-8")
