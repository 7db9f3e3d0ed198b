import pickle
import re

import numpy as np
import pytest

from demand.simulator.texts import ABOUT, remarks_of
from demand.simulator.texts.lexicon import SCORES
from demand.simulator.texts.pool import INDUSTRIES
from demand.simulator.texts.remarks import VARIANTS

CHINESE = re.compile("[\u4e00-\u9fff]")
every_industry = pytest.mark.parametrize("prefix", sorted(INDUSTRIES))


@every_industry
def test_every_score_is_explained_in_both_languages(prefix):
    pool = remarks_of(prefix)
    texts = pool.take(np.arange(len(pool))).to_pylist()
    cells = [texts[start : start + VARIANTS] for start in range(0, len(pool), VARIANTS)]
    assert len(cells) == len(ABOUT) * len(SCORES) * 2
    for number, cell in enumerate(cells):
        assert len(set(cell)) > VARIANTS / 3, cell
        chinese = np.mean([bool(CHINESE.search(text)) for text in cell])
        assert chinese < 0.1 if number % 2 else chinese > 0.95
        assert all(2 <= len(text) < 160 and not re.search(r"[{}|]", text) for text in cell)


def test_no_remark_is_null_and_a_negative_number_stays_null():
    assert remarks_of("booking").take(np.array([-1, 0, -1], np.int32)).is_null().to_pylist() == [True, False, True]


def test_the_same_numbers_are_the_same_remarks_in_another_process():
    pool = remarks_of("card")
    again = pickle.loads(pickle.dumps(pool))
    codes = pool.index(1, np.array([1, 5]), 0, np.array([0.2, 0.7]))
    assert again.take(codes).equals(pool.take(codes))


def test_about_score_and_language_choose_the_cell():
    pool = remarks_of("meal")
    codes = pool.index(np.array([0, 0, 1]), np.array([1, 2, 1]), np.array([0, 1, 0]), np.zeros(3))
    assert codes.tolist() == [0, 3 * VARIANTS, len(SCORES) * 2 * VARIANTS]
