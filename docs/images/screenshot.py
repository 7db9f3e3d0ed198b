"""The pictures of the operations page in the docs.

    .venv/bin/python docs/images/screenshot.py quickstart/reports/latest.html

writes `report.png` (top of the page, English), `report-zh.png` (the same in Chinese), `report-dark.png` and
`report-phone.png` beside this file. Needs a Chromium: DEMAND_CHROMIUM, or one on the PATH.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
DESKTOP, PHONE = {"width": 1280, "height": 1440}, {"width": 390, "height": 1440}
PICTURES: dict[str, dict[str, Any]] = {
    "report": {"viewport": DESKTOP},
    "report-zh": {"viewport": DESKTOP},
    "report-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "report-phone": {"viewport": PHONE},
}


def main(page: Path, folder: Path) -> None:
    """Take every picture of one page."""
    chromium = os.environ.get("DEMAND_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        sys.exit("no Chromium found; set DEMAND_CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        for name, options in PICTURES.items():
            _take(browser, page, folder / f"{name}.png", options)
        browser.close()


def _take(browser: Browser, page: Path, target: Path, options: dict[str, Any]) -> None:
    context = browser.new_context(**options)
    opened = context.new_page()
    opened.goto(page.resolve().as_uri() + ("?lang=zh" if target.stem.endswith("-zh") else ""))
    opened.screenshot(path=target)
    context.close()
    print(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent)
