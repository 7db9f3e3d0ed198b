import hashlib
import os
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

from demand.catalog import load_catalog
from demand.simulator.texts import EXPECTATIONS, LANGUAGES, VARIANTS, Pool, pack
from demand.simulator.texts.chinese import EMOJIS
from demand.simulator.texts.pool import AGAIN, INDUSTRIES, IRRELEVANT, SEVERAL, pool_of
from tests.builders.texts import EACH, ON_THE_DAY, SCENARIOS, all_texts, drawn, pool

PREFIXES = sorted(SCENARIOS)
every_industry = pytest.mark.parametrize("prefix", PREFIXES)
CHINESE = re.compile("[\u4e00-\u9fff]")
BRACKETED = {mark for marks in EMOJIS.values() for mark in marks if mark.startswith("[")} | {"[图片]"}


def cells(prefix, language):
    """The texts of every (scenario, expectation) in one language."""
    own, start = pool(prefix), 0
    for scenario in own.scenarios:
        for wish in EXPECTATIONS:
            for spoken in LANGUAGES:
                if spoken == language:
                    yield scenario, wish, all_texts(prefix)[start : start + EACH]
                start += EACH


def test_the_expectations_are_those_of_the_catalogue():
    assert tuple(each.id for each in load_catalog().expectations) == EXPECTATIONS


@every_industry
def test_every_scenario_and_expectation_is_said_in_both_languages(prefix):
    for language in LANGUAGES:
        for scenario, wish, texts in cells(prefix, language):
            written = [bool(CHINESE.search(text)) for text in texts]
            share = np.mean(written) if language == "zh" else 1 - np.mean(written)
            assert share > 0.8, (scenario, wish, language)


@every_industry
def test_no_part_of_a_template_is_left_over(prefix):
    for text in all_texts(prefix):
        rest = text
        for mark in BRACKETED:
            rest = rest.replace(mark, "")
        assert not set(rest) & set("{}[]|"), text
        assert text.strip() and "  " not in text.replace("\n", ""), text


@every_industry
def test_no_text_names_a_scenario_or_an_expectation(prefix):
    names = [*pool(prefix).scenarios, *EXPECTATIONS]
    named = [name for name in names if "_" in name and any(name in text.lower() for text in all_texts(prefix))]
    assert named == []


@every_industry
def test_hardly_anybody_uses_the_catalogues_words_for_a_scenario(prefix):
    catalog = load_catalog()
    words = {each.id: each.text for each in catalog.scenarios_of(INDUSTRIES[prefix])}
    for language in LANGUAGES:
        for scenario, _, texts in cells(prefix, language):
            name = getattr(words[scenario], language).lower()
            assert sum(name in text.lower() for text in texts) < EACH / 4, (scenario, name)


@every_industry
def test_hardly_a_text_of_a_cell_is_a_repetition(prefix):
    texts = all_texts(prefix)
    said = len(texts) - len(LANGUAGES) * EACH * 2  # beside the point and from the platform there is less to say
    fewest = min(len(set(texts[i : i + EACH])) for i in range(0, said, EACH))
    assert fewest >= EACH * 3 / 4


@every_industry
def test_texts_are_short_and_long(prefix):
    lengths = [len(text) for _, _, texts in cells(prefix, "zh") for text in texts]
    assert np.quantile(lengths, 0.1) < 20
    assert np.quantile(lengths, 0.9) > 36


@pytest.mark.parametrize(("language", "grams"), [(0, 1), (1, 2)])
@every_industry
def test_a_reader_mostly_tells_the_scenarios_of_an_industry_apart(prefix, language, grams):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB

    texts, scenario = drawn(prefix, language, 1800)
    counts = CountVectorizer(analyzer="char", ngram_range=(grams, grams)).fit_transform(texts)
    model = MultinomialNB().fit(counts[:1200], scenario[:1200])
    assert 0.75 < model.score(counts[1200:], scenario[1200:]) < 0.96


def test_a_number_says_which_kind_of_text_it_is():
    own, u = pool("booking"), (np.arange(20_000) + 0.5) / 20_000
    zeros = np.zeros(20_000, int)
    kinds = own.index(zeros, zeros, zeros, u, again=True) // VARIANTS
    counts = np.sort(np.unique(kinds, return_counts=True)[1]) / 20_000
    assert counts == pytest.approx(sorted([IRRELEVANT, SEVERAL, AGAIN, 1 - IRRELEVANT - SEVERAL - AGAIN]), abs=1e-3)


def test_whoever_writes_for_the_first_time_never_says_again():
    own, u = pool("booking"), (np.arange(20_000) + 0.5) / 20_000
    zeros = np.zeros(20_000, int)
    assert len(np.unique(own.index(zeros, zeros, zeros, u) // VARIANTS)) == 3


def test_numbers_stay_inside_the_pool():
    for prefix in PREFIXES:
        own = pool(prefix)
        last = [np.array([len(own.scenarios) - 1]), np.array([len(EXPECTATIONS) - 1]), np.array([1])]
        for u in (1e-12, 0.5, 1 - 1e-12):
            assert 0 <= own.index(*last, np.array([u]), again=True)[0] < len(own)
            assert 0 <= own.outreach(np.array([1]), np.array([u]))[0] < len(own)


def test_texts_do_not_depend_on_which_were_made_before():
    scenarios = tuple(SCENARIOS["card"].split())
    one, other = Pool("prepaid_card", scenarios), Pool("prepaid_card", scenarios)
    letters = pack(np.array([5, 3000, 700, 12]) * (VARIANTS + 7), **ON_THE_DAY)
    for n in range(len(letters) - 1, -1, -1):
        other.take(letters[n : n + 1])
    assert one.take(letters).to_pylist() == other.take(letters).to_pylist()


def test_a_pool_that_is_sent_to_a_process_is_the_one_of_that_name_there():
    own = pool("card")
    assert pickle.loads(pickle.dumps(own)) is pool_of("card", own.scenarios)


def test_a_negative_number_is_no_text():
    assert pool("card").take(pack(np.array([-1, 3, -1]), **ON_THE_DAY)).is_null().to_pylist() == [True, False, True]


def test_every_process_makes_the_same_texts():
    code = (
        "import hashlib; from tests.builders.texts import all_texts;"
        "print(hashlib.sha256('\\0'.join(all_texts('card')).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": "."}
    there = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    here = hashlib.sha256("\0".join(all_texts("card")).encode()).hexdigest()
    assert there.stdout.strip() == here
