"""Industries nobody is in, nothing can be learned about, or whose tables know the end."""

from tests.builders.broken import State, demand, edit_config, replace_text

TOPIC = "Industries and labels"


def test_an_industry_without_a_subject_is_told(repairs, warned):
    edit_config(repairs, lambda c: c["industries"]["repairs"]["subjects"].update(where="item = 'boat'"))
    warned("an empty industry", "industries.repairs.subjects: no subject is live at any cutoff")


def test_one_class_only_is_told_and_leaves_the_champion(repairs, warned):
    edit_config(repairs, lambda c: c["industries"]["repairs"]["requests"].update(where="scenario = 'never'"))
    warned("one class only", "industries.repairs.requests: no request: nothing to learn from")
    before = State.of(repairs)
    trained = demand("train", repairs)
    assert "too few to learn from" in trained.about("take with care")
    assert State.of(repairs).champion == before.champion


def test_a_horizon_longer_than_the_data_is_told(repairs, warned):
    edit_config(repairs, lambda c: c["industries"]["repairs"].update(horizon="900d"))
    warned("a horizon longer than the data", "the horizon 900d is longer than the data: no cutoff matures")


def test_training_without_a_matured_row_is_refused(repairs, refused):
    edit_config(repairs, lambda c: c["industries"]["repairs"].update(horizon="900d"))
    refused("training without a matured row", "no row of repairs has matured", "train")


def test_a_source_that_looks_ahead_is_refused_with_what_moved(repairs, refused):
    replace_text(repairs, "sources/orders.sql", "due_on, item,", "due_on, coalesce(ending, item) AS item,")
    refused("a source that looks ahead", "sources/orders.sql: looks ahead", "check")


def test_survivors_only_are_refused_with_the_share(repairs, refused):
    replace_text(repairs, "sources/orders.sql", "FROM raw_orders", "FROM raw_orders WHERE ended_at IS NULL")
    refused("survivors only", "order_status.subject_id: the subject table holds survivors only: 222 of 222 rows")
