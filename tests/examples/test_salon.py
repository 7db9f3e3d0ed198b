"""The salon's tables hold survivors only: the naive mapping is refused with the numbers, the honest one passes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from examples.real import locate_data
from pipelines.check import check
from pipelines.proof import prove
from pipelines.workspace import open_workspace

SALON = Path(__file__).parents[2] / "examples/salon"

pytestmark = pytest.mark.skipif(
    not (locate_data.folder() / "salon/bookings.csv").is_file(), reason="salon/ is not in the folder of the data"
)

NAIVE_VISITS = """
SELECT Code || ' ' || Service || ' ' || Staff || ' ' || Date AS id,
       Date - 30 AS occurred_at, Date - 30 AS known_at, min(Code) AS client, Date AS day,
       count(*) AS services, Service AS service, Staff AS staff
FROM booked WHERE Code IS NOT NULL GROUP BY Code, Service, Staff, Date
"""
NAIVE_STATUS = """
SELECT 'c ' || row_id AS id, "Cancel Date" AS occurred_at, "Cancel Date" AS known_at,
       coalesce(Code, '?') || ' ' || Service || ' ' || Staff || ' ' || "Booking Date" AS visit_id, Code AS client,
       'cancelled' AS status
FROM cancelled WHERE "Cancel Date" IS NOT NULL
UNION ALL
SELECT 'm ' || row_id, missed_on, missed_on, coalesce(Code, '?') || ' ' || Service || ' ' || Staff || ' ' || Date, Code,
       'missed'
FROM missed WHERE missed_on IS NOT NULL
"""


def salon(folder, *changes, **sql):
    """A copy in which texts of demand.yaml are replaced, and whole SQL files."""
    os.environ.setdefault("DEMAND_DATA", str(locate_data.folder().resolve()))
    root = shutil.copytree(SALON, folder / "salon", ignore=shutil.ignore_patterns("state", "reports", "outbox"))
    text = (root / "demand.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (root / "demand.yaml").write_text(text)
    for name, content in sql.items():
        (root / "sources" / f"{name}.sql").write_text(content)
    return open_workspace(root)


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    ws = salon(tmp_path_factory.mktemp("honest"))
    return ws, check(ws)


@pytest.fixture(scope="module")
def naive(tmp_path_factory):
    changes = (
        ("at: '\"Date\" - 120', columns: [Code, Staff", "at: '\"Date\" - 30', columns: [Code, Staff"),
        ('"Booking Date" - 120', '"Cancel Date"'),
        ("at: '\"Date\" - 120', columns: [Code, Service", "at: '\"Date\"', columns: [Code, Service"),
    )
    return prove(salon(tmp_path_factory.mktemp("naive"), *changes, visits=NAIVE_VISITS, visit_status=NAIVE_STATUS))


def test_the_honest_mapping_passes(honest):
    assert honest[1].extra["proof"].passed and honest[1].summary["problems"] == 0


def test_visits_beyond_the_newest_evidence_show_that_the_lead_is_a_guess(honest):
    assert any("after the newest evidence" in p.found for p in honest[1].extra["problems"])


def test_the_last_slice_is_the_one_that_was_measured(honest):
    ws = honest[0]
    labels = ws.labels("salon", ws.spine("salon", start="2018-07-01"))
    mature = labels.filter([s == "mature" for s in labels["status"].to_pylist()])
    asked = mature.filter(mature["requested"])
    assert (mature.num_rows, asked.num_rows, len(asked["subject_id"].unique())) == (2_215, 250, 51)


def test_the_naive_mapping_passes_commutation(naive):
    assert naive.findings == ()


def test_the_naive_mapping_is_refused_for_its_survivors_with_the_numbers(naive):
    assert [p.found.split(" have")[0] for p in naive.problems if "survivors" in p.found] == [
        "the subject table holds survivors only: 215 of 303 rows (71.0%)"
    ]


def test_the_union_with_cancellations_known_at_their_own_date_is_refused_by_commutation(tmp_path):
    proof = prove(salon(tmp_path, ('"Booking Date" - 120', 'greatest("Cancel Date", "Booking Date" - 120)')))
    assert {f.source for f in proof.findings} == {"visits"}


def test_a_lead_shorter_than_that_of_early_cancellations_is_refuted(tmp_path):
    short = ('"Date" - 120', '"Date" - 3'), ('"Booking Date" - 120', '"Booking Date" - 3')
    sql = (SALON / "sources/visits.sql").read_text().replace("day - 120", "day - 3")
    proof = prove(salon(tmp_path, *short, visits=sql), moments=[])
    assert any("refuted by the early closers" in p.found for p in proof.problems)
