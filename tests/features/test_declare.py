"""Declarations are values: comparable, hashable, printed as they are written, refused early."""

import pytest

from demand.contract import ConfigError, ContractError
from features import By, FeatureSet, at_least, calendar, days_between, events, ratio, role, share, state, trend

BOOKED, CANCELLED = events("bookings"), state("booking_status").where(status="cancelled")
AGENT = By("agent")


def test_two_equal_declarations_are_one_value():
    assert AGENT(BOOKED).count("30d") == By("agent")(events("bookings")).count("30d")
    assert len({FeatureSet("a", AGENT(BOOKED).count("30d")), FeatureSet("a", By("agent")(BOOKED).count("30d"))}) == 1


def test_conditions_are_equal_in_any_order_of_their_names():
    assert BOOKED.where(nights=2, channel="web") == BOOKED.where(channel="web", nights=2)


def test_values_of_a_tuple_are_equal_in_any_order():
    assert BOOKED.where(channel=("web", "app")) == BOOKED.where(channel=("app", "web"))


def test_a_declaration_prints_as_it_is_written():
    declared = AGENT(CANCELLED).count("365d")
    assert repr(declared) == (
        "agent_cancelled_365d = By('agent')(state('booking_status').where(status='cancelled')).count('365d')"
    )


def test_a_comparison_prints_as_it_is_written():
    assert repr(BOOKED.where(nights=at_least(3))) == "events('bookings').where(nights=at_least(3))"


def test_one_feature_per_window_in_the_order_of_the_windows():
    assert [f.name for f in AGENT(BOOKED).count("30d", "365d", "all")] == [
        "agent_bookings_30d",
        "agent_bookings_365d",
        "agent_bookings_all",
    ]


def test_no_window_means_all_history():
    assert AGENT(BOOKED).mean("nights") == AGENT(BOOKED).mean("nights", "all")


def test_a_role_stands_where_a_source_name_stands():
    assert By("user")(events(role("requests"))).count("7d").items[0].name == "user_requests_7d"


def test_values_with_odd_characters_make_plain_names():
    odd = events("bookings").where(channel='TA/TO: "x", {y}')
    assert AGENT(odd).count("30d").items[0].name.isidentifier()


def test_a_ratio_brings_its_two_numbers_along():
    declared = FeatureSet("agents", ratio(AGENT(CANCELLED).count("365d"), AGENT(BOOKED).count("365d")))
    assert declared.names == (
        "agent_cancelled_365d",
        "agent_bookings_365d",
        "agent_cancelled_365d_per_agent_bookings_365d",
    )


def test_a_part_declared_outright_keeps_its_own_words():
    own = AGENT(BOOKED).count("365d").describe(en="sold", zh="已售")
    declared = FeatureSet("agents", ratio(AGENT(CANCELLED).count("365d"), AGENT(BOOKED).count("365d")), own)
    text = {f.name: f.text for f in declared.features}["agent_bookings_365d"]
    assert text is not None and text.en == "sold"


def test_groups_divide_pair_by_pair():
    pairs = ratio(AGENT(CANCELLED).count("30d", "365d"), AGENT(BOOKED).count("30d", "365d"))
    assert [f.name for f in pairs] == [
        "agent_cancelled_30d_per_agent_bookings_30d",
        "agent_cancelled_365d_per_agent_bookings_365d",
    ]


def test_groups_of_different_lengths_do_not_divide():
    with pytest.raises(ContractError, match="2 and 3 features"):
        ratio(AGENT(BOOKED).count("7d", "30d"), AGENT(BOOKED).count("7d", "30d", "90d"))


def test_names_can_follow_the_window():
    assert [f.name for f in AGENT(BOOKED).count("7d", "30d").named("sold_{window}")] == ["sold_7d", "sold_30d"]


def test_a_list_of_names_must_fit():
    with pytest.raises(ContractError, match="3 names for 2 features"):
        AGENT(BOOKED).count("7d", "30d").named("a", "b", "c")


@pytest.mark.parametrize("name", ["with space", "a[0]", 'a"b', "a:b", "a,b", "a{b}", ""])
def test_names_that_models_refuse_are_refused(name):
    with pytest.raises(ContractError, match="letters, digits and underscores"):
        AGENT(BOOKED).count("7d").named(name)


@pytest.mark.parametrize("name", ["cutoff", "requested", "scenario", "due_at", "weight"])
def test_names_of_the_training_table_are_refused(name):
    with pytest.raises(ContractError, match="training table"):
        AGENT(BOOKED).count("7d").named(name)


def test_every_duplicate_name_is_reported_at_once():
    clash = [AGENT(BOOKED).count("7d", "30d").named("a", "b"), AGENT(CANCELLED).count("7d", "30d").named("a", "b")]
    with pytest.raises(ConfigError) as error:
        FeatureSet("agents", *clash)
    assert [p.found.split(":")[0] for p in error.value.problems] == [
        "two features are called a",
        "two features are called b",
    ]


@pytest.mark.parametrize("window", ["30x", "0d", "", 30, None])
def test_a_window_that_is_none_is_refused(window):
    with pytest.raises(ContractError):
        AGENT(BOOKED).count(window)


def test_a_window_in_place_of_a_column_is_refused_with_the_remedy():
    with pytest.raises(ContractError, match=r'\.sum\("price_cents", "30d"\)'):
        AGENT(BOOKED).sum("30d")


def test_a_share_needs_a_condition():
    with pytest.raises(ContractError, match="share without a condition"):
        AGENT(BOOKED).share("30d")


def test_share_reads_like_ratio_and_trend():
    assert share(AGENT(BOOKED), "30d", channel="web") == AGENT(BOOKED).share("30d", channel="web")


@pytest.mark.parametrize("bad", [AGENT(BOOKED).count("all"), AGENT(BOOKED).mean("nights", "30d")])
def test_a_trend_is_of_counts_or_sums_over_durations(bad):
    with pytest.raises(ContractError, match="over durations"):
        trend(AGENT(BOOKED).count("7d"), bad)


def test_a_condition_on_no_value_is_refused():
    with pytest.raises(ContractError, match="can never hold"):
        BOOKED.where(channel=())


@pytest.mark.parametrize("value", [[1], {"a"}, object(), float("nan")])
def test_a_condition_compares_with_plain_values(value):
    with pytest.raises(ContractError, match="not a value to compare with"):
        BOOKED.where(channel=value)


def test_rows_without_an_aggregation_are_no_feature():
    with pytest.raises(ContractError, match="say what to aggregate"):
        FeatureSet("agents", AGENT(BOOKED))


def test_a_phrase_is_said_in_both_languages():
    with pytest.raises(ContractError, match="both"):
        AGENT(BOOKED).count("7d").describe(en="sold", zh="已售", phrase_en="{value} sold")


def test_unknown_moments_and_parts_name_the_known_ones():
    with pytest.raises(ContractError, match="opened, due, cutoff"):
        days_between("opened", "paid")
    with pytest.raises(ContractError, match="month, weekday, weekend"):
        calendar("year")


def test_a_key_is_named_once():
    with pytest.raises(ContractError, match="twice"):
        By("agent", "agent")
