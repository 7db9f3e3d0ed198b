"""The page of the doubtful columns is what its kept figures say."""

import json

from experiments.studies.doubtful_columns import COLUMNS, PAGE, RESULT
from experiments.studies.doubtful_page import page


def test_the_page_is_what_the_kept_figures_say():
    kept = json.loads(RESULT.read_text(encoding="utf-8"))
    assert PAGE.read_text(encoding="utf-8") == page(kept)


def test_every_column_stands_alone_and_is_left_out_once_for_each_hotel():
    kept = json.loads(RESULT.read_text(encoding="utf-8"))
    for hotel in kept["hotels"].values():
        named = [(row["kind"], *row["columns"]) for row in hotel["drop"] if len(row["columns"]) == 1]
        assert sorted(named) == sorted((kind, column) for kind in ("only", "without") for column in COLUMNS)
