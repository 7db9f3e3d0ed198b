"""Texts agree with the row that they stand in."""

import re

import numpy as np
import pytest

from demand.simulator.rows import to_table
from demand.simulator.texts.voice import go_together
from demand.simulator.world import World
from tests.builders.texts import ON_THE_DAY, SCENARIOS, TODAY, all_texts, pool, written


def contacts(world, days):
    """The rows of `contacts` of so many days, and of no other source."""
    steps = [world.step(world.today).rows for _ in range(days)]
    filed = [each for step in steps for released in step for each in released.items() if each[0].source == "contacts"]
    return [row for layout, rows in filed if len(rows) for row in to_table(layout, rows).to_pylist()]


LOBBY = re.compile("大堂|外面还下着雨|到店|lobby|at the door|It's raining")


@pytest.mark.parametrize("prefix", sorted(SCENARIOS))
def test_an_order_number_is_the_end_of_the_rows_own(prefix):
    quoted = [re.search(r"(?:尾号|ending in |ends in )(\d+)", text) for text in all_texts(prefix)]
    numbers = {each[1] for each in quoted if each}
    assert numbers == {"4321"}


def test_nobody_stands_in_the_lobby_weeks_before_the_arrival():
    before = written("booking", "no_room", due=TODAY + 20, minute=500)
    there = written("booking", "no_room", due=TODAY, minute=1_200)
    assert not [text for text in before if LOBBY.search(text)]
    assert sum(bool(LOBBY.search(text)) for text in there) > 30


def test_the_hour_that_is_said_is_the_one_on_the_clock():
    texts = written("booking", "no_room", minute=11 * 60 + 33, count=2_000)
    said = [each[1] for text in texts if (each := re.search("现在都(.+?)了", text))]
    assert said
    assert set(said) <= {"11:30", "上午十一点半", "上午11点半"}


def test_an_agreed_hour_is_the_one_of_the_order():
    texts = written("cleaning", "worker_no_show", minute=11 * 60, agreed=9 * 60, count=2_000)
    said = {each[1] for text in texts if (each := re.search("约的(.+?)，", text))}
    assert said <= {"9:00", "上午九点", "上午9点"}
    assert said


@pytest.mark.parametrize(("waited", "never", "now"), [(0, "两天|星期|two days|week", "."), (12, "两天|two days", "12")])
def test_days_of_waiting_are_those_since_the_refund_was_asked_for(waited, never, now):
    texts = written("booking", "refund_slow", asked=TODAY - waited)
    assert not [text for text in texts if re.search(f"({never})", text) and "24" not in text]
    assert [text for text in texts if now in text]


def test_nobody_says_a_studio_is_shut_before_it_is():
    shut = re.compile("跑路了|失联|人去楼空|搬空|封条|倒闭了|卷款|is shut|ran off|disappeared|bankrupt|overnight")
    trading = written("card", "merchant_runaway", due=TODAY + 90, shut=0)
    assert not [text for text in trading if shut.search(text)]
    assert sum(bool(shut.search(text)) for text in written("card", "merchant_runaway", due=TODAY + 90, shut=1)) > 30


def test_a_text_names_one_day_of_purchase():
    for text in written("booking", "no_room", due=TODAY, opened=TODAY - 1, count=1_000):
        if "昨天下的单" in text or "昨天买的" in text:
            assert not re.search("半个月|星期|十来天", text), text


@pytest.mark.parametrize("prefix", sorted(SCENARIOS))
def test_who_only_asks_or_praises_is_not_angry(prefix):
    texts = written(prefix, "other")
    assert not [text for text in texts if re.search("骗子|垃圾|Thieves|Absolute scam|Shame on you", text)]


@pytest.mark.parametrize("prefix", sorted(SCENARIOS))
def test_medical_bills_are_spoken_of_only_after_an_injury(prefix):
    for scenario in pool(prefix).scenarios:
        if scenario != "allergy_injury":
            texts = written(prefix, scenario, wish="compensation", asked=TODAY - 5)
            assert not [text for text in texts if re.search("医药费|medical bills", text)]


def test_what_cannot_happen_to_one_order_does_not_stand_in_one_text():
    assert not go_together("worker_no_show", "damage")
    assert not go_together("no_room", "room_mismatch")
    assert go_together("queue_too_long", "extra_charge")
    assert go_together("voucher_expiring", "duplicate_pay")


@pytest.mark.parametrize("prefix", sorted(SCENARIOS))
def test_there_is_something_to_say_at_any_time(prefix):
    own = pool(prefix)
    for away in (-40, -1, 0, 1, 60):
        for shut in (0, 1):
            facts = ON_THE_DAY | {"due": TODAY + away, "shut": shut}
            for scenario in own.scenarios:
                texts = written(prefix, scenario, 60, **facts)
                assert all(texts)
                assert len(set(texts)) > 25, (scenario, away)


def test_a_text_of_a_world_quotes_its_own_order():
    world = World(seed=3, size=2_000)
    rows = contacts(world, days=150)
    quoted = [(row["subject_id"], re.search(r"(?:尾号|ending in |ends in )(\d+)", row["text"] or "")) for row in rows]
    numbers = [(subject[-4:], found[1]) for subject, found in quoted if found]
    assert numbers
    assert [own for own, said in numbers if own != said] == []


def test_hardly_a_long_text_of_a_later_quarter_was_written_before():
    world = World(seed=3, size=4_000)
    texts = [
        (row["occurred_at"].month, row["text"])
        for row in contacts(world, days=366)
        if row["op"] == "insert" and row["initiator"] == "user" and row["text"]
    ]
    before = {text for month, text in texts if month < 10}
    late = [text for month, text in texts if month >= 10 and len(text) >= 30]
    assert len(late) > 50
    assert np.mean([text in before for text in late]) < 0.02


def test_two_worlds_do_not_share_their_texts():
    one, other = ({text for text in _texts(seed) if len(text) >= 30} for seed in (1, 2))
    assert len(one & other) < 0.02 * min(len(one), len(other))


def _texts(seed):
    return [row["text"] for row in contacts(World(seed=seed, size=2_000), days=200) if row["text"]]
