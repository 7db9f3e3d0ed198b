"""Where a naive method fails on the marketplace, and by how much."""

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.linear_model import LogisticRegression

from demand.evaluation import auroc
from demand.models.encoding import FrameEncoder
from demand.simulator import World, tables_of, truth_of
from experiments.grading.truth import graded
from pipelines.workspace import open_workspace
from tests.builders.simulator import actions, day_after, live, query

TREES = {
    "objective": "binary",
    "num_leaves": 63,
    "min_data_in_leaf": 5,
    "learning_rate": 0.1,
    "verbosity": -1,
    "seed": 1,
}


@pytest.fixture(scope="module")
def claimed(small_market):
    """AUROC that trees claim on rows drawn at random and on later rows, and that of the true probabilities."""
    ws = open_workspace(small_market)
    spine = ws.spine("home_cleaning")
    labels = ws.labels("home_cleaning", spine)
    mature = pc.equal(labels["status"], "mature")
    spine, labels = spine.filter(mature), labels.filter(mature)
    matrix = ws.features("home_cleaning", spine)
    frame = matrix.to_pandas()
    x = FrameEncoder().fit(frame, matrix.meta).transform(frame)
    cutoff = spine["cutoff"].to_numpy().astype(np.int64)
    t0 = np.quantile(cutoff, 0.7)

    def claim(train, test):
        trees = lgb.train(TREES, lgb.Dataset(x[train], y[train]), 100)
        return auroc(y[test], trees.predict(x[test]))

    y = labels["requested"].to_numpy(zero_copy_only=False).astype(np.float64)
    known = graded(ws, "home_cleaning")
    drawn = np.random.default_rng(0).random(len(y)) < 0.7
    week = 7 * 86_400_000_000
    return {
        "random split": claim(drawn, ~drawn),
        "later rows": claim(cutoff + week <= t0, cutoff >= t0),
        "truth": auroc(known.requested, known.p),
    }


def test_a_random_split_claims_more_than_the_truth_itself_can_reach(claimed):
    """Nights of one order lie on both sides of a random split, so trees recognise it instead of foreseeing it."""
    assert claimed["random split"] > claimed["truth"] + 0.05


def test_a_split_by_time_does_not(claimed):
    assert claimed["later rows"] < claimed["truth"]


ORDERS = ("hotel_bookings", "meal_orders", "cleaning_orders", "card_sales", "beauty_orders", "trip_orders")


def past(policy: str, orders: int = 12_000) -> tuple[dict[str, pa.Table], float]:
    """Rows of four months in which something was done by this policy, and the mean of its true effects."""
    batches = live(World(7, orders, policy=policy), 121)
    effects = truth_of(batches)["effects"]
    return tables_of(batches), float(np.mean(effects["p_with"].to_numpy() - effects["p_without"].to_numpy()))


def asked(tables: dict[str, pa.Table]) -> dict[str, bool]:
    """Order -> whether its customer asked about anything within 28 days; orders of the first three months."""
    orders = " UNION ALL ".join(f"SELECT subject_id, occurred_at FROM {name}" for name in ORDERS)
    rows = query(
        f"""SELECT o.subject_id, count(c.id) > 0 AS asked
            FROM (SELECT subject_id, min(occurred_at) AS at FROM ({orders}) GROUP BY 1) o
            LEFT JOIN contacts c ON c.subject_id = o.subject_id AND c.initiator = 'user'
                 AND c.occurred_at < o.at + INTERVAL 28 DAY
            WHERE o.at < TIMESTAMPTZ '2024-04-01 00:00:00Z' GROUP BY 1""",
        tables,
    )
    return {row["subject_id"]: row["asked"] for row in rows}


@pytest.fixture(scope="module")
def confounded():
    """The difference of means over the confounded log, and the mean of the true effects."""
    tables, truth = past("confounded")
    treated, came = set(tables["interventions"]["subject_id"].to_pylist()), asked(tables)
    acted, left = (
        np.mean([y for subject, y in came.items() if (subject in treated) is side]) for side in (True, False)
    )
    return acted - left, truth


