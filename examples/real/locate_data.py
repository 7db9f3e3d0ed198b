"""Where the files of the real examples are, or what they are and where they can be had.

    export DEMAND_DATA=$(python examples/real/locate_data.py)

Prints the folder; ends with 2 and says what is missing where it is not complete. The files belong to other people and
are not part of this project.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULT = CHECKOUT.parent / "shared" / "data"


@dataclass(frozen=True)
class DataFile:
    """A file of the examples: its name, what it holds, where it comes from, on what terms."""

    name: str
    holds: str
    origin: str
    licence: str


_OLIST = "Olist, Brazilian E-Commerce Public Dataset, https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce"
_OLIST_LICENCE = "CC BY-NC-SA 4.0"

FILES = (
    DataFile(
        "hotel_bookings.parquet",
        "119,390 bookings of a city hotel and a resort hotel in Portugal with arrivals from 2015-07-01 to 2017-08-31: "
        "lead time, stay, reserved and assigned room, outcome and its date",
        "Antonio, de Almeida, Nunes, Hotel booking demand datasets, Data in Brief 22 (2019), "
        "https://doi.org/10.1016/j.dib.2018.11.126 (H1.csv and H2.csv together, with a column `hotel`)",
        "CC BY 4.0",
    ),
    DataFile(
        "appointments.parquet",
        "110,527 medical appointments in Vitoria, Brazil, 2016-04-29 to 2016-06-08: patient, when it was made, its "
        "day, neighbourhood, whether the patient came",
        "Medical Appointment No Shows, https://www.kaggle.com/datasets/joniarroba/noshowappointments "
        "(KaggleV2-May-2016.csv, converted)",
        "CC BY-NC-SA 4.0",
    ),
    DataFile(
        "online_retail.parquet",
        "541,909 invoice lines of a British gift shop from 2010-12-01 to 2011-12-09; numbers that begin with C are "
        "returns",
        "Chen, Online Retail, UCI Machine Learning Repository (2015), https://doi.org/10.24432/C5BW33 (converted)",
        "CC BY 4.0",
    ),
    DataFile(
        "olist_sample/olist_orders_dataset.csv",
        "3,000 orders of a Brazilian marketplace, drawn at random, from 2016-10 to 2018-09: purchase, approval, "
        "hand-over, promised and actual delivery",
        _OLIST,
        _OLIST_LICENCE,
    ),
    DataFile(
        "olist_sample/olist_customers_dataset.csv",
        "the customers of these orders: state, and the number that stays from order to order",
        _OLIST,
        _OLIST_LICENCE,
    ),
    DataFile(
        "olist_sample/olist_order_items_dataset.csv",
        "3,397 items of these orders: product, seller, price",
        _OLIST,
        _OLIST_LICENCE,
    ),
    DataFile(
        "olist_sample/olist_order_payments_dataset.csv",
        "3,170 payments of these orders: kind, instalments, amount",
        _OLIST,
        _OLIST_LICENCE,
    ),
    DataFile(
        "olist_sample/olist_order_reviews_dataset.csv",
        "2,993 reviews of these orders: stars, words, when they were asked for and answered",
        _OLIST,
        _OLIST_LICENCE,
    ),
)


def folder() -> Path:
    """`DEMAND_DATA`, or `../shared/data` beside the checkout."""
    return Path(os.environ.get("DEMAND_DATA") or DEFAULT)


def missing() -> list[DataFile]:
    """The files that are not in the folder."""
    return [f for f in FILES if not (folder() / f.name).is_file()]


def explain(files: list[DataFile]) -> str:
    """What is missing, and what to do about it."""
    lines = [f"{len(files)} of {len(FILES)} files are not in {folder()}:"]
    for file in files:
        lines += ["", f"{file.name}: {file.holds}", f"    from {file.origin}", f"    licence: {file.licence}"]
    return "\n".join([*lines, "", "Put them into one folder and set DEMAND_DATA to it."])


def main() -> int:
    """Print the folder, or what is missing."""
    absent = missing()
    if absent:
        print(explain(absent), file=sys.stderr)
        return 2
    print(folder().resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
