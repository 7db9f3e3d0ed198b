"""The page `reports/backtest.html`: one self-contained file, in the style and the words of the nightly page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count as counter
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from demand.contract import DemandError, Text
from pipelines.backtesting.panels import Panels, noun
from pipelines.backtesting.words import say
from pipelines.reports.numerals import full_day
from pipelines.reports.render import asset, both, policy, strong
from pipelines.workspace import Workspace

FILE = "backtest.html"


def write_page(ws: Workspace, figures: Mapping[str, Any]) -> Path:
    """Write the page of a backtest's figures; a reader sees the former page or this one. Returns its path."""
    path = ws.root / "reports" / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".html.partial")
    html = render(
        figures,
        workspace=ws.config.workspace,
        names={name: settings.text or Text(name, name) for name, settings in ws.config.industries.items()},
        scenarios=_scenarios(ws),
        digest=ws.digest(),
    )
    partial.write_text(html, encoding="utf-8")
    return partial.replace(path)


def render(
    figures: Mapping[str, Any],
    *,
    workspace: str,
    names: Mapping[str, Text],
    scenarios: Mapping[str, Text],
    digest: str,
    written: datetime | None = None,
) -> str:
    """The page as HTML. Everything that comes from data is escaped, and nothing but the page's own script may run.

    Parameters
    ----------
    figures : industry -> what `state/backtest.json` says
    names, scenarios : the words for industries and scenarios
    written : when; now by default
    """
    own = (files("pipelines.backtesting") / "templates" / "backtest.css").read_text(encoding="utf-8").strip()
    style, script = f"{asset('page.css')}\n{own}", asset("page.js")
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("pipelines.backtesting"), PackageLoader("pipelines.reports")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "both": both,
        "say": say,
        "strong": strong,
        "t": lambda key, **fields: both(say(key, **fields)),
    }
    ids = counter(1)
    day = (written or datetime.now(UTC)).date()
    known = max(datetime.fromisoformat(f["label_as_of"]) for f in figures.values())
    alarms = sum(len(f["alarms"]) for f in figures.values())
    title = say("backtest_title")
    return environment.get_template("backtest.html").render(
        title=Text(f"{workspace} · {title.en}", f"{workspace} · {title.zh}"),
        workspace=workspace,
        lead=say(
            "backtest_lead",
            better=sum((f["pooled"]["gain_low"] or 0) > 0 for f in figures.values()),
            all=noun("industries", len(figures)),
        ),
        alarm_line=say("alarms_some", number=alarms) if alarms else say("alarms_none"),
        made_from=say("made_from", day=full_day(day), digest=digest[:12], known=full_day(known.date())),
        industries=[
            Panels(f"industry-{i}", names.get(name, Text(name, name)), one, scenarios).section()
            for i, (name, one) in enumerate(figures.items(), start=1)
        ],
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
        new_id=lambda: f"table-{next(ids)}",
    )


def _scenarios(ws: Workspace) -> dict[str, Text]:
    try:
        return {one.id: one.text for one in ws.catalog.scenarios}
    except DemandError:  # a catalogue that does not fit is a matter of `check`; names stand for themselves
        return {}