def test_a_difference_of_means_over_the_confounded_log_gets_the_sign_wrong(confounded):
    """Agents acted where it looked worst: those they helped still ask more often than those they left alone."""
    naive, truth = confounded
    assert truth < 0 < naive


def test_the_chances_that_the_rule_logged_set_it_right(confounded):
    """Weighted by inverse propensities, like is compared with like: three standard errors around the estimate hold the
    truth, and leave out what the difference of means says."""
    tables, truth = past("logged", orders=24_000)
    came = asked(tables)
    log = [row for row in tables["interventions"].to_pylist() if row["subject_id"] in came]
    y = np.array([came[row["subject_id"]] for row in log], float)
    fired = np.array([row["fired"] for row in log])
    chance = np.array([row["propensity"] for row in log])
    weight = np.where(fired, 1 / chance, -1 / (1 - chance))
    terms = weight * (y - y.mean())
    wide = 3 * terms.std() / np.sqrt(len(terms))
    assert terms.mean() - wide < truth < terms.mean() + wide
    assert terms.mean() + wide < confounded[0]


DAYS_BEFORE, REPAIRS = 2, ("hotel_room_held", "hotel_upgrade", "hotel_confirm_call")


def arrivals(tables: dict[str, pa.Table]) -> list[dict]:
    """Bookings two days before arrival: confirmed or not, and whether the customer then asked for the room."""
    return query(
        f"""SELECT b.subject_id, b.arrival - {DAYS_BEFORE} AS day, b.arrival - b.sold AS lead,
                   EXISTS (SELECT 1 FROM hotel_status s WHERE s.subject_id = b.subject_id
                           AND s.status = 'confirmed' AND s.known_at < b.eve) AS confirmed,
                   EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = b.subject_id AND c.scenario = 'no_room'
                           AND c.initiator = 'user' AND c.occurred_at >= b.eve) AS no_room
            FROM (SELECT subject_id, arrival, occurred_at::DATE AS sold,
                         arrival::TIMESTAMP - INTERVAL {DAYS_BEFORE} DAY - INTERVAL 6 HOUR AS eve
                  FROM hotel_bookings WHERE op = 'insert'
                  AND known_at < arrival::TIMESTAMP - INTERVAL {DAYS_BEFORE} DAY - INTERVAL 6 HOUR
                  AND arrival < DATE '2024-05-01') b
            WHERE NOT EXISTS (SELECT 1 FROM hotel_status s WHERE s.subject_id = b.subject_id
                              AND s.status = 'cancelled' AND s.known_at < b.eve) ORDER BY 1""",
        tables,
    )


def chance_unconfirmed(rows: list[dict]) -> float:
    """What a logistic regression says of an unconfirmed booking, sold a week before."""
    x = np.array([[not row["confirmed"], np.log1p(row["lead"])] for row in rows], float)
    model = LogisticRegression(C=100.0).fit(x, [row["no_room"] for row in rows])
    return float(model.predict_proba([[1.0, np.log1p(7)]])[0, 1])


def test_training_on_treated_subjects_as_if_untreated_hides_a_scenario():
    """Where every unconfirmed booking is put right, the model learns that unconfirmed bookings are safe."""
    days = 121
    alone = arrivals(tables_of(live(World(7, 12_000), days)))
    acts = {}
    for number in range(days):
        today = day_after(number)
        subjects = [row["subject_id"] for row in alone if row["day"] == today and not row["confirmed"]]
        if subjects:
            acts[number] = pa.concat_tables(actions(subjects, name, today, 3) for name in REPAIRS)
    treated = arrivals(tables_of(live(World(7, 12_000), days, acts)))
    honest, hidden = chance_unconfirmed(alone), chance_unconfirmed(treated)
    assert honest > 0.08 and hidden < 0.5 * honest
