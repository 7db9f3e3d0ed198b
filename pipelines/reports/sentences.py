"""The page's sentences: the headline, the figures under it, the line of a card, the notes."""

from __future__ import annotations

from collections.abc import Sequence

from demand.contract import Text
from pipelines.reports.figures import busiest_day, day_totals, limit_use
from pipelines.reports.model import Expected, Headline, Limit, Page, Plan, Quality
from pipelines.reports.names import plain
from pipelines.reports.numerals import MISSING, amount, count, days, full_day, moment, money, percent
from pipelines.reports.words import say


def lead(head: Headline) -> list[Text]:
    """The night in one or two sentences."""
    if not head.live:
        return [say("lead_empty" if head.scored else "lead_unscored")]
    horizon = days(head.horizon_days)
    if head.live == 1:
        opening = say("lead_one", horizon=horizon, chance=percent(head.expected))
    else:
        opening = say("lead", live=count(head.live), expected=amount(head.expected), horizon=horizon)
    if not head.decided:
        return [opening, _spaced(say("lead_undecided"))]
    if not head.actions:
        return [opening, _spaced(say("lead_nothing"))]
    held = say("lead_held", held=_counted("held", head.held_out)) if head.held_out else Text("", "")
    return [opening, _spaced(_done(head, held))]


def _done(head: Headline, held: Text) -> Text:
    """What is planned, or has been sent since."""
    if not head.sent:
        return say("lead_plan", actions=_counted("interventions", head.actions), held=held)
    if head.sent == head.actions:
        return say("lead_sent", actions=_counted("sent", head.actions), held=held)
    return say("lead_partly", sent=count(head.sent), actions=count(head.actions), held=held)


def _counted(noun: str, number: int) -> Text:
    """So many of something with its verb: `1 order is`, `2 orders are`."""
    return say(f"{noun}_one") if number == 1 else say(f"{noun}_many", number=count(number))


def _spaced(words: Text) -> Text:
    return Text(" " + words.en, words.zh)


def tiles(page: Page) -> list[tuple[str, str, Text | None]]:
    """label, figure, note of the five numbers under the headline; none where no order is live."""
    head = page.headline
    if not head.live:
        return []
    wait = say("not_decided")
    across = (
        say("across_one", name=page.expected[0].name)
        if len(page.expected) == 1
        else say("across", number=len(page.expected))
    )
    budget = say("no_budget") if head.fund is None else say("of_budget", use=limit_use(head.fund))
    share = percent(head.expected / head.live)
    several = head.several_horizons
    rate = (
        say("of_live_within", share=share, horizon=days(head.horizon_days)) if several else say("of_live", share=share)
    )
    kinds = say("kinds_one" if head.kinds == 1 else "kinds", number=head.kinds) if head.actions else None
    return [
        ("kpi_live", count(head.live), across),
        ("kpi_expected", amount(head.expected), rate),
        ("kpi_actions", count(head.actions) if head.decided else MISSING, kinds if head.decided else wait),
        ("kpi_money", money(head.planned_cents) if head.decided else MISSING, budget if head.decided else wait),
        ("kpi_held", count(head.held_out) if head.decided else MISSING, say("held_note") if head.decided else wait),
    ]


def card_line(e: Expected) -> Text:
    """How many requests an industry's live orders will bring."""
    return say(
        "expected_card",
        expected=amount(e.expected),
        live=count(e.live),
        share=percent(e.expected / e.live),
        horizon=days(e.horizon_days),
    )


def peak_line(e: Expected) -> Text:
    """The busiest day of an industry."""
    return say("peak", day=busiest_day(e), number=amount(max(day_totals(e))))


def holdout(plan: Plan) -> Text:
    """The holdout in one sentence."""
    if not plan.holdout_share:
        return say("holdout_off")
    units = {"user": say("unit_user"), "subject": say("unit_subject")}
    unit = units.get(plan.holdout_by) or plain(plan.holdout_by)
    return say("holdout", held=_counted("orders", plan.held_out), share=percent(plan.holdout_share), unit=unit)


def stale(page: Page) -> list[Text]:
    """A warning for each industry whose newest row is old."""
    zone, none = page.headline.zone, say("none")
    return [
        say("stale", name=name, moment=none if known is None else moment(known, zone))
        for name, known in page.data.stale
    ]


def notes(page: Page) -> list[Text]:
    """What has to be known to read the page rightly."""
    found = []
    if page.data.model_versions:
        named = [Text(f"{name.en} {version}", f"{name.zh} {version}") for name, version in page.data.model_versions]
        found.append(say("model_versions", names=listed(named)))
    found.append(say("note_probability"))
    if page.data.label_as_of is not None:
        found.append(say("note_labels", moment=moment(page.data.label_as_of, page.headline.zone)))
    return [*found, say("note_reasons"), say("note_money"), say("note_cases", number=count(len(page.risks) or 200))]


def price(limit: Limit) -> Text:
    """What one more unit of a limit would be worth; of money, one more whole unit."""
    cents = limit.price_cents or 0.0
    if limit.money:
        return say("price_of_money", money=money(round(100 * cents)))
    return say("price", money=money(round(cents)))


def unseen(quality: Quality) -> Text:
    """How much was measured, and on what."""
    first, last = (say("none") if d is None else full_day(d) for d in (quality.test_from, quality.test_to))
    return say(
        "unseen",
        rows=count(quality.rows_test),
        first=first,
        last=last,
        positives=count(quality.positives_test),
        rate=percent(quality.base_rate_test),
        train=count(quality.rows_train),
    )


def listed(names: Sequence[Text]) -> Text:
    """Names in one line."""
    return Text(", ".join(n.en for n in names), "、".join(n.zh for n in names))
