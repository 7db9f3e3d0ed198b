"""Raw files that are empty, cut, damaged, or of another shape than declared."""

import pyarrow as pa

from tests.builders.broken import edit_config, edit_contacts, edit_orders, with_column, with_value

TOPIC = "Raw files"


def rewrite(root, change, name="orders.csv"):
    path = root / "data" / name
    path.write_bytes(change(path.read_bytes()))


def test_a_missing_file_is_named_with_its_path(repairs, refused):
    (repairs / "data" / "orders.csv").unlink()
    refused("a missing file", "tables.raw_orders: data/orders.csv: nothing there")


def test_an_empty_file_is_said_to_be_empty(repairs, refused):
    rewrite(repairs, lambda b: b"")
    refused("an empty CSV", "orders.csv is empty")


def test_a_head_without_rows_is_refused(repairs, refused):
    edit_orders(repairs, lambda lines: lines[:1])
    refused("a CSV without a row", "orders.csv holds a head and no row")


def test_a_source_without_rows_is_refused(repairs, refused):
    edit_contacts(repairs, lambda t: t.slice(0, 0))
    refused("a source without a row", "contacts: a source without any row")


def test_text_in_another_encoding_is_named_with_its_line(repairs, refused):
    rewrite(repairs, lambda b: b.decode().replace("camera", "cam\xe9ra").encode("latin-1"))
    refused("a CSV not in UTF-8", "is not UTF-8 text; expected CSV in UTF-8")


def test_a_csv_that_was_cut_off_is_named_with_its_line(repairs, refused):
    rewrite(repairs, lambda b: b[:-30])
    refused("a CSV that was cut off", "orders.csv, line 241 has 4 values; expected 9")


def test_a_value_too_many_is_named_with_its_line(repairs, refused):
    edit_orders(repairs, lambda lines: [*lines[:50], lines[50] + ",oops", *lines[51:]])
    refused("a CSV line with a value too many", "orders.csv, line 51 has 10 values; expected 9")


def test_semicolons_are_understood(repairs, accepted):
    edit_orders(repairs, lambda lines: [line.replace(",", ";") for line in lines])
    accepted()


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(repairs, accepted):
    rewrite(repairs, lambda b: b"\xef\xbb\xbf" + b.replace(b"\n", b"\r\n"))
    accepted()


def test_a_parquet_file_without_its_end_is_named(repairs, refused):
    rewrite(repairs, lambda b: b[:-100], "contacts.parquet")
    refused("a Parquet file that was cut off", "data/contacts.parquet cannot be read")


def test_a_damaged_page_is_named_with_its_file(repairs, refused):
    rewrite(repairs, lambda b: b[:200] + b"\xab" * 1200 + b[1400:], "contacts.parquet")
    refused("a damaged Parquet page", "data/contacts.parquet cannot be read")


def test_columns_that_differ_only_in_case_are_refused(repairs, refused):
    edit_contacts(repairs, lambda t: t.append_column("Order_ID", t["order_id"]))
    refused("columns that differ only in case", "columns that differ only in case: order_id, Order_ID")


def test_a_new_column_asks_for_its_moment_whatever_it_is_called(repairs, refused):
    edit_orders(repairs, lambda lines: [lines[0] + ',"a""; DROP 表 --"', *(line + ",1" for line in lines[1:])])
    refused("a new column", 'column `a"; DROP 表 --` has no moment')


def test_a_column_may_be_called_anything(repairs, accepted):
    edit_orders(repairs, lambda lines: [lines[0] + ',"a""; DROP 表 --"', *(line + ",1" for line in lines[1:])])
    edit_config(repairs, lambda c: c["tables"]["raw_orders"]["known"][1]["columns"].append('a"*'))
    accepted()


def test_a_missing_column_shows_those_there_are(repairs, refused):
    edit_contacts(repairs, lambda t: t.drop_columns(["scenario"]))
    refused("a missing column", "sources.contacts.contact.scenario: no column `scenario`; expected one of the columns")


def test_a_clock_of_another_type_is_refused(repairs, refused):
    edit_contacts(repairs, lambda t: with_column(t, "occurred_at", list(range(t.num_rows))))
    refused("a clock of another type", "contacts.occurred_at: column is of type BIGINT")


def test_values_of_another_type_are_counted_with_an_example(repairs, refused):
    edit_config(repairs, lambda c: c["sources"]["orders"]["before"].update(item="int"))
    refused("a column of another type", "240 of 240 rows cannot be used: item: not of type int")


def test_a_column_without_any_value_is_told(repairs, warned):
    edit_contacts(repairs, lambda t: with_column(t, "words", [None] * t.num_rows))
    warned("a column without any value", "contacts.words: no row has a value")


def test_a_text_of_a_million_characters_is_taken(repairs, accepted):
    edit_contacts(repairs, lambda t: with_value(t, "words", 0, "x" * 1_000_000))
    accepted()


def test_an_example_of_a_million_characters_is_cut_in_the_message(repairs, warned):
    edit_contacts(repairs, lambda t: with_column(t, "paid", pa.array(["y" * 1_000_000] + ["1"] * (t.num_rows - 1))))
    edit_config(repairs, lambda c: c["sources"]["contacts"].update(after={"paid": "cents"}))
    said = warned(
        "a million characters where a number should be", "contacts.paid: quarantined: not of type cents, 1 row"
    )
    assert len(said.text) < 2_000
