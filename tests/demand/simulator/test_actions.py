"""Actions change the future of their subject, and of nothing else."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.contract import ContractError, StateError
from demand.simulator import World, tables_of, truth_of
from demand.simulator.effects import rate_ratios
from tests.builders.simulator import actions, day_after, first_days, live

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
    return lived_with(actions(treated, "prepaid_advance_refund", day_after(FIRED)))


def rows_of_others(table: pa.Table, subjects: list[str]) -> pa.Table:
    if "subject_id" not in table.column_names:
        return table
    return table.filter(pc.invert(pc.is_in(table["subject_id"], pa.array(subjects))))


def test_rows_of_other_subjects_stay_the_same(treated, world_with):
    without, with_actions = tables_of(first_days()), tables_of(world_with)
    for source in without:
        assert rows_of_others(with_actions[source], treated) == rows_of_others(without[source], treated), source


def test_the_past_stays_the_same(world_with):
    assert tables_of(world_with[:FIRED]) == tables_of(first_days()[:FIRED])


def test_fewer_requests_come_from_treated_subjects():
    """Every open booking gets a room held; the draws are the same, so no request can come by luck."""
    before = live(World(7, 4000), 60)
    risks = before[30].truth["risks"]
    subjects = risks.filter(pc.equal(risks["industry"], "hotel"))["subject_id"].to_pylist()
    held = pa.concat_tables(
        actions(subjects, intervention, day_after(31)) for intervention in ("hotel_room_held", "hotel_confirm_call")
    )
    after = live(World(7, 4000), 60, {31: held})
    without, with_actions = (
        {row["subject_id"] for row in tables_of(batches)["contacts"].to_pylist() if row["initiator"] == "user"}
        for batches in (before, after)
    )
    assert with_actions < without


def test_the_truth_tells_the_effect(world_with, treated):
    effects = truth_of(world_with)["effects"]
    assert effects["subject_id"].to_pylist() == treated
    assert set(effects["acts_from"].to_pylist()) == {day_after(FIRED)}
    assert pc.all(pc.less_equal(effects["p_with"], effects["p_without"])).as_py()
    assert pc.sum(effects["p_with"]).as_py() < pc.sum(effects["p_without"]).as_py()


def test_contacting_a_customer_is_a_contact_of_the_platform(world_with, treated):
    contacts = tables_of(world_with)["contacts"]
    ours = contacts.filter(pc.equal(contacts["initiator"], "platform"))
    assert sorted(ours["subject_id"].to_pylist()) == sorted(treated)
    assert ours["scenario"].null_count == len(ours)


def test_the_same_action_twice_acts_once(treated):
    once = actions(treated[:5], "prepaid_expert_call", day_after(FIRED))
    twice = live(World(7, 2000), FIRED + 5, {FIRED: pa.concat_tables([once, once])})
    effects = twice[FIRED].truth["effects"]
    assert pc.sum(pc.less(effects["p_with"], effects["p_without"])).as_py() <= 5 == len(effects) // 2


@pytest.mark.parametrize(("hour", "acts_on"), [(7, FIRED), (9, FIRED + 1)])
def test_an_action_acts_from_the_next_first_contact_hour_on(treated, hour, acts_on):
    fired = actions(treated[:1], "prepaid_expert_call", day_after(FIRED), hour)
    batches = live(World(7, 2000), FIRED + 2, {FIRED: fired})
    assert [number for number, batch in enumerate(batches) if len(batch.truth["effects"])] == [acts_on]


def test_a_reminder_harms_those_it_wakes_and_helps_the_others():
    world = World(7, 300)
    reminder = world.catalog.intervention("hotel_cancel_rules")
    ratios = rate_ratios(reminder, ("cancel_fee", "no_room"), response=pa.array([0.01, 0.5, 0.9]).to_numpy())
    assert ratios[0, 0] > 1 > ratios[1, 0] > ratios[2, 0]
    assert (ratios[:, 1] == 1).all()


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
