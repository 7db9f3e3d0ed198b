"""Words for names that a workspace leaves without `text`: of well-known keys, sources, columns; else the name."""

from __future__ import annotations

import re

from demand.contract import ColumnSpec, SourceSpec, Text
from features.conditions import Condition, Scalar

_SIGNS = {"over": ">", "at_least": "≥", "under": "<", "at_most": "≤", "other_than": "≠"}
_OF_KEY = {
    "city": "in",
    "customer": "by",
    "driver": "by",
    "guest": "by",
    "hotel": "at",
    "merchant": "at",
    "patient": "by",
    "store": "at",
    "subject": "for",
    "user": "by",
    "worker": "by",
}
_MEASURES = {
    "卡": "张",
    "票": "张",
    "单": "笔",
    "订": "笔",
    "约": "笔",
    "款": "笔",
    "消息": "条",
    "记录": "条",
    "明细": "条",
    "评价": "条",
    "房态": "条",
    "结果": "个",
}
_HEAD = re.compile(r"(.*?)(?:( (?:about|by|for|from|of|on|to|with) )(.*))?$")

_KEYS = {
    "agent": "代理",
    "city": "城市",
    "company": "公司",
    "content": "内容",
    "customer": "客户",
    "driver": "司机",
    "guest": "客人",
    "hotel": "酒店",
    "item": "商品",
    "merchant": "商户",
    "order": "订单",
    "patient": "患者",
    "product": "商品",
    "store": "门店",
    "user": "用户",
    "worker": "服务人员",
}

_SOURCES = {
    "appointments": "预约",
    "bookings": "预订",
    "cards": "预付卡",
    "changes": "状态变更",
    "cleanings": "保洁订单",
    "contacts": "联系记录",
    "content": "内容触达",
    "inspections": "巡检",
    "invoices": "账单",
    "lines": "明细",
    "messages": "消息",
    "orders": "订单",
    "outcomes": "往期结果",
    "queue": "排队记录",
    "redemptions": "核销",
    "refunds": "退款",
    "requests": "服务请求",
    "returns": "退货",
    "reviews": "评价",
    "searches": "搜索",
    "status": "状态变更",
    "stock": "库存记录",
    "tickets": "票",
    "visits": "到店",
}

_COLUMNS = {
    "age": "年龄",
    "arrival": "到店日",
    "category": "类别",
    "channel": "渠道",
    "city": "城市",
    "coupon": "优惠券",
    "customer_type": "客户类型",
    "day": "日期",
    "discount": "折扣",
    "distance": "距离",
    "expires": "到期日",
    "gender": "性别",
    "guests": "人数",
    "hours": "时长",
    "meal": "餐食",
    "neighbourhood": "街区",
    "nights": "晚数",
    "paid": "实付金额",
    "place": "地区",
    "price": "价格",
    "product": "商品",
    "promised": "承诺送达日",
    "quantity": "数量",
    "repeated": "回头客",
    "room_assigned": "实际房型",
    "room_reserved": "预订房型",
    "scenario": "场景",
    "score": "评分",
    "segment": "客群",
    "sessions": "次数",
    "status": "状态",
    "visit": "到店日",
    "weekday": "星期",
    "worker": "服务人员",
}


def key_text(key: str) -> Text:
    """agent / 代理."""
    return Text(key.replace("_", " "), _KEYS.get(key, key))


def relation(key: str) -> str:
    """How rows belong to a key in English: bookings of this agent, page views by this user, sales at this store."""
    return _OF_KEY.get(key, "of")


def measure_word(noun: str) -> str:
    """What stands between number and noun in Chinese: 3 笔订单, 3 次页面浏览."""
    return next((measure for end, measure in _MEASURES.items() if noun.endswith(end)), "次")


def changes_text(spec: SourceSpec) -> Text:
    """Rows of a source where they are counted: booking status, of a change log, becomes booking status changes."""
    text = source_text(spec)
    if spec.kind != "changes" or singular(text.en) != text.en:
        return text
    return Text(f"{text.en} changes", text.zh if text.zh.endswith("变更") else f"{text.zh}变更")


def source_text(spec: SourceSpec) -> Text:
    """Rows of a source as a plural noun: bookings / 预订."""
    if spec.text is not None:
        return spec.text
    text = words_of(spec.name)
    return Text(f"{text.en} changes", text.zh) if spec.kind == "changes" and not text.en.endswith("changes") else text


def words_of(name: str) -> Text:
    """Rows of a source, or of a role, of which no more is known than the name."""
    words = name.split("_")
    return Text(" ".join(words), _SOURCES.get(name) or _SOURCES.get(words[-1]) or name)


def column_text(name: str, spec: ColumnSpec | None) -> Text:
    """A column as a noun: price / 价格; without a spec it is a key."""
    if spec is not None and spec.text is not None:
        return spec.text
    short = name.removesuffix("_cents")
    if spec is None:
        return key_text(short.removesuffix("_id"))
    return Text(short.replace("_", " "), _COLUMNS.get(short, short))


def role_text(role: str) -> Text:
    """Rows of the sources that play a role: messages / 消息."""
    return Text(role.replace("_", " "), _SOURCES.get(role, role))


def condition_text(condition: Condition, spec: SourceSpec) -> Text:
    """What rows had to be: page: cancel policy / 页面：cancel policy; nights ≥ 3 / 晚数 ≥ 3."""
    declared = next((c for name, c in spec.columns.items() if name.lower() == condition.column.lower()), None)
    column, test = column_text(condition.column, declared), condition.test
    if test.operator != "in":
        sign, value = _SIGNS[test.operator], _value_text(test.values[0])
        return Text(f"{column.en} {sign} {value.en}", f"{column.zh} {sign} {value.zh}")
    words = declared.values if declared is not None else {}
    values = [words.get(str(v)) or _value_text(v) for v in test.values] + (
        [Text("unknown", "未知")] if test.or_null else []
    )
    return Text(f"{column.en}: {' or '.join(v.en for v in values)}", f"{column.zh}：{'或'.join(v.zh for v in values)}")


def _value_text(value: Scalar) -> Text:
    if isinstance(value, bool):
        return Text("yes", "是") if value else Text("no", "否")
    plain = str(value).replace("_", " ")
    return Text(plain, plain)


def singular(noun: str) -> str:
    """bookings -> booking, inquiries -> inquiry, messages to the store -> message to the store."""
    head, preposition, rest = _HEAD.match(noun).groups()  # type: ignore[union-attr]
    return _one(head) + (preposition or "") + (rest or "")


def _one(noun: str) -> str:
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us")) else noun
