"""What a piece of the user's SQL refers to and uses, read off DuckDB's own parser.

Nothing is executed: `json_serialize_sql` gives the tree, and one walk over it collects tables, columns, functions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb

from demand.contract import ContractError

_TABLE_FUNCTIONS = {"unnest", "range", "generate_series", "json_each", "json_tree", "repeat", "repeat_row"}
_CLOCK_WORDS = {"current_date", "current_timestamp", "current_time", "localtime", "localtimestamp"}

_FUNCTIONS = """
SELECT DISTINCT function_name, function_type = 'aggregate' AS aggregate,
       function_name <> 'error'
       AND (stability <> 'CONSISTENT' OR macro_definition ILIKE '%current_timestamp%') AS unsteady
FROM duckdb_functions()
WHERE function_type IN ('scalar', 'aggregate', 'macro')
"""


@dataclass(frozen=True)
class SqlUse:
    """What a SQL text uses, in order of appearance, without repetition.

    `columns` are the references as written, outside subqueries, split at dots; `tables` excludes names defined by WITH.
    `unsteady` are calls whose result is not a function of the tables: the clock, chance, settings, files.
    """

    tables: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    unsteady: tuple[str, ...]
    aggregates: tuple[str, ...]
    windows: bool
    subqueries: bool


@lru_cache(maxsize=512)
def read_query(text: str) -> SqlUse:
    """Parse one SELECT.

    Raises
    ------
    ContractError
        If it is not exactly one SELECT statement.
    """
    return _use(_parse(text))


@lru_cache(maxsize=512)
def read_expression(text: str) -> SqlUse:
    """Parse one expression, such as a condition.

    Raises
    ------
    ContractError
        If it is not exactly one expression.
    """
    # parentheses refuse a clause behind the expression, their absence a list; the line break ends a trailing comment
    tree = _parse(f"SELECT ({text}\n)")
    if len(_parse(f"SELECT {text}\n")["node"]["select_list"]) != 1 or text.lstrip()[:6].upper() == "SELECT":
        raise ContractError(f"{text!r} is not one SQL expression", "one expression over the columns of one row")
    return _use(tree)


_SHIFTS = {"+", "-", "add", "subtract", "date_add", "date_sub"}


@lru_cache(maxsize=512)
def shifts_by_constant(text: str) -> bool:
    """Whether an expression adds a constant to something, or takes one off.

    Raises
    ------
    ContractError
        If it is not readable.
    """
    for node, _ in _walk(_parse(f"SELECT ({text}\n)"), 0):
        if node.get("class") == "FUNCTION" and node["function_name"].lower() in _SHIFTS:
            children = node.get("children") or node.get("arguments") or []
            columns = [any(n.get("class") == "COLUMN_REF" for n, _ in _walk(child, 0)) for child in children]
            if any(columns) and not all(columns):
                return True
    return False


def _parse(text: str) -> dict[str, Any]:
    with _parser().cursor() as db:
        row = db.sql("SELECT json_serialize_sql($text::VARCHAR) AS tree", params={"text": text}).to_arrow_table()
    parsed = json.loads(row["tree"][0].as_py())
    if parsed["error"]:
        found = parsed["error_message"].rstrip("!")
        if parsed.get("error_type") == "not implemented":
            raise ContractError(
                "not a query", "one SELECT statement, which reads and changes nothing", "write a SELECT"
            )
        raise ContractError(
            f"not readable as SQL: {found}", "DuckDB's SQL", "mend the syntax; names with - need double quotes"
        )
    if len(parsed["statements"]) != 1:
        number = len(parsed["statements"])
        found = f"{number} statements" if number else "there is no statement"
        raise ContractError(found, "one SELECT statement", "keep one" if number else "write a SELECT")
    return parsed["statements"][0]


def _use(tree: dict[str, Any]) -> SqlUse:
    tables: dict[str, None] = {}
    columns: dict[tuple[str, ...], None] = {}
    unsteady: dict[str, None] = {}
    aggregates: dict[str, None] = {}
    with_names: set[str] = set()
    windows = subqueries = False
    known_aggregates, known_unsteady = _functions()
    for node, depth in _walk(tree, 0):
        kind, cls = node.get("type"), node.get("class")
        if "cte_map" in node:
            with_names.update(entry["key"].lower() for entry in node["cte_map"]["map"])
        if node.get("sample"):
            unsteady["TABLESAMPLE"] = None
        if kind == "BASE_TABLE":
            path = [node.get("catalog_name"), node.get("schema_name"), node["table_name"]]
            tables[".".join(p for p in path if p)] = None
        elif kind == "TABLE_FUNCTION":
            if (name := node["function"].get("function_name", "")) not in _TABLE_FUNCTIONS:
                unsteady[f"{name}()"] = None
        elif cls == "COLUMN_REF":
            names = tuple(node["column_names"])
            if len(names) == 1 and names[0].lower() in _CLOCK_WORDS:
                unsteady[names[0]] = None
            elif depth == 0:
                columns[names] = None
        elif cls == "WINDOW":
            windows = True
        elif cls == "SUBQUERY":
            subqueries = True
        elif cls == "FUNCTION":
            name = node["function_name"].lower()
            # age(x) counts from today, age(x, y) does not
            if name in known_unsteady or (
                name == "age" and len(node.get("arguments") or node.get("children") or ()) == 1
            ):
                unsteady[f"{name}()"] = None
            if name in known_aggregates and depth == 0:
                aggregates[f"{name}()"] = None
    return SqlUse(
        tuple(t for t in tables if t.lower() not in with_names),
        tuple(columns),
        tuple(unsteady),
        tuple(aggregates),
        windows,
        subqueries,
    )


def _walk(node: Any, depth: int) -> Iterator[tuple[dict[str, Any], int]]:
    """Every mapping of the tree with the number of subqueries around it."""
    if isinstance(node, dict):
        yield node, depth
        inner = depth + (node.get("class") == "SUBQUERY")
        for key, value in node.items():
            yield from _walk(value, inner if key == "subquery" else depth)
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item, depth)


@lru_cache(maxsize=1)
def _parser() -> duckdb.DuckDBPyConnection:
    """One connection that never runs the user's SQL: opening one costs more than parsing a text."""
    return duckdb.connect()


@lru_cache(maxsize=1)
def _functions() -> tuple[frozenset[str], frozenset[str]]:
    with _parser().cursor() as db:
        rows = db.sql(_FUNCTIONS).to_arrow_table().to_pylist()
    aggregates = frozenset(r["function_name"] for r in rows if r["aggregate"])
    return aggregates, frozenset(r["function_name"] for r in rows if r["unsteady"])
