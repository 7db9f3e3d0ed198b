"""Views, catalogue and SQL: what a user writes may fail, and may do nothing but map."""

import pytest

from tests.builders.broken import edit_config, replace_text

TOPIC = "Views, catalogue and SQL"
CHECK = ("check", "--no-proof")  # the proof would only cost time here


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("a view with a syntax error", "shops = FeatureSet('shops',\n", "views/own.py, line 1: not Python"),
        ("a view that raises", "x = 1\n1 / 0\n", "views/own.py, line 2: ZeroDivisionError"),
        ("a view that exits", "import sys\nsys.exit(0)\n", "views/own.py, line 2: SystemExit"),
    ],
)
def test_a_view_that_fails_is_named_with_its_line(repairs, refused, kind, text, words):
    (repairs / "views" / "own.py").write_text(text)
    refused(kind, words, *CHECK)


def test_a_scenario_that_the_catalogue_does_not_know_is_refused(repairs, refused):
    replace_text(repairs, "catalog.yaml", "scenarios: [repair_late]", "scenarios: [repair_lat]")
    refused("an unknown scenario in the catalogue", "unknown scenario 'repair_lat' -> write repair_late", *CHECK)


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("a hostile tag in the catalogue", b"scenarios: !!python/name:os.system x\n", "tag !!python/name:os.system"),
        ("a catalogue not in UTF-8", "scenarios: [] # \xe9\n".encode("latin-1"), "catalog.yaml: is not UTF-8 text"),
    ],
)
def test_a_catalogue_is_read_as_strictly_as_the_configuration(repairs, refused, kind, content, words):
    (repairs / "catalog.yaml").write_bytes(content)
    refused(kind, words, *CHECK)


def test_a_missing_table_names_the_nearest(repairs, refused):
    replace_text(repairs, "sources/orders.sql", "FROM raw_orders", "FROM raw_order")
    refused("a missing table", "sources/orders.sql: no table `raw_order` -> did you mean `raw_orders`?")


@pytest.mark.parametrize(
    ("kind", "sql", "words"),
    [
        ("SQL that reads a file", "SELECT * FROM read_csv('/etc/passwd')", "read_csv() reads files by itself"),
        ("SQL that selects from a path", "SELECT * FROM '/etc/passwd'", "no table `/etc/passwd`"),
        ("SQL that attaches a database", "ATTACH '{tmp}/x.db'", "sources/orders.sql: not a query"),
        ("SQL that writes a file", "COPY raw_orders TO '{tmp}/leaked.csv'", "sources/orders.sql: not a query"),
        ("SQL that changes a setting", "PRAGMA enable_external_access", "sources/orders.sql: not a query"),
        ("empty SQL", "-- nothing", "there is no statement"),
    ],
)
def test_sql_reaches_nothing_but_its_tables(repairs, refused, tmp_path, kind, sql, words):
    (repairs / "sources" / "orders.sql").write_text(sql.replace("{tmp}", str(tmp_path)))
    said = refused(kind, words)
    assert "root:" not in said.text
    assert [p.name for p in tmp_path.iterdir()] == ["repairs"]


def test_a_condition_reads_no_file(repairs, refused):
    where = "order_id IN (SELECT column0 FROM read_csv('/etc/passwd'))"
    edit_config(repairs, lambda c: c["sources"]["contacts"].update(where=where))
    refused("a `where` that reads a file", "sources.contacts.where: read_csv() reads files by itself")


def test_a_condition_cannot_be_closed_early(repairs, refused):
    where = "1=1) UNION SELECT * FROM read_csv('/etc/passwd') --"
    edit_config(repairs, lambda c: c["industries"]["repairs"]["subjects"].update(where=where))
    refused("a `where` that breaks out", "subjects.where: not readable as SQL")


def test_sql_in_another_encoding_is_refused(repairs, refused):
    (repairs / "sources" / "orders.sql").write_bytes("SELECT '\xe9'".encode("latin-1"))
    refused("SQL not in UTF-8", "sources/orders.sql: not UTF-8 text")
