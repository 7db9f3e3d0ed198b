"""Shows: sales that break or stop, names that do not fit, tickets that do not load, seats others saw badly from."""

from features import By, FeatureSet, events, ratio

attempts = events("ticket_attempts")
broken = attempts.where(outcome=("error", "payment_pending"))
paid = attempts.where(outcome="paid")
status = events("ticket_status")
issued, returned = status.where(status="issued"), status.where(status="returned")
stopped = events("shows").where(status="sale_suspended")
off = events("shows").where(status=("postponed", "cancelled"))
delivery = events("ticket_delivery")
rejected, verified = delivery.where(event="name_rejected"), delivery.where(event="verified")
not_loaded = delivery.where(event="load_failed")
seats = events("seat_reports")
fees, names = events("page_views").where(page="return_fees"), events("page_views").where(page="attendees")
offered = events("ticket_transfers").where(step="offered")

own, user, store, show = By("subject"), By("user"), By("store"), By("show")
organiser, block = By("organiser"), By("block")

shows = FeatureSet(
    "shows",
    show(stopped).since_last().named("show_days_since_sale_suspended"),
    show(off)
    .since_last()
    .named("show_days_since_called_off")
    .describe(
        en="days since the show was called off",
        zh="演出宣布取消或延期后天数",
        phrase_en="called off {value} days ago",
        phrase_zh="{value} 天前宣布取消或延期",
    ),
    ratio(organiser(off).count("365d"), organiser(events("shows").where(status="announced")).count("365d")).named(
        "organiser_called_off_share_365d"
    ),
    ratio(organiser(broken).count("180d"), organiser(attempts).count("180d")).named("organiser_broken_attempts_180d"),
)

entry = FeatureSet(
    "entry",
    own(issued).count().named("own_issued"),
    own(broken).count().named("own_broken_attempts"),
    own(paid)
    .count()
    .named("own_payments")
    .actionable()
    .describe(en="payments", zh="支付次数", phrase_en="paid {value} times", phrase_zh="支付 {value} 次"),
    own(verified).count().named("own_names_verified").actionable(),
    own(rejected)
    .count()
    .named("own_names_rejected")
    .actionable()
    .describe(
        en="names that were rejected",
        zh="实名核验失败次数",
        phrase_en="names rejected {value} times",
        phrase_zh="实名核验失败 {value} 次",
    ),
    own(not_loaded)
    .count()
    .named("own_tickets_not_loaded")
    .actionable()
    .describe(
        en="e-ticket did not load",
        zh="电子票加载失败次数",
        phrase_en="e-ticket failed to load {value} times",
        phrase_zh="电子票加载失败 {value} 次",
    ),
    own(names).count().named("own_looks_at_names"),
    user(not_loaded).count("365d").named("user_tickets_not_loaded_365d"),
    block(seats).share("365d", obstructed=True).named("block_obstructed_share_365d").actionable(),
)

leaving = FeatureSet(
    "leaving",
    own(fees)
    .count("7d", "all")
    .named("own_fee_views_{window}")
    .describe(
        en="views of the return fees {window}",
        zh="{window}查看退票费次数",
        phrase_en="{value} views of the return fees {window}",
        phrase_zh="{window}查看退票费 {value} 次",
    ),
    own(offered).count().named("own_offered"),
    own(returned).since_last().named("own_days_since_returned"),
    user(returned).count("365d").named("user_returned_365d"),
    organiser(events("refund_tiers")).mean("fee_share", "365d").named("organiser_fee_share"),
)
