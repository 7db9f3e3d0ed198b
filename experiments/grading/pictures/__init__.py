"""Pictures of a simulated marketplace, for the guide and for whoever wants to believe it: one SVG per question.

One module a picture (`volumes`, `scenarios`, `leads`, `calendar`, `effects`), each with one `draw(ws)`; `style` holds
what they share: sizes, colours, the axes of small multiples. What flows through: workspace -> counts -> figure -> SVG.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from experiments.grading.pictures import calendar, effects, leads, scenarios, volumes
from experiments.grading.pictures.style import written
from pipelines.workspace import Workspace, open_workspace

__all__ = ["pictures"]

_DRAWN: dict[str, Callable[[Workspace], Figure | None]] = {
    "volumes": volumes.draw,
    "scenarios": scenarios.draw,
    "leads": leads.draw,
    "calendar": calendar.draw,
    "effects": effects.draw,
}


def pictures(path: str | Path, out: str | Path, *, progress: Callable[[str], None] | None = None) -> list[Path]:
    """Draw every picture of the workspace at `path` into the folder `out`, and name the files.

    `volumes`: orders and requests over the year; `scenarios`: what is asked about, by month; `leads`: requests around
    leading indicators; `calendar`: orders and requests by kind of day; `effects`: what actions really did. A picture
    for which the workspace has too little is left out. The same workspace gives the same bytes.
    """
    say = progress or (lambda line: None)
    ws, folder = open_workspace(path), Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, draw in _DRAWN.items():
        figure = draw(ws)
        if figure is None:
            say(f"pictures: too little for {name}")
            continue
        drawn.append(written(figure, folder / f"marketplace-{name}.svg"))
        say(f"pictures: {drawn[-1]}")
    return drawn
