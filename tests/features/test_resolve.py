"""Declarations that do not fit the sources are refused before anything runs: all at once, with the right name."""

import pytest

from demand.contract import ConfigError, ContractError, LeakageError, Roles
from features import By, FeatureSet, at_least, compute, events, ratio, role, state
from tests.builders.features import UTC_ZONE, source, spine, values

BOOKINGS = source(
    "bookings",
    [{"at": 1, "agent": "a", "subject": "s"}],
    keys=("subject", "agent", "store"),
    columns={"nights": "int", "channel": "category", "refund_cents": "cents", "note": "text", "arrival": "date"},
    sides={"refund_cents": "after", "note": "contact"},
)
MESSAGES = [source(n, [], keys=("subject",), role="messages") for n in ("emails", "texts")]
ROLES = Roles("hotel", subjects="bookings", others={"messages": ("emails", "texts")})
AGENT = By("agent")(events("bookings"))


def refused(*features, error=ConfigError):
    with pytest.raises(error) as caught:
        values(FeatureSet("own", *features), spine([{"cutoff": 2, "agent": "a"}]), BOOKINGS, *MESSAGES, roles=ROLES)
    return caught.value.problems


@pytest.mark.parametrize(
    ("feature", "found", "remedy"),
    [
        (By("agent")(events("booking")).count(), "source 'booking' is unknown", "write 'bookings'"),
        (By("agnet")(events("bookings")).count(), "key of bookings: 'agnet' is unknown", "write 'agent'"),
        (By("store")(events("bookings")).count(), "key of the subjects of hotel: 'store' is unknown", "name one of"),
        (AGENT.mean("nigths"), "column of bookings: 'nigths' is unknown", "write 'nights'"),
        (By("agent")(events("bookings").where(chanel="x")).count(), "'chanel' is unknown", "write 'channel'"),
        (AGENT.share(chanel="x"), "'chanel' is unknown", "write 'channel'"),
        (By("agent")(events(role("mesages"))).count(), "role 'mesages' is unknown", "write 'messages'"),
        (By("subject")(events(role("messages"))).count(), "played by 2 sources", "emails, texts"),
        (By("agent")(state("bookings", owner="stor")).count(), "'stor' is unknown", "write 'store'"),
        (AGENT.sum("channel"), "sum of bookings.channel, which is of type category", "distinct, last or a share"),
        (AGENT.sum("arrival"), "sum of bookings.arrival, which is of type date", "another column"),
        (AGENT.last("note"), "bookings.note is text", "map a category"),
        (By("agent")(events("bookings").where(nights="3")).count().named("n"), "of type int, with '3'", "example 3"),
        (By("agent")(events("bookings").where(agent=9)).count().named("n"), "type category, with 9", 'example "9"'),
        (By("agent")(events("bookings").where(nights=True)).count().named("n"), "with True", "example 3"),
        (ratio(AGENT.last("channel"), AGENT.count()), "is a category", "divide numbers"),
    ],
)
def test_a_wrong_name_or_type_is_named_with_the_remedy(feature, found, remedy):
    problem = refused(feature)[-1]
    assert found in problem.found and remedy in problem.remedy


def test_every_problem_is_reported_at_once_with_its_place():
    problems = refused(AGENT.mean("nigths").named("first"), By("agnet")(events("bookings")).count().named("second"))
    assert [p.where for p in problems] == ["FeatureSet own, first", "FeatureSet own, second"]


@pytest.mark.parametrize(
    "feature",
    [
        AGENT.sum("refund_cents"),
        AGENT.share(refund_cents=at_least(1)),
        By("agent")(events("bookings").where(refund_cents=None)).count(),
        ratio(AGENT.sum("refund_cents"), AGENT.count()).named("r"),
    ],
)
def test_what_is_known_after_the_request_never_enters_a_feature(feature):
    problems = refused(feature, error=LeakageError)
    assert "known only after the request" in problems[0].found


def test_a_leak_is_not_hidden_by_other_problems_nor_hides_them():
    problems = refused(AGENT.mean("nigths"), AGENT.sum("refund_cents"), error=LeakageError)
    assert len(problems) == 2


def test_two_sets_may_declare_the_same_feature():
    asked = spine([{"cutoff": 2, "agent": "a"}])
    twice = [FeatureSet("one", AGENT.count()), FeatureSet("two", AGENT.count())]
    matrix = compute(asked, {"bookings": BOOKINGS}, twice, roles=ROLES, zone=UTC_ZONE)
    assert matrix.names == ["agent_bookings_all"]


def test_a_role_and_the_name_behind_it_are_the_same_feature():
    asked = spine([{"cutoff": 2, "agent": "a"}])
    named = [
        FeatureSet("one", AGENT.count().named("n")),
        FeatureSet("two", By("agent")(events(role("subjects"))).count().named("n")),
    ]
    assert compute(asked, {"bookings": BOOKINGS}, named, roles=ROLES, zone=UTC_ZONE).names == ["n"]


def test_two_sets_may_not_give_one_name_to_two_features():
    asked = spine([{"cutoff": 2, "agent": "a"}])
    clash = [FeatureSet("one", AGENT.count("7d").named("n")), FeatureSet("two", AGENT.count("9d").named("n"))]
    with pytest.raises(ConfigError, match="another feature of FeatureSet one has this name"):
        compute(asked, {"bookings": BOOKINGS}, clash, roles=ROLES, zone=UTC_ZONE)


def test_column_names_match_without_case():
    assert values(AGENT.sum("NIGHTS").named("n"), spine([{"cutoff": 2, "agent": "a"}]), BOOKINGS) == {"n": [0]}


def test_a_spine_without_its_keys_is_refused():
    with pytest.raises(ContractError, match="the spine lacks subject_id"):
        compute(spine([]).drop_columns(["subject_id"]), {"bookings": BOOKINGS}, [], roles=ROLES, zone=UTC_ZONE)
