"""The doubtful columns of the hotels, with and without: `python -m experiments.studies.doubtful_columns`.

`examples/real` hides eight columns of the bookings, because they may have been overwritten after the request. This
study declares them as if they had been known when the room was booked, backtests both hotels with and without them, and
asks two witnesses: bookings that are identical but for their outcome, and the proof that nothing looks ahead.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow.parquet as pq
import yaml

from examples.real import locate_data
from experiments.studies.doubtful_page import page
from pipelines.backtest import backtest
from pipelines.proof import prove
from pipelines.workspace import Workspace, open_workspace

HERE = Path(__file__).parent
RESULT = HERE / "results" / "doubtful_columns.json"
PAGE = HERE.parents[1] / "docs" / "doubtful-columns.md"

REAL = Path(locate_data.__file__).parent
DATA = "hotel_bookings.parquet"
HOTELS = ("city_hotel", "resort_hotel")
SAMPLED = 40

COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "country": ("category", "arrival", "country = 'PRT'"),
    "deposit_type": ("category", "closed_on", "deposit_type = 'Non Refund'"),
    "booking_changes": ("int", "closed_on", "booking_changes > 0"),
    "assigned_room_type": ("category", "arrival", "assigned_room_type <> reserved_room_type"),
    "total_of_special_requests": ("int", "closed_on", "total_of_special_requests > 0"),
    "required_car_parking_spaces": ("int", "closed_on", "required_car_parking_spaces > 0"),
    "adr": ("number", "closed_on", "adr = 0"),
    "previous_cancellations": ("int", "closed_on", "previous_cancellations > 0"),
}
"""Column -> its type, when it may really have been written, and a mark that is counted among identical bookings."""

_MARKS = """
WITH blocks AS (
    SELECT *, sum(is_canceled) OVER same AS cancelled, sum(1 - is_canceled) OVER same AS kept
    FROM bookings
    WINDOW same AS (PARTITION BY {block})
)
SELECT {shares}, count(DISTINCT ({block})) AS blocks, count(*) AS bookings
FROM blocks WHERE cancelled > 0 AND kept > 0
"""


def measure() -> dict[str, Any]:
    """Everything that the page says."""
    with TemporaryDirectory(prefix="demand-doubtful-") as folder:
        ws = open_workspace(workspace_with(COLUMNS, Path(folder, "all"), at={}))
        result = backtest(ws, HOTELS, origins=1, drop=tuple(COLUMNS), slices=False, progress=print)
        hotels = {
            name: {
                "t0": figures["pooled"].get("t0") or figures["origins"][0]["t0"],
                "rows_train": figures["origins"][0]["rows_train"],
                "rows_test": figures["origins"][0]["rows_test"],
                "levels": dict(ws.config.industries[name].evaluate.alarm_auroc),
                "alarms": [alarm["text"]["en"] for alarm in figures["alarms"]],
                "drop": [_short(row) for row in figures["drop"]],
            }
            for name, figures in result.figures.items()
        }
        witnesses = {column: _witness(column, Path(folder)) for column in COLUMNS}
        trusting = prove(_sampled(workspace_with(COLUMNS, Path(folder, "trusting"), at={})))
    return {
        "columns": list(COLUMNS),
        "hotels": hotels,
        "marks": _marks(),
        "proof": {"as_booked": trusting.passed, "as_written": witnesses, "every": SAMPLED},
    }


def workspace_with(columns: Iterable[str], root: Path, *, at: Mapping[str, str]) -> Path:
    """The hotels of `examples/real` in `root`, with further columns of the bookings.

    Parameters
    ----------
    columns : of `COLUMNS`
    at : when the file says that a column was known; without an entry, when the room was booked
    """
    root.mkdir(parents=True)
    shutil.copytree(REAL / "sources", root / "sources")
    shutil.copy(REAL / "catalog.yaml", root)
    config = yaml.safe_load((REAL / "demand.yaml").read_text(encoding="utf-8"))
    config["industries"] = {name: config["industries"][name] for name in HOTELS}
    config["tables"] = {"hotel": config["tables"]["hotel"]}
    used = {s for industry in config["industries"].values() for s in _sources_of(industry)}
    config["sources"] = {name: source for name, source in config["sources"].items() if name in used}
    columns = list(columns)
    known = config["tables"]["hotel"]["known"]
    for entry in known:
        entry["columns"] = [c for c in entry["columns"] if c not in columns]
    known += [{"at": at.get(column, "booked_on"), "columns": [column]} for column in columns]
    bookings = config["industries"][HOTELS[0]]["subjects"]["from"]
    config["sources"][bookings]["before"] |= {column: COLUMNS[column][0] for column in columns}
    sql = root / "sources" / f"{bookings}.sql"
    text, number = re.subn(r"\nFROM hotel\b", f",\n       {', '.join(columns)}\nFROM hotel", sql.read_text())
    assert number == 1, f"{sql.name} reads the bookings {number} times"
    sql.write_text(text)
    (root / "demand.yaml").write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return root


def _sources_of(industry: Mapping[str, Any]) -> list[str]:
    asked = industry["requests"] if isinstance(industry["requests"], list) else [industry["requests"]]
    closing = industry["subjects"]["closed_when"].partition(".")[0]
    return [industry["subjects"]["from"], closing, *(request["from"] for request in asked)]


def _witness(column: str, folder: Path) -> dict[str, Any]:
    """What the proof says when the file tells the truth about one column, and the SQL uses it all the same."""
    written = COLUMNS[column][1]
    proof = prove(_sampled(workspace_with([column], folder / column, at={column: written})))
    moved = [p for p in proof.problems if column in p.found or p.column == column]
    return {
        "written": written,
        "refused": not proof.passed,
        "rows": max((p.rows or 0 for p in moved or proof.problems), default=0),
        "found": (moved or list(proof.problems))[0].found if proof.problems else "",
    }


def _sampled(root: Path) -> Workspace:
    table = pq.read_table(locate_data.folder() / DATA)
    return open_workspace(root, frames={"hotel": table.take(list(range(0, table.num_rows, SAMPLED)))})


def _marks() -> dict[str, Any]:
    """Each mark among the cancelled and the kept, in blocks of bookings that share every column known when booked."""
    known = yaml.safe_load((REAL / "demand.yaml").read_text(encoding="utf-8"))["tables"]["hotel"]["row_id"]
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        bookings = db.read_parquet(str(locate_data.folder() / DATA))
        skipped = {"booked_on", "arrival"}
        block = [c for c in bookings.columns if c in known or c.startswith(("stays_", "arrival_date_"))]
        block = [c for c in [*block, "lead_time"] if c not in skipped]
        shares = ", ".join(
            f"avg(({mark})::INT) FILTER (is_canceled = {int(gone)}) AS {column}_{'cancelled' if gone else 'kept'}"
            for column, (_, _, mark) in COLUMNS.items()
            for gone in (True, False)
        )
        db.register("bookings", bookings.to_arrow_table())
        (row,) = db.sql(_MARKS.format(block=", ".join(block), shares=shares)).to_arrow_table().to_pylist()
    marks = {
        c: {"mark": m, "cancelled": row[f"{c}_cancelled"], "kept": row[f"{c}_kept"]} for c, (_, _, m) in COLUMNS.items()
    }
    return {"blocks": row["blocks"], "bookings": row["bookings"], "columns": marks}


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = ("kind", "columns", "log_loss", "gain", "gain_low", "gain_high", "auroc", "calibration_error")
    adds = ("full_adds", "full_adds_low", "full_adds_high")
    return {key: row[key] for key in (*plain, *adds, "alarms")} | {"scenario": row["scenario"]["auroc"]}


def main() -> None:
    """Measure, keep the figures, write the page."""
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(measure(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(json.loads(RESULT.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
