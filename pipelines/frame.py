"""What a notebook shows: facts, and the head of a table, as HTML that follows the page's light or dark colours.

Arrow tables pass between the layers; a `Frame` is an Arrow table dressed to be looked at. Whatever stands in a cell
comes from somebody's data, so everything is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from html import escape
from typing import Any

import pyarrow as pa

HEAD = 8
FIRST_COLUMNS, LAST_COLUMNS = 9, 5
"""Of a wide table: its keys and first columns, and its last ones, where the labels stand."""

MOST_TEXT = 60

_STYLE = """
.demand-card{font-family:system-ui,sans-serif;font-size:13px;line-height:1.45;max-width:100%;margin:.4em 0}
.demand-card h4{margin:0 0 .35em;font-size:14px;font-weight:600}
.demand-card .scroll{overflow-x:auto}
.demand-card table{border-collapse:collapse;border:0;margin:.2em 0 .5em;font-size:13px;color:inherit;background:none}
.demand-card tr,.demand-card tbody tr:nth-child(odd){background:none}
.demand-card th,.demand-card td{border:0;padding:.2em .8em .2em 0;text-align:left;vertical-align:top;color:inherit;
  white-space:nowrap}
.demand-card th{font-weight:500;opacity:.7}
.demand-card table.facts td{white-space:normal;max-width:60em}
.demand-card table.rows thead th{border-bottom:1px solid rgba(128,128,128,.6)}
.demand-card table.rows thead small{display:block;font-weight:400;opacity:.8}
.demand-card table.rows tbody td{border-bottom:1px solid rgba(128,128,128,.22)}
.demand-card .number{text-align:right;font-variant-numeric:tabular-nums}
.demand-card .null{opacity:.4}
.demand-card p{margin:.1em 0 .6em;opacity:.7}
""".replace("\n", "")


@dataclass(frozen=True)
class Frame:
    """An Arrow table that shows itself in a notebook; any library that takes Arrow takes it.

    Parameters
    ----------
    title : what it is
    table : the rows
    facts : what a person wants to know first, in the order of reading
    zone : in which moments are shown
    """

    title: str
    table: pa.Table
    facts: Mapping[str, Any] = field(default_factory=dict)
    zone: tzinfo | None = None

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, column: str) -> Any:
        """A column as a pandas series."""
        return self.table[column].to_pandas()

    @property
    def columns(self) -> list[str]:
        return list(self.table.column_names)

    def to_pandas(self) -> Any:
        """The rows as a pandas frame."""
        return self.table.to_pandas()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"<{self.title}: {len(self):,} rows, {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        return card(self.title, facts_html(self.facts), table_html(self.table, zone=self.zone))


def card(title: str, *parts: str) -> str:
    """Parts of HTML under a title."""
    return f'<div class="demand-card"><style>{_STYLE}</style><h4>{escape(title)}</h4>{"".join(parts)}</div>'


def note_html(text: str) -> str:
    """A line below a table."""
    return f"<p>{escape(text)}</p>"


def facts_html(facts: Mapping[str, Any]) -> str:
    """Names and values, one pair a line."""
    rows = "".join(f"<tr><th>{escape(str(k))}</th><td>{escape(str(v))}</td></tr>" for k, v in facts.items())
    return f'<table class="facts">{rows}</table>' if rows else ""


def table_html(table: pa.Table, *, zone: tzinfo | None = None, head: int = HEAD, types: bool = True) -> str:
    """The first rows of a table, numbers to the right; what is left out is said."""
    wide = table.num_columns > FIRST_COLUMNS + LAST_COLUMNS
    places = [*range(FIRST_COLUMNS), *range(-LAST_COLUMNS, 0)] if wide else list(range(table.num_columns))
    shown = table.slice(0, head).select([place % table.num_columns for place in places])
    columns = [_column(f, c, zone, types) for f, c in zip(shown.schema, shown.columns, strict=True)]
    if wide:
        columns.insert(FIRST_COLUMNS, ["<th>…</th>", *["<td>…</td>"] * shown.num_rows])
    titles, *lines = ("".join(line) for line in zip(*columns, strict=True))
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    rows = (
        f'<div class="scroll"><table class="rows"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'
    )
    return rows + _left_out(table, shown)


def _column(of: pa.Field, values: pa.ChunkedArray, zone: tzinfo | None, types: bool) -> list[str]:
    """The cells of a column, its title first."""
    numeric = _is_number(of.type)
    return [_title(of, numeric, zone, types), *(_cell(value, numeric, zone) for value in values.to_pylist())]


def _title(of: pa.Field, numeric: bool, zone: tzinfo | None, types: bool) -> str:
    kind = f"<small>{escape(_type_name(of.type, zone))}</small>" if types else ""
    return f"<th{' class=number' if numeric else ''}>{escape(of.name)}{kind}</th>"


def _cell(value: Any, numeric: bool, zone: tzinfo | None) -> str:
    if value is None:
        return f'<td class="null{" number" if numeric else ""}">null</td>'
    text = _say(value, zone)
    whole = f' title="{escape(text)}"' if len(text) > MOST_TEXT else ""
    short = f"{text[: MOST_TEXT - 1]}…" if whole else text
    return f"<td{' class=number' if numeric else ''}{whole}>{escape(short)}</td>"


def _say(value: Any, zone: tzinfo | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    if isinstance(value, datetime):
        local = value.astimezone(zone) if zone is not None and value.tzinfo is not None else value
        return f"{local:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return f"{len(value)} values"
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _type_name(kind: pa.DataType, zone: tzinfo | None) -> str:
    if pa.types.is_timestamp(kind):
        return "moment" if zone is not None else "moment, UTC"
    if pa.types.is_list(kind):
        return "list"
    names = {
        "string": "text",
        "large_string": "text",
        "double": "number",
        "int64": "int",
        "date32[day]": "date",
        "bool": "yes/no",
    }
    return names.get(str(kind), str(kind))


def _left_out(table: pa.Table, shown: pa.Table) -> str:
    rows, columns = table.num_rows - shown.num_rows, table.num_columns - shown.num_columns
    parts = [f"{rows:,} more row{'s' if rows > 1 else ''}"] if rows else []
    parts += [f"{columns} more column{'s' if columns > 1 else ''}"] if columns else []
    if not table.num_rows:
        parts = ["no rows", *parts]
    return note_html(f"{', '.join(parts)}") if parts else ""
