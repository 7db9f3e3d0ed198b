"""Clocks that are swapped, mixed, wrong, or stand at the end of time."""

from datetime import timedelta

from pipelines.workspace import open_workspace
from tests.builders.broken import State, assert_untouched, demand, edit_contacts, edit_orders, with_column

TOPIC = "Times"
ORDERED_AT, DUE_ON = 3, 4


def edit_cells(root, place, change):
    """Change one column of the orders; `change` takes the number of the row and its value."""

    def lines_of(lines):
        rows = [line.split(",") for line in lines[1:]]
        for number, row in enumerate(rows):
            row[place] = change(number, row[place])
        return [lines[0], *(",".join(row) for row in rows)]

    edit_orders(root, lines_of)


def test_swapped_clocks_are_told(repairs, warned):
    def early(table):
        moments = [moment - timedelta(days=2) for moment in table["known_at"].to_pylist()]
        return with_column(table, "known_at", moments, table.schema.field("known_at").type)

    edit_contacts(repairs, early)
    warned("two clocks swapped", "contacts.known_at: rows known before they happened, 107 rows, for example id")


def test_times_with_and_without_an_offset_do_not_mix(repairs, refused):
    edit_cells(repairs, ORDERED_AT, lambda n, v: v + ("+02:00" if n < 9 else ""))
    refused("naive and aware times mixed", "column `ordered_at`: 9 times with an offset, 231 without, for example")


def test_what_is_no_moment_is_counted_with_its_row(repairs, warned):
    edit_cells(repairs, ORDERED_AT, lambda n, v: "yesterday" if n == 5 else v)
    warned("text where a moment should be", "never become visible, 1 row, for example row 6 of the table")


def test_a_moment_of_the_year_9999_or_1_is_none(repairs, warned):
    ends = {0: "0001-01-01 00:00:00", 239: "9999-12-31 23:59:59"}
    edit_cells(repairs, ORDERED_AT, lambda n, v: ends.get(n, v))
    warned("moments of the years 1 and 9999", "never become visible, 2 rows, for example row 1 of the table")


def test_a_due_day_at_the_end_of_time_only_means_never(repairs, accepted):
    edit_cells(repairs, DUE_ON, lambda n, v: "9999-12-31" if n == 230 else v)
    accepted()


def test_a_local_time_that_the_clock_leaves_out_is_taken_as_the_next(repairs, accepted):
    edit_cells(repairs, ORDERED_AT, lambda n, v: "2024-03-31 01:30:00" if n == 120 else v)
    accepted()
    orders = open_workspace(repairs).mapped.sources["orders"].table.to_pylist()
    assert next(o for o in orders if o["id"] == "order-120")["known_at"].isoformat() == "2024-03-31T01:30:00+00:00"


def test_rows_from_the_future_stop_the_night(repairs, refused):
    edit_cells(repairs, ORDERED_AT, lambda n, v: "2999-12-29 00:00:00" if n == 239 else v)
    refused("rows known in the future", "orders.known_at: rows known in the future")


def test_a_night_in_the_future_is_refused(refused):
    refused("a night in the future", "as-of 2999-01-01 02:00 lies in the future", "score", "--as-of", "2999-01-01")


def test_a_night_that_is_no_date_is_refused(refused):
    refused(
        "a night that is no date", "as-of 'tomorrow' is neither a date nor an instant", "score", "--as-of", "tomorrow"
    )


def test_a_clock_set_back_asks_for_the_model_of_then(refused):
    words = "model 1 has seen what happened after 2024-03-01 02:00"
    refused("a night before what the model has seen", words, "score", "--as-of", "2024-03-01")


def test_a_night_before_the_committed_one_that_was_not_scored_is_refused(repairs, refused):
    refused("deciding a night that was not scored", "was not scored", "decide", "--as-of", "2024-06-28")


def test_the_committed_night_decided_again_stays_as_it_is(repairs):
    before = State.of(repairs)
    assert demand("decide", repairs, "--as-of", "2024-06-29").code == 0
    after = State.of(repairs)
    assert (after.tables["decisions"], after.decisions) == (before.tables["decisions"], before.decisions)
    assert_untouched(repairs, after)
