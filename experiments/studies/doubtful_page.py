"""The page of the study `doubtful_columns`, from what it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

NAMES = {"city_hotel": "City hotel", "resort_hotel": "Resort hotel"}
MARKS = {
    "country": "Portugal",
    "deposit_type": "no refund",
    "booking_changes": "changed",
    "assigned_room_type": "other room than reserved",
    "total_of_special_requests": "with a request",
    "required_car_parking_spaces": "with parking",
    "adr": "price 0",
    "previous_cancellations": "cancelled before",
}


def page(kept: Mapping[str, Any]) -> str:
    """Markdown; a test renders it again from the kept figures."""
    parts = [_HEAD.strip(), "## With and without", _HOW.strip()]
    for name, hotel in kept["hotels"].items():
        parts += [f"### {NAMES[name]}", _about(hotel), _table(hotel["drop"], kept["columns"])]
        parts.append(_alarms(hotel["alarms"]))
    parts += ["## Bookings that differ in nothing but their outcome", _marks_words(kept["marks"])]
    parts.append(_marks_table(kept["marks"]["columns"]))
    parts += ["## What the proof says", _proof(kept["proof"])]
    return "\n\n".join(parts) + "\n"


_HEAD = """
# The doubtful columns of the hotels

Written by `python -m experiments.studies.doubtful_columns`.

The table of bookings behind [`examples/real`](../examples/real/README.md) was written when each booking was closed.
Eight of its columns look like facts about the booking and may have been overwritten later. The example hides them (the
assigned room until arrival, the others for good). This page shows what they would have been worth, and why that is not
to be had.
"""

_HOW = """
Each column was declared as known when the room was booked, and `demand backtest --drop` did the rest: the last slice
with all eight, without each, without all, and with each one alone. Gain is over the better of base rate and days table,
with a 95% interval; *alarm* names what lies above `evaluate.alarm_auroc`: `all` is a request of any kind.
"""


def _about(hotel: Row) -> str:
    levels = ", ".join(f"{name} {level:g}" for name, level in hotel["levels"].items()) or "the default"
    return (
        f"Trained at {hotel['t0'][:10]} on {hotel['rows_train']:,} rows, tested on {hotel['rows_test']:,} after it. "
        f"Alarm levels: {levels}."
    )


def _table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    scenarios = list(rows[0]["scenario"])
    named = " | ".join(f"AUROC {s.replace('_', ' ')}" for s in scenarios)
    lines = [f"| the model sees | gain | AUROC | {named} | alarm |", "|---|---|---|" + "---|" * (len(scenarios) + 1)]
    for row in sorted(rows, key=lambda row: _order(row, columns)):
        cells = [
            _sees(row),
            f"{row['gain']:.1%} [{row['gain_low']:.1%}, {row['gain_high']:.1%}]",
            f"{row['auroc']:.3f}",
        ]
        cells += [f"{row['scenario'][s]:.3f}" if s in row["scenario"] else "–" for s in scenarios]
        lines.append("| " + " | ".join([*cells, ", ".join(row["alarms"]).replace("_", " ") or "–"]) + " |")
    return "\n".join(lines)


def _order(row: Row, columns: Sequence[str]) -> tuple[int, int]:
    """None of them, each alone, all without each, all."""
    if row["kind"] == "all":
        return (3, 0)
    if len(row["columns"]) > 1:
        return (0, 0)
    return (1 if row["kind"] == "only" else 2, columns.index(row["columns"][0]))


def _sees(row: Row) -> str:
    if row["kind"] == "all":
        return "**all eight**"
    if len(row["columns"]) > 1:
        return "**none of them** (as the example does)"
    return f"+ {row['columns'][0]}" if row["kind"] == "only" else f"all but {row['columns'][0]}"


def _alarms(alarms: Sequence[str]) -> str:
    if not alarms:
        return "With all eight columns no alarm is given."
    return "With all eight columns the alarms are:\n\n" + "\n".join(f"- {alarm}" for alarm in alarms)


def _marks_words(marks: Row) -> str:
    return f"""
{marks["bookings"]:,} bookings stand in {marks["blocks"]:,} blocks that share everything known when they were made
(hotel, days, guests, rooms, agent ...), some cancelled and some kept. A column that was known then has no reason to
differ between the two; one that was written later has.
""".strip()


def _marks_table(columns: Row) -> str:
    lines = ["| column | mark | among the cancelled | among the kept |", "|---|---|---|---|"]
    lines += [f"| {c} | {MARKS[c]} | {m['cancelled']:.1%} | {m['kept']:.1%} |" for c, m in columns.items()]
    return "\n".join(lines)


def _proof(proof: Row) -> str:
    lines = [
        f"""
The proof of `demand check` takes the file at its word. Declared as known when booked, the mapping
{"passes" if proof["as_booked"] else "is refused"}: the proof cannot see a wrong declaration, and this is what the
alarms are for. Declared as known when it may have been written, and mapped all the same, every column is judged (over
every {proof["every"]}th booking):
""".strip(),
        "",
        "| column | known at | the proof | rows that moved |",
        "|---|---|---|---|",
    ]
    for column, witness in proof["as_written"].items():
        verdict = "refused" if witness["refused"] else "passed"
        at = {"closed_on": "the end of the booking", "arrival": "arrival"}[witness["written"]]
        lines.append(f"| {column} | {at} | {verdict} | {witness['rows']:,} |")
    return "\n".join(lines)
