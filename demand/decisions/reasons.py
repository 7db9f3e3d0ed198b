"""Why an intervention is, or is not, what will be done: a code for machines, words for people."""

from __future__ import annotations

from demand.contract import Text

OK = "ok"
APPROVAL_REQUIRED = "approval_required"

BELOW_MIN_PROBABILITY = "below_min_probability"
LEAD_TIME_MISSED = "lead_time_missed"
OUTSIDE_HOURS = "outside_hours"
NO_USER = "no_user"
NO_PHONE = "no_phone"
NO_CONSENT = "no_consent"
COOLDOWN = "cooldown"
MESSAGE_CAP = "message_cap"
NOT_WORTH_IT = "not_worth_it"
ALREADY_DECIDED = "already_decided"

HOLDOUT = "holdout"
CAPACITY = "capacity"
BUDGET = "budget"
LOWER_VALUE = "lower_value"

REASON_CODES: dict[str, Text] = {
    OK: Text("will be done", "将执行"),
    APPROVAL_REQUIRED: Text("waits for approval", "待审批"),
    BELOW_MIN_PROBABILITY: Text("the problem is too unlikely", "问题发生概率过低"),
    LEAD_TIME_MISSED: Text("too late to help in time", "提前量不足，已来不及"),
    OUTSIDE_HOURS: Text("too late once working and quiet hours are kept", "避开非工作与静默时段后已来不及"),
    NO_USER: Text("nobody to address", "没有可触达的用户"),
    NO_PHONE: Text("no telephone number", "没有电话号码"),
    NO_CONSENT: Text("no consent to be contacted", "用户未同意联系"),
    COOLDOWN: Text("was done recently", "近期已执行过"),
    MESSAGE_CAP: Text("this customer has had enough messages", "该用户的消息数已达上限"),
    NOT_WORTH_IT: Text("costs more than it saves", "成本高于收益"),
    ALREADY_DECIDED: Text("something else is already on its way", "已有其他干预在执行"),
    HOLDOUT: Text("left alone to measure the effect", "留作对照组以评估效果"),
    CAPACITY: Text("no capacity left", "处理能力已用完"),
    BUDGET: Text("no money left", "预算已用完"),
    LOWER_VALUE: Text("another intervention is better", "有更优的干预"),
}
"""Every code, in the order in which they are asked: first what rules a candidate out, then how it was chosen."""

INELIGIBLE = (
    BELOW_MIN_PROBABILITY,
    LEAD_TIME_MISSED,
    OUTSIDE_HOURS,
    NO_USER,
    NO_PHONE,
    NO_CONSENT,
    ALREADY_DECIDED,
    COOLDOWN,
    MESSAGE_CAP,
    NOT_WORTH_IT,
)
"""What rules a candidate out by itself; the first that holds is given."""
