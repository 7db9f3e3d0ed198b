"""Breaking a workspace, running a command on it as a user does, and comparing what is on the disk with before."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from demand.contract import StateError
from pipelines.cli import app, main
from pipelines.ledger import Ledger
from pipelines.registry.lookup import bundle_files, find_version
from pipelines.store import Store

# what a refused night may leave behind: the row that says so, and the databases' own side files
_OWN_FILES = re.compile(r"state/(store/runs/.*|lock\.db|(ledger|mlflow)\.db(-wal|-shm)?)")
_RAW = ("data/", "sources/", "views/", "catalog.yaml", "demand.yaml")


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    text: str

    @property
    def problems(self) -> list[str]:
        """Each thing said, with its remedy on the same line."""
        joined = re.sub(r"\n +-> ", " -> ", self.text)
        lines = (re.sub(r"^(  - |error: |warning: )", "", line) for line in joined.splitlines())
        return [line for line in lines if not re.match(r"· |\w*Error$|the workspace has ", line)]

    def about(self, words: str) -> str:
        """The one problem that speaks of something; the test fails with everything that was said."""
        found = [p for p in self.problems if words in p]
        assert found, f"nothing about {words!r} in:\n{self.text}"
        assert "Traceback" not in self.text
        return found[0]


def demand(*words: str | Path) -> Said:
    """Run the `demand` command; whatever is not said in words is raised here."""
    printed = io.StringIO()
    code = 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            main(lambda: app(args=[str(w) for w in words]))
        except SystemExit as end:
            code = int(end.code or 0)
    return Said(code, printed.getvalue())


@dataclass(frozen=True)
class State:
    """What nights before have left: tables, decisions, the champion, pages, messages, and which files there are."""

    tables: dict[str, str]
    decisions: str
    champion: str
    files: dict[str, str]

    @classmethod
    def of(cls, root: Path) -> State:
        store = Store(root / "state" / "store")
        tables = {}
        for name in sorted(p.name for p in store.path.iterdir() if p.is_dir()):
            if name != "runs":
                tables[name] = _or_refusal(lambda name=name: _table(store, name))
        decisions = _or_refusal(lambda: _decisions(root))
        champion = _or_refusal(lambda: _champion(root))
        return cls(tables, decisions, champion, _files(root))


def _or_refusal(read: Callable[[], str]) -> str:
    """What a test broke itself stays broken."""
    try:
        return read()
    except StateError as error:
        return f"refused: {error.found}"


def _table(store: Store, name: str) -> str:
    rows = store.read(name)
    return f"{store.moments(name)} {rows.num_rows} {_digest(rows.to_pylist())}"


def _decisions(root: Path) -> str:
    with Ledger.open(root / "state") as ledger, ledger.reading() as step:
        newest = step.newest()
        decided = step.decisions(newest).to_pylist() if newest else []
        return f"{newest} {len(decided)} {_digest(decided)} {step.count_waiting()}"


def _champion(root: Path) -> str:
    found = find_version(root / "state", "champion")
    return "none" if found is None else f"{found[0]} {_digest(sorted(bundle_files(found[1], found[0]).items()))}"


def _files(root: Path) -> dict[str, str]:
    files = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not _OWN_FILES.fullmatch(name) and not name.startswith(_RAW):
            files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return files


def _digest(rows: Any) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def assert_untouched(root: Path, before: State) -> None:
    """The nights before are readable and equal, and nothing half-written lies about."""
    after = State.of(root)
    assert after.tables == before.tables
    assert after.decisions == before.decisions
    assert after.champion == before.champion
    assert after.files == before.files


def edit_config(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change `demand.yaml` as values."""
    file = root / "demand.yaml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(config)
    file.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")


def replace_text(root: Path, name: str, old: str, new: str) -> None:
    """Change a text file; what is replaced must be there."""
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), encoding="utf-8")


def edit_contacts(root: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change the table of contacts."""
    path = root / "data" / "contacts.parquet"
    pq.write_table(change(pq.read_table(path)), path)


def edit_orders(root: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of the table of orders; the first is its head."""
    path = root / "data" / "orders.csv"
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")


def with_column(table: pa.Table, name: str, values: Any, type_: pa.DataType | None = None) -> pa.Table:
    """The table with a column replaced, or added at its end."""
    column = pa.array(values, type_) if not isinstance(values, pa.ChunkedArray | pa.Array) else values
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, column)
    return table.append_column(name, column)


def with_value(table: pa.Table, name: str, row: int, value: Any) -> pa.Table:
    """The table with one value replaced."""
    values = table[name].to_pylist()
    values[row] = value
    return with_column(table, name, values, table.schema.field(name).type)
