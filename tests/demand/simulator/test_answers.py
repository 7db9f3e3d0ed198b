"""The desk answers each request once, passes hard ones on, and resolves most of them."""

from demand.simulator import World, tables_of
from tests.builders.simulator import live, query


def test_a_request_is_answered_then_passed_on_or_not_then_resolved():
    tables = tables_of(live(World(7, 12_000), 110))
    [found] = query(
        """WITH steps AS (SELECT regexp_extract(id, '^.*/a(-?\\d+)$', 1)::INT // 3 AS asked, subject_id,
                  min(occurred_at) FILTER (step = 'first_response') AS answered,
                  min(occurred_at) FILTER (step = 'escalated') AS passed_on,
                  min(occurred_at) FILTER (step = 'resolved') AS resolved
                  FROM contact_answers GROUP BY ALL),
                first AS (SELECT subject_id, min(occurred_at) AS asked_at FROM contacts WHERE initiator = 'user'
                          GROUP BY 1)
           SELECT count(*) AS n, count(*) FILTER (answered IS NULL) AS unanswered,
                  count(*) FILTER (answered <= asked_at) AS early,
                  count(*) FILTER (passed_on <= answered OR resolved <= greatest(answered, passed_on)) AS mixed_up,
                  avg((passed_on IS NOT NULL)::INT) AS hard, avg((resolved IS NOT NULL)::INT) AS settled,
                  median(resolved - answered) FILTER (passed_on IS NOT NULL) AS long,
                  median(resolved - answered) FILTER (passed_on IS NULL) AS short
           FROM steps JOIN first USING (subject_id)""",
        tables,
    )
    assert found["n"] > 100 and found["unanswered"] == found["early"] == found["mixed_up"] == 0
    assert 0.1 < found["hard"] < 0.3 and 0.8 < found["settled"] < 1
    assert found["long"] > 3 * found["short"]
