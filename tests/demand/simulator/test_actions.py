"""Actions change the future of their subject, of its user and its store, and of nobody else."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.contract import ContractError, StateError
from demand.simulator import World, tables_of, truth_of
from tests.builders.simulator import actions, day_after, first_days, live, query

FIRED = 50


def open_at(day: int, industry: str, count: int) -> list[str]:
    """The subjects at the greatest risk that evening."""
    risks = first_days()[day].truth["risks"]
    risks = risks.filter(pc.equal(risks["industry"], industry)).sort_by([("p_request", "descending")])
    return risks["subject_id"].to_pylist()[:count]


def lived_with(action: pa.Table):
    return live(World(7, 2000), len(first_days()), {FIRED: action})


@pytest.fixture(scope="module")
def treated() -> list[str]:
    return open_at(FIRED, "prepaid_card", 40)


@pytest.fixture(scope="module")
def world_with(treated):
    return lived_with(actions(treated, "prepaid_hardship_expert", day_after(FIRED)))


def rows_of_others(table: pa.Table, subjects: list[str], users: list[str]) -> pa.Table:
    for key, own in (("subject_id", subjects), ("user_id", users)):
        if key in table.column_names:
            table = table.filter(pc.invert(pc.is_in(table[key], pa.array(own))))
    return table


def test_rows_of_other_users_stay_the_same(treated, world_with):
    without, with_actions = tables_of(first_days()), tables_of(world_with)
    own = without["card_sales"].filter(pc.is_in(without["card_sales"]["subject_id"], pa.array(treated)))
    users = own["user_id"].to_pylist()
    assert "contact_answers" in without
    answered = {"contact_answers", "fund_ledger"}  # one desk answers all: a call to one keeps the next one waiting
    for source in without.keys() - answered:
        kept = (rows_of_others(tables[source], treated, users) for tables in (with_actions, without))
        assert next(kept) == next(kept), source


def test_the_past_stays_the_same(world_with):
    assert tables_of(world_with[:FIRED]) == tables_of(first_days()[:FIRED])


def test_fewer_customers_ask_of_those_treated_subjects():
    """Every open booking is called about; the draws are the same, so a new request can only be a displaced one."""
    before = live(World(7, 12000), 60)
    risks = before[30].truth["risks"]
    subjects = risks.filter(pc.equal(risks["industry"], "hotel"))["subject_id"].to_pylist()
    calls = pa.concat_tables(
        actions(subjects, name, day_after(31)) for name in ("hotel_upgrade", "hotel_confirm_call", "refund_hasten")
    )
    after = live(World(7, 12000), 60, {31: calls})
    without, with_actions = (
        {row["subject_id"] for row in tables_of(batches)["contacts"].to_pylist() if row["initiator"] == "user"}
        for batches in (before, after)
    )
    assert len(with_actions - without) < len(without - with_actions)


def test_the_truth_tells_the_effect(world_with, treated):
    effects = truth_of(world_with)["effects"]
    assert sorted(effects["subject_id"].to_pylist()) == sorted(treated)
    assert set(effects["acts_from"].to_pylist()) == {day_after(FIRED)}
    acted = effects.filter(pc.equal(effects["outcome"], "acted"))
    assert pc.sum(acted["p_with"]).as_py() < 0.9 * pc.sum(acted["p_without"]).as_py()


def test_an_action_that_does_not_get_through_changes_nothing(world_with):
    effects = truth_of(world_with)["effects"]
    stopped = effects.filter(pc.not_equal(effects["outcome"], "acted"))
    assert set(stopped["outcome"].to_pylist()) == {"no_slot"}
    assert stopped["p_with"] == stopped["p_without"]


def test_contacting_a_customer_is_a_contact_of_the_platform(world_with):
    contacts, effects = tables_of(world_with)["contacts"], truth_of(world_with)["effects"]
    ours = contacts.filter(pc.equal(contacts["initiator"], "platform"))
    reached = effects.filter(pc.equal(effects["outcome"], "acted"))
    assert sorted(ours["subject_id"].to_pylist()) == sorted(reached["subject_id"].to_pylist())
    assert ours["scenario"].null_count == len(ours)


def test_the_same_action_twice_acts_once(treated):
    once = actions(treated[:5], "prepaid_merchant_check", day_after(FIRED))
    twice = live(World(7, 2000), FIRED + 5, {FIRED: pa.concat_tables([once, once]), FIRED + 2: once})
    outcomes = truth_of(twice)["effects"]["outcome"].to_pylist()
    assert (outcomes.count("repeated"), outcomes.count("acted")) == (10, 5)


@pytest.mark.parametrize(("hour", "acts_on"), [(5, FIRED), (7, FIRED + 1)])
def test_an_action_acts_from_the_next_first_contact_hour_on(treated, hour, acts_on):
    fired = actions(treated[:1], "prepaid_expert_call", day_after(FIRED), hour)
    batches = live(World(7, 2000), FIRED + 2, {FIRED: fired})
    assert [number for number, batch in enumerate(batches) if len(batch.truth["effects"])] == [acts_on]


def test_what_a_group_has_no_slot_for_is_not_done(treated):
    called = live(World(7, 2000), FIRED + 3, {FIRED: actions(treated, "prepaid_expert_call", day_after(FIRED))})
    outcomes = truth_of(called)["effects"]["outcome"].to_pylist()
    assert (outcomes.count("acted"), outcomes.count("no_slot")) == (6, len(treated) - 6)
    ours = pc.sum(pc.equal(tables_of(called)["contacts"]["initiator"], "platform")).as_py()
    assert ours == 6


def test_a_message_does_not_reach_who_has_taken_the_consent_back(treated):
    notice = actions(treated, "prepaid_slot_offer", day_after(FIRED))
    batches = live(World(7, 2000), FIRED + 2, {FIRED: notice})
    outcomes = {row["subject_id"]: row["outcome"] for row in truth_of(batches)["effects"].to_pylist()}
    assert set(outcomes.values()) == {"acted", "opted_out"}
    contacts = tables_of(batches)["contacts"]
    ours = contacts.filter(pc.equal(contacts["initiator"], "platform"))["subject_id"].to_pylist()
    assert sorted(ours) == sorted(s for s, outcome in outcomes.items() if outcome == "acted")


def test_nothing_depends_on_the_order_of_actions(treated):
    """Calls beyond the slots, two messages to some users, several actions on one subject."""
    names = ("prepaid_expert_call", "prepaid_refund_preview", "prepaid_slot_offer")
    table = pa.concat_tables([actions(treated, name, day_after(FIRED), 9) for name in names])
    shuffled = table.take(np.random.default_rng(2).permutation(len(table)))
    one, other = (live(World(7, 2000), FIRED + 10, {FIRED: each}) for each in (table, shuffled))
    assert tables_of(one) == tables_of(other) and truth_of(one) == truth_of(other)


def test_an_action_means_the_same_whatever_is_done_to_others(treated):
    """The effect on one subject is a difference with everything else as it was."""
    mine, fired = "prepaid_hardship_expert", day_after(FIRED)
    users = {row["subject_id"]: row["user_id"] for row in tables_of(first_days())["card_sales"].to_pylist()}
    others = [subject for subject in treated[1:] if users[subject] != users[treated[0]]]
    alone = actions(treated[:1], mine, fired)
    crowd = pa.concat_tables([alone, actions(others, "prepaid_slot_offer", fired)])
    found = [truth_of(live(World(7, 2000), FIRED + 1, {FIRED: each}))["effects"] for each in (alone, crowd)]
    own = [effects.filter(pc.equal(effects["subject_id"], treated[0])) for effects in found]
    assert own[0] == own[1] and own[0]["p_with"][0].as_py() < own[0]["p_without"][0].as_py()


def test_the_same_subject_draws_the_same_whatever_is_done(world_with, treated):
    """Rows that both worlds have are equal to the letter; the others fell away with a request, or came with one."""
    seen = 0
    for source in ("contacts", "messages", "card_redemptions", "page_views"):
        without, with_actions = (
            {(row["id"], row["op"]): row for row in tables[source].to_pylist() if row["subject_id"] in set(treated)}
            for tables in (tables_of(first_days()), tables_of(world_with))
        )
        both = without.keys() & with_actions.keys()
        assert all(without[row] == with_actions[row] for row in both), source
        seen += len(both)
    assert seen > 30


def test_each_message_to_a_user_weakens_the_next(treated):
    names = ("prepaid_refund_preview", "prepaid_slot_offer", "prepaid_pause_transfer")
    table = pa.concat_tables([actions(treated[:1], n, day_after(FIRED), 2 + h) for h, n in enumerate(names)])
    weights = truth_of(live(World(7, 2000), FIRED + 2, {FIRED: table}))["effects"]["weight"].to_pylist()
    assert weights[0] > weights[1] > weights[2]


def test_doing_harm_happens(treated):
    notice = actions(treated, "prepaid_seven_day_note", day_after(FIRED))
    effects = truth_of(live(World(7, 2000), FIRED + 2, {FIRED: notice}))["effects"]
    assert pc.sum(pc.greater(effects["p_with"], effects["p_without"])).as_py() > 5


def test_what_was_fired_before_the_cutoff_is_in_the_truth_of_the_night(treated):
    evening = actions(treated, "prepaid_stop_sale", day_after(FIRED - 1), 20)
    batch = live(World(7, 2000), FIRED + 1, {FIRED - 1: evening})[FIRED]
    told = {row["subject_id"]: row["p_request"] for row in batch.truth["risks"].to_pylist()}
    for row in batch.truth["effects"].to_pylist():
        assert told[row["subject_id"]] == pytest.approx(row["p_with"])


def test_as_many_requests_come_as_the_truth_says_when_much_is_done():
    """Displaced and delayed requests are in the truth of the night after the actions."""
    world, acts = World(7, 40_000), []
    before = live(world, 41)[-1].truth["risks"]
    for industry, names in {
        "hotel": ("hotel_confirm_call", "refund_progress"),
        "prepaid_card": ("prepaid_pause_transfer", "prepaid_refund_preview"),
        "home_cleaning": ("cleaning_reassign", "cleaning_slot_offer"),
        "catering": ("catering_extend_validity", "catering_hold_slot", "catering_wait_estimate"),
    }.items():
        subjects = before.filter(pc.equal(before["industry"], industry))["subject_id"].to_pylist()
        acts += [actions(subjects, name, day_after(41)) for name in names]
    batches = live(world, 32, {0: pa.concat_tables(acts)})
    [found] = query(
        """WITH asked AS (SELECT subject_id, min(occurred_at) AS first FROM contacts
                          WHERE initiator = 'user' AND op = 'insert' AND occurred_at >= TIMESTAMPTZ '2024-02-11 18:00Z'
                          GROUP BY 1)
           SELECT sum(p_request) AS expected, sum(p_request * (1 - p_request)) AS variance,
                  sum((first < cutoff + to_microseconds(horizon_us))::INT)::DOUBLE AS came
           FROM risks LEFT JOIN asked USING (subject_id)
           WHERE cutoff = TIMESTAMPTZ '2024-02-11 18:00Z'""",
        tables_of(batches) | truth_of(batches),
    )
    assert found["came"] > 50
    assert abs(found["came"] - found["expected"]) < 3 * np.sqrt(found["variance"])


def test_an_unknown_subject_is_refused():
    with pytest.raises(ContractError, match="booking-999999"):
        World(7, 300).step(day_after(0), actions(["booking-999999"], "hotel_confirm_call", day_after(0)))


def test_an_order_that_has_not_come_yet_is_unknown():
    with pytest.raises(ContractError, match="unknown subject"):
        World(7, 3000).step(day_after(0), actions(["booking-000030"], "hotel_confirm_call", day_after(0)))


def test_an_unknown_intervention_is_refused(treated):
    world = World(7, 2000)
    live(world, FIRED)
    with pytest.raises(StateError, match="no intervention"):
        world.step(day_after(FIRED), actions(treated[:1], "prepaid_magic", day_after(FIRED)))


def test_a_missing_column_is_named():
    lacking = actions([], "hotel_confirm_call", day_after(0)).drop_columns(["fire_at"])
    with pytest.raises(ContractError, match="fire_at"):
        World(7, 300).step(day_after(0), lacking)
