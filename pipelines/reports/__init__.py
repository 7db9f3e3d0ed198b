"""The nightly operations page: one self-contained HTML file in two languages.

    reading (workspace, store) -> inputs -> page (what it says: model) -> figures (SVG) -> render (templates)

Only `reading` knows a workspace and a store; the rest is pure. Imported by `pipelines.report` alone;
imports `demand` and `pipelines.store`, never another verb.
"""

from pipelines.reports.inputs import Inputs
from pipelines.reports.model import Page
from pipelines.reports.page import build_page
from pipelines.reports.reading import night_name, read_inputs
from pipelines.reports.render import render

__all__ = ["Inputs", "Page", "build_page", "night_name", "read_inputs", "render"]
