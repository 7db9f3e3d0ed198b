"""What orders leave behind: refunds that are missed until they are paid."""

import pytest

from tests.builders.simulator import bookings, cards, cleanings, meals, parcels, query, tickets, treatments, trips


@pytest.mark.parametrize("lived", [bookings, cards, cleanings, meals, parcels, tickets, treatments, trips])
def test_nobody_misses_a_refund_that_is_paid(lived):
    """From the request on that began it; who asked once may ask again."""
    [found] = query(
        """SELECT count(*) AS n, count(*) FILTER (c.occurred_at >= r.paid) AS late
           FROM (SELECT subject_id, min(occurred_at) AS occurred_at FROM contacts
                 WHERE scenario = 'refund_slow' AND initiator = 'user' GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) AS paid FROM refunds WHERE step = 'paid' GROUP BY 1) r
           USING (subject_id)""",
        lived(),
    )
    assert found["late"] == 0 < found["n"]
