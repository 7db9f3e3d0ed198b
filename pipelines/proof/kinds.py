"""What a declared moment rests on: a recorded moment, one derived from recorded values, an assumption, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pipelines.config import NEVER, SourceConfig, TableConfig, read_expression
from pipelines.config.sql_text import shifts_by_constant
from pipelines.sources import RawTables, tables_of

Kind = Literal["recorded", "derived", "assumed", "never"]

WORDS: dict[Kind, str] = {
    "recorded": "recorded moment",
    "derived": "derived from recorded values",
    "assumed": "assumed",
    "never": "never",
}

_EVERYTHING = re.compile(r"(SELECT\s+(DISTINCT\s+)?|,\s*|\.)\*", re.IGNORECASE)

_END_OF_DAY = re.compile(r"\+\s*INTERVAL\s+'?1'?\s+DAY\s*-\s*INTERVAL\s+'?1'?\s+MICROSECOND", re.IGNORECASE)


def moment_kind(at: str, settings: TableConfig) -> Kind:
    """The kind of one `at` of a table.

    A bare column is recorded; an expression is derived, unless it (or a derived column it uses) shifts a moment by a
    constant or names no column at all: nobody recorded such a moment.
    """
    if at == NEVER:
        return "never"
    texts = list(_resolved(at, settings, set()))
    if any(shifts_by_constant(_END_OF_DAY.sub("", text)) for text in texts) or not read_expression(at).columns:
        # a moment looked up in another table has its columns inside a subquery
        return "derived" if read_expression(at).subqueries else "assumed"
    bare = re.fullmatch(r'\s*"?\w[\w ]*"?\s*', at) is not None
    return "recorded" if bare and len(texts) == 1 else "derived"


def is_guess(source: str, raw: RawTables) -> bool:
    """Whether the moment at which some of a source's rows become known is an assumption.

    It is with a `delay`, and where the latest columns of a raw table that its SQL names have an assumed moment.
    """
    settings = raw.config.sources[source]
    return settings.delay is not None or any(kind == "assumed" for kind in _latest_kinds(settings, raw))


def is_evidence(source: str, raw: RawTables) -> bool:
    """Whether some of a source's rows become known at a moment that was recorded."""
    settings = raw.config.sources[source]
    kinds = list(_latest_kinds(settings, raw))
    return settings.delay is None and (not kinds or any(kind != "assumed" for kind in kinds))


def named_columns(columns: list[str], text: str) -> list[str]:
    """The columns that a text of SQL names; all of them, where it names none but takes every column."""
    named = [c for c in columns if re.search(rf"(?<!\w){re.escape(c)}(?!\w)", text, re.IGNORECASE)]
    return named or (columns if _EVERYTHING.search(text) else [])


def sql_of(source: SourceConfig, raw: RawTables) -> str:
    """A source's SQL without its comments; empty where it has none."""
    if raw.reads_directly(source.name) or source.path is None:
        return ""
    return re.sub(r"--[^\n]*", "", (raw.root / source.path).read_text(encoding="utf-8"))


def _latest_kinds(source: SourceConfig, raw: RawTables) -> Iterator[Kind]:
    text = sql_of(source, raw)
    for table in tables_of(raw.config, raw, source.name):
        prepared = raw.prepared(table)
        used = [
            i
            for i, entry in enumerate(prepared.settings.known)
            if entry.at != NEVER and named_columns([c for c, m in prepared.moments.items() if m == i], text)
        ]
        if used:
            yield moment_kind(prepared.settings.known[used[-1]].at, prepared.settings)


def _resolved(text: str, settings: TableConfig, seen: set[str]) -> Iterator[str]:
    """An expression, and those of the derived columns that it rests on."""
    yield text
    by_lower = {c.lower(): c for c in settings.derive}
    for column in read_expression(text).columns:
        name = by_lower.get(column[-1].lower())
        if name is not None and name not in seen:
            seen.add(name)
            yield from _resolved(settings.derive[name], settings, seen)
