"""Money that is no whole number of cents."""

import pyarrow as pa
import pytest

from tests.builders.broken import edit_config, edit_contacts, with_column

TOPIC = "Amounts"


def paid(root, *first, rest=1.0):
    edit_config(root, lambda c: c["sources"]["contacts"].update(after={"paid": "cents"}))
    values = [*first, *[rest] * (107 - len(first))]
    edit_contacts(root, lambda t: with_column(t, "paid", values, pa.float64()))


def test_money_in_euros_is_refused(repairs, refused):
    paid(repairs, rest=12.5)
    refused("money as a fraction", "107 of 107 rows cannot be used: paid: not of type cents")


@pytest.mark.parametrize(
    ("kind", "value", "shown"), [("infinite money", float("inf"), "inf"), ("absurd money", 1e300, "1e+300")]
)
def test_an_amount_without_end_is_set_aside(repairs, warned, kind, value, shown):
    paid(repairs, value)
    warned(kind, f"contacts.paid: quarantined: not of type cents, 1 row, for example {shown}")


def test_not_a_number_is_missing(repairs, accepted):
    paid(repairs, float("nan"))
    accepted()


def test_negative_amounts_are_kept_and_told(repairs, warned):
    paid(repairs, -500.0)
    warned("negative amounts", "contacts.paid: negative amounts (kept), 1 row, for example id contact-")
