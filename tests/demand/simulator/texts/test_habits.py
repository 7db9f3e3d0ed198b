from random import Random

from demand.simulator.texts import chinese, english
from demand.simulator.texts.chinese import TYPOS

ZH = "已经等了三天，退款一直没到账。客服电话没人接，商家也不处理"
EN = "I have been waiting for three days and the refund has not arrived. Nobody answers the phone"


def spoiled(module, text, tone="plain", count=2000):
    draw = Random(5).random
    return [module.spoil(text, tone, draw) for _ in range(count)]


def test_a_sixth_of_chinese_texts_has_a_homophone():
    wrong = [wrong for right, wrong in TYPOS if right in ZH]
    share = sum(any(word in text for word in wrong) for text in spoiled(chinese, ZH)) / 2000
    assert 0.1 < share < 0.25


def test_a_sixth_of_english_texts_has_a_slip_of_the_keyboard():
    words = set(EN.lower().replace(".", "").split()) | set(english.EMOJIS["plain"])
    words |= set(english.SHORT.values()) | set(english.MIXED.values())
    texts = [set(text.lower().replace(".", "").replace(",", "").split()) for text in spoiled(english, EN)]
    assert 0.1 < sum(bool(text - words) for text in texts) / 2000 < 0.25


def test_a_slip_changes_a_text_by_one_letter_at_most():
    draw = Random(2).random
    slips = {english.mistype(EN, draw) for _ in range(300)}
    assert len(slips) > 50
    assert {len(slip) - len(EN) for slip in slips} == {-1, 0, 1}


def test_short_words_are_never_mistyped():
    assert english.mistype("I am at the desk", Random(1).random) == "I am at the desk"


def test_only_the_furious_shout():
    assert not any(text.isupper() for text in spoiled(english, EN, "polite"))
    assert any(text[:80].isupper() for text in spoiled(english, EN, "angry"))


def test_an_emoji_ends_some_texts():
    emojis = tuple(chinese.EMOJIS["angry"])
    share = sum(text.endswith(emojis) for text in spoiled(chinese, ZH, "angry")) / 2000
    assert 0.08 < share < 0.25


def test_some_write_without_punctuation():
    texts = spoiled(chinese, ZH)
    assert 0.08 < sum(not set(text) & set("，。！？,.") for text in texts) / 2000 < 0.3


def test_a_sentence_that_goes_on_loses_its_capital_but_a_name_keeps_it():
    said = [english.run_on(text) for text in ("The room", "I paid", "I'm here", "WeChat took it", "Is it?")]
    assert said == ["the room", "I paid", "I'm here", "WeChat took it", "is it?"]
