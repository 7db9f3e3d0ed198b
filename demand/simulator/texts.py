"""What customers write, in short: a few sentences per scenario, in Chinese and in English."""

from __future__ import annotations

CONTACT_CHANNELS = ("chat", "hotline", "message")
VARIANTS = 2

_SAID: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "no_room": (
        ("到店说没有我的房间，前台说满房了", "订了房到现在酒店还说没有房"),
        ("The desk says they have no room for me", "I booked weeks ago and the hotel is full"),
    ),
    "cancel_fee": (
        ("取消要扣全款，太不合理了", "行程有变，取消费怎么这么高"),
        ("Why is the cancellation fee the full price?", "My plans changed, please waive the fee"),
    ),
    "room_mismatch": (
        ("房间和图片完全不一样", "订的大床房给了双床"),
        ("The room is nothing like the pictures", "I booked a king bed and got twins"),
    ),
    "late_checkin": (
        ("到了两个小时还不能入住", "说好下午两点入住，一直让等"),
        ("Two hours in the lobby and still no key", "Check-in was promised for 2 pm"),
    ),
    "refund_slow": (
        ("退款好几天了还没到账", "什么时候能收到退款"),
        ("Still waiting for my refund", "When will the money be back?"),
    ),
    "refund_loss": (
        ("退卡按原价扣，退得太少了", "还剩一半课时只退这么点"),
        ("The refund is far less than what I have left", "Why are used sessions charged at list price?"),
    ),
    "merchant_runaway": (
        ("店关门了，电话没人接，我的卡怎么办", "门店搬空了，课没法上"),
        ("The studio is shut and nobody answers", "They closed overnight, what about my card?"),
    ),
    "booking_full": (
        ("一直约不上课", "每次都显示约满"),
        ("I can never get a slot", "Every class is full whenever I try"),
    ),
    "coach_change": (
        ("教练换了都没通知我", "我是冲着原来的教练买的"),
        ("They changed my coach without telling me", "I bought this for my coach, who left"),
    ),
    "worker_no_show": (
        ("阿姨一直没来，联系不上", "约的时间过了没人上门"),
        ("Nobody came at the agreed time", "The cleaner never showed up"),
    ),
    "worker_late": (
        ("迟到一个多小时了", "保洁什么时候到，已经晚了"),
        ("The cleaner is over an hour late", "Where is the cleaner? It is past the slot"),
    ),
    "platform_cancel": (
        ("临时取消我的订单，时间都安排好了", "为什么通知我没有人可以上门"),
        ("You cancelled my slot at the last minute", "I was told nobody is available"),
    ),
    "damage": (
        ("打碎了东西不承认", "地板被刮花了谁负责"),
        ("The cleaner broke a lamp", "My floor is scratched, who pays?"),
    ),
    "forced_purchase": (
        ("导游一路逼着买东西，不买就甩脸色", "进了三个购物店，不买不让走"),
        ("The guide pressed us to buy in every shop", "We were locked in a jade shop until we bought"),
    ),
    "hidden_fee": (
        ("报的是全包，到了又要收自费项目", "说好的门票含在内，现场又收钱"),
        ("All inclusive, and now they ask for more on site", "The entry fees were included, we paid again"),
    ),
    "itinerary_change": (
        ("行程临时改了，景点少了两个", "酒店和行程跟合同不一样"),
        ("They dropped two sights from the tour", "The hotel is not the one in the contract"),
    ),
    "weather_cancel": (
        ("台风来了团取消，钱怎么退", "下暴雨景区关了，行程怎么办"),
        ("The storm cancelled our tour, what about the money?", "The park is shut because of the rain, what now?"),
    ),
    "group_not_formed": (
        ("说人数不够不发团，我请了假的", "出发前才说不成团"),
        ("They say too few people signed up", "Told days before that the tour will not run"),
    ),
    "guide_no_show": (
        ("到集合点没有人，导游联系不上", "等了一个小时导游没来"),
        ("Nobody at the meeting point, no guide", "The guide did not come and nobody answers"),
    ),
    "queue_too_long": (
        ("取号说等半小时，等了两个小时还没叫到", "排队排到饭点都过了"),
        ("They said half an hour, we waited two", "The queue did not move at all"),
    ),
    "reservation_unavailable": (
        ("券快到期了一直约不上位", "打了几天电话都说没位子"),
        ("No table to be had for weeks with this voucher", "I cannot book any slot and it expires soon"),
    ),
    "store_closed": (
        ("到了门口发现店关了，电话也没人接", "跑了一趟，店早就不营业了"),
        ("We stood at a locked door, nobody answers", "The restaurant is closed for good, nobody told us"),
    ),
    "out_of_stock": (
        ("套餐里的菜说卖完了", "去了说没货，要换别的"),
        ("The dish I paid for is sold out", "They wanted to give us something else"),
    ),
    "voucher_rejected": (
        ("店家不让用券，说系统验不了", "到店核销失败，让我原价付"),
        ("They would not take the voucher", "The code failed three times at the till"),
    ),
    "extra_charge": (
        ("结账多收了茶位费和服务费", "说好全包又加钱"),
        ("They added a service fee to the bill", "We paid extra for what the voucher includes"),
    ),
    "voucher_expiring": (
        ("券快过期了能不能延期", "没时间去，马上到期怎么办"),
        ("My voucher expires tomorrow, can it be extended?", "No time to go before it runs out"),
    ),
    "duplicate_pay": (
        ("同一单扣了两次钱", "付款卡了一下，结果付了两遍"),
        ("I was charged twice for one order", "The payment hung and went through two times"),
    ),
    "privacy": (
        ("点餐非要留手机号，接着就收到广告", "扫码吃饭为什么要我的信息"),
        ("They demand my phone number to order food", "Spam since I gave my number at the table"),
    ),
    "not_as_described": (
        ("收到的和页面写的不一样", "颜色规格都不对"),
        ("This is not what the page described", "Wrong size and another material"),
    ),
    "expired_goods": (
        ("收到就已经过保质期了", "日期只剩三天，怎么吃"),
        ("The yoghurt was past its date", "It expires in two days, nobody said so"),
    ),
    "pickup_not_ready": (
        ("到店自提说还没备好", "说两点能取，五点还没好"),
        ("I came for the pickup and nothing was ready", "Still waiting for the ready notice"),
    ),
    "wrong_store": (
        ("送到另一家店去了", "下单的门店不是我选的那家"),
        ("The order went to another branch", "They sent me to the wrong shop"),
    ),
    "misleading_claim": (
        ("直播说一次见效，根本没用", "宣传的医生资质是假的"),
        ("The livestream promised results in one session", "They said a doctor would do it, it was no doctor"),
    ),
    "upsell_on_site": (
        ("躺下了就开始推销办卡", "到店一直推几千块的项目"),
        ("They would not stop selling me a card", "Half naked and they push a package on me"),
    ),
    "allergy_injury": (
        ("做完脸肿了，又红又痒", "激光之后起泡了，很疼"),
        ("My face is swollen and red since the treatment", "I have blisters after the laser"),
    ),
    "booking_refused": (
        ("约好了又说排不上，改了三次", "团购的不给约，说要等下个月"),
        ("They moved my appointment three times", "They will not book vouchers before next month"),
    ),
    "fake_content": (
        ("和视频里的完全不一样", "图片是网上盗的，店里根本不是这样"),
        ("Nothing is like in the video", "The pictures are stolen, this is another place"),
    ),
    "other": (
        ("想问一下发票怎么开", "客服在吗，有个问题"),
        ("How do I get an invoice?", "I have a question about my order"),
    ),
}
OUTREACH = ("您好，想跟您确认一下订单的情况", "Hello, we would like to check on your order")


def phrases(scenarios: tuple[str, ...]) -> tuple[str, ...]:
    """Every sentence: by scenario, then language (zh, en), then variant; the platform's own words come last."""
    said = [sentence for scenario in scenarios for language in _SAID[scenario] for sentence in language]
    return (*said, *OUTREACH)
