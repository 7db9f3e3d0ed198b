"""Habits of people who type Chinese: no punctuation or too much of it, homophones of the pinyin keyboard, emojis."""

from __future__ import annotations

from collections.abc import Mapping

from demand.simulator.texts.grammar import Draw

TYPOS = (
    *(("的", "得"), ("在", "再"), ("账", "帐"), ("已经", "以经"), ("到底", "倒底"), ("怎么", "怎莫"), ("那么", "那末")),
    *(
        ("做", "作"),
        ("订", "定"),
        ("处理", "处里"),
        ("联系", "连系"),
        ("退款", "退宽"),
        ("客服", "克服"),
        ("取消", "取肖"),
    ),
    *(("时间", "时见"), ("预约", "预月"), ("为什么", "为神马"), ("商家", "伤家"), ("平台", "凭台"), ("消费", "消废")),
    *(("根本", "跟本"), ("一直", "一只"), ("说好", "说号"), ("没人", "美人"), ("电话", "店话"), ("投诉", "投素")),
    *(("申请", "深情"), ("赔偿", "陪偿"), ("解释", "结实"), ("道歉", "到欠"), ("迟到", "吃到"), ("阿姨", "啊姨")),
    *(("服务", "服物"), ("门店", "门电"), ("显示", "现实"), ("现场", "现厂"), ("提前", "题前"), ("态度", "太度")),
)
"""What is meant and what the keyboard offers for the same sounds."""

MIXED = (
    *(("退款", "refund"), ("取消", "cancel"), ("订单", "order"), ("预约", "book"), ("确认", "confirm"), ("客服", "CS")),
    *(
        ("经理", "manager"),
        ("态度", "attitude"),
        ("等了", "wait了"),
        ("马上", "asap"),
        ("图片", "photo"),
        ("道歉", "sorry"),
    ),
)
EMOJIS: Mapping[str, tuple[str, ...]] = {
    "plain": ("😅", "🙄", "😭", "[流泪]", "🥲", "😓", "[捂脸]", "🤷", "😢", "🤦‍♀️", "[苦涩]", "😮‍💨"),
    "polite": ("🙏", "🌹", "😊", "[抱拳]", "🙏🙏", "[玫瑰]", "～", "🥺"),
    "angry": ("😡", "😤", "🤬", "[发怒]", "💢", "😡😡😡", "👎", "[微笑]", "🙂"),
}
_TYPO, _EMOJI, _MIXED = 0.17, 0.15, 0.04


def spoil(text: str, tone: str, draw: Draw) -> str:
    """The text as somebody of this tone would type it."""
    u = draw()
    if u < _TYPO:
        text = _mistype(text, draw)
    elif u > 1 - _MIXED:
        text = _replace_one(text, MIXED, draw)
    text = _punctuate(text, tone, draw)
    if draw() < _EMOJI:
        emojis = EMOJIS[tone]
        text += emojis[int(draw() * len(emojis))]
    return text


def _mistype(text: str, draw: Draw) -> str:
    text = _replace_one(text, TYPOS, draw)
    return _replace_one(text, TYPOS, draw) if draw() < 0.3 else text


def _replace_one(text: str, pairs: tuple[tuple[str, str], ...], draw: Draw) -> str:
    found = [pair for pair in pairs if pair[0] in text]
    if not found:
        return text
    right, wrong = found[int(draw() * len(found))]
    return text.replace(right, wrong, 1)


def _punctuate(text: str, tone: str, draw: Draw) -> str:
    u = draw()
    if u < 0.3:
        return text if text[-1] in "？！。…～" else text + "。"
    if u < 0.52:
        return text
    if u < 0.68:
        return text.replace("。", " ").replace("，", " ").replace("、", " ")
    if u < 0.77:
        return text.replace("。", "，")
    if tone == "angry":
        shout = "！" if u < 0.9 else "！！！"
        return text.replace("。", "！").replace("？", "？？？" if u > 0.95 else "？！").rstrip("！") + shout
    if u < 0.84:
        return text.replace("。", "。。").rstrip("。") + "。。。"
    if u < 0.9:
        return text.replace("。", "\n" if len(text) > 40 else "…")
    if u < 0.95:
        return text.replace("，", ",").replace("。", ".").replace("？", "?")
    return text.replace("？", "？？")
