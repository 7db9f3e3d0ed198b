"""The patience of users: messages of all senders draw on it, and some take their consent back.

    Audience.market(day) -> marketing messages, sent by others; Audience.send(...) -> messages of the platform's actions

Each further message within `MEMORY` days weakens the next and makes an opt-out likelier; some take their consent back
for reasons of their own. An opt-out stops app messages of every sender. Marketing goes on whether anything else is done
or not, and is drawn the same. Every consent, given or taken back, is a row of `message_consents` and of nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.simulator.clock import HOUR, day_date, holiday, instant
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.rows import NEVER, Column, Layout, Outbox, Rows

MEMORY = 14
"""Days for which a message is felt."""

WEAKER = 0.8
"""What each message within that time leaves of the effect of the next."""

CAMPAIGNS = ("newsletter", "holiday_sale", "shopping_festival")
SENDERS = ("marketing", "service")
MARKETING = Layout(
    *("marketing_messages", "user_id", "user", "n"),
    (Column("campaign", "category", CAMPAIGNS), Column("opened", "bool")),
)
CONSENTS = Layout(
    *("message_consents", "user_id", "user", "o"),
    (Column("app_messages", "bool"), Column("text_messages", "bool"), Column("after_message_of", "category", SENDERS)),
)
MARKETING_HOUR = 10.0
_TOLD = HOUR // 60  # until a consent that is taken back is known
_YEAR = 366
_OPT_OUT = 0.003  # after a marketing message to a rested user


def weakened(burden: ArrayLike) -> Floats:
    """What is left of a message's effect after so many messages within `MEMORY` days."""
    return np.asarray(WEAKER ** np.asarray(burden, np.float64), np.float64)


def opt_out_chance(rested: ArrayLike, burden: ArrayLike) -> Floats:
    """Chance that a message ends the consent: `rested` after none, more after each further one."""
    return np.asarray((np.asarray(rested) * (1 + np.asarray(burden, np.float64)) ** 1.5).clip(max=0.5), np.float64)


def campaign(day: int) -> int:
    """What marketing sends on this day, as a code of `CAMPAIGNS`; -1 for nothing."""
    date = day_date(day)
    if (date.month, date.day) in ((6, 16), (11, 10), (12, 11)):
        return 2
    if not holiday(day - 1) and holiday(day + 4) and not holiday(day + 3):
        return 1
    return 0 if date.toordinal() % 14 == 4 else -1


class Audience:
    """Who was written to when, and who may still be.

    Parameters
    ----------
    seed : of the world
    users : how many
    start : first day
    """

    def __init__(self, seed: int, *, users: int, start: int) -> None:
        self.dice, self._everyone = Dice(seed, "audience."), np.arange(users)
        self.outbox = Outbox([MARKETING, CONSENTS])
        self._recent: deque[tuple[int, Ints]] = deque()  # day, users written to on it
        dice, everyone = self.dice, self._everyone
        self._texts = dice.chance(0.55, "texts", everyone)
        leaves = dice.chance(0.09, "leaves.anyway", everyone)
        on = start + (_YEAR * dice.uniform("leaves.on", everyone)).astype(np.int64)
        own = np.where(leaves, instant(on, 8 + 14 * dice.uniform("leaves.at", everyone)), NEVER)
        self._until = np.where(dice.chance(0.86, "app", everyone), own, 0)
        self._own = np.flatnonzero((self._until > 0) & (self._until < NEVER))  # who leaves without a message to blame

    def record(self, day: int) -> None:
        """Write down who accepts what when records begin."""
        at = instant(day)
        self.outbox.put(
            CONSENTS,
            {"ident": self._everyone},
            occurred=at,
            known=at,
            app_messages=self._until > at,
            text_messages=self._texts,
            after_message_of=-1,
        )

    def leave(self, day: int) -> None:
        """Who takes the consent back today, after all messages, without one to blame; from text messages, too."""
        users = self._own[(self._until[self._own] >= instant(day)) & (self._until[self._own] < instant(day + 1))]
        self._texts[users] = False
        self._write(users, self._until[users], sender=-1)

    def accepts(self, users: Ints, at: ArrayLike) -> NDArray[np.bool_]:
        """Whether app messages to these users get through at these instants."""
        return np.asarray(self._until[users] > np.asarray(at), np.bool_)

    def allowed(self, users: Ints, cutoff: int) -> NDArray[np.bool_]:
        """Whether these users accept app messages as far as it was known before an instant."""
        return np.asarray(self._until[users] + np.minimum(_TOLD, NEVER - self._until[users]) >= cutoff, np.bool_)

    def burden(self, users: Ints, day: int) -> Ints:
        """How many messages these users got within `MEMORY` days up to and including `day`, of all senders."""
        while self._recent and self._recent[0][0] <= day - MEMORY:
            self._recent.popleft()
        found = np.zeros(len(users), np.int64)
        for on, written in self._recent:
            if on <= day:
                first, last = (written.searchsorted(users, side) for side in ("left", "right"))
                found += last - first
        return found

    def market(self, day: int) -> None:
        """Marketing writes to some users on its days; the eager spenders hear from it most."""
        kind = campaign(day)
        if kind < 0:
            return
        share = 0.35 * self.dice.uniform("reach", self._everyone) ** 2
        at = instant(day, MARKETING_HOUR)
        users = np.flatnonzero(self.dice.chance(share, "campaign", self._everyone, day))
        sent = at + (3 * HOUR * self.dice.uniform("sent", users, day)).astype(np.int64)
        takes = self.accepts(users, sent)
        users, sent = users[takes], sent[takes]
        burden = self.burden(users, day)
        opened = self.dice.chance(0.3 * weakened(burden), "opened", users, day)
        keys = {"ident": users}
        self.outbox.put(MARKETING, keys, seq=day, occurred=sent, known=sent + HOUR // 60, campaign=kind, opened=opened)
        leaves = self.dice.chance(opt_out_chance(_OPT_OUT, burden), "leaves", users, day)
        self._remember(users, day)
        self._opt_out(users[leaves], sent[leaves], day, sender=0)

    def send(self, users: Ints, at: Ints, day: int, rested: Floats, lot: Floats) -> None:
        """Messages of actions, at most one per user at a time.

        Parameters
        ----------
        users, at : distinct users and the instants of their messages
        rested : chance of an opt-out at rest
        lot : keyed draws that decide about it
        """
        leaves = lot < opt_out_chance(rested, self.burden(users, day))
        self._remember(users, day)
        self._opt_out(users[leaves], at[leaves], day, sender=1)

    def release(self, day: int) -> Mapping[Layout, Rows]:
        """The rows that become known on `day`."""
        return self.outbox.release(day, np.zeros(0, np.int64))

    def _remember(self, users: Ints, day: int) -> None:
        self._recent.append((day, np.sort(users)))

    def _opt_out(self, users: Ints, sent: Ints, day: int, *, sender: int) -> None:
        """Minutes to hours later; who has left cannot leave again."""
        after = sent + self._later(self.dice.uniform("leaves.after", users, day))
        goes = self._until[users] > after
        users, after = users[goes], after[goes]
        self._until[users] = after
        self._own = np.setdiff1d(self._own, users)
        self._write(users, after, sender=sender)

    @staticmethod
    def _later(lot: Floats) -> Ints:
        """How long after a message it is the last one."""
        return HOUR // 60 + (10 * HOUR * lot**3).astype(np.int64)

    def _write(self, users: Ints, at: Ints, *, sender: int) -> None:
        self.outbox.put(
            CONSENTS,
            {"ident": users},
            seq=1,
            occurred=at,
            known=at + _TOLD,
            app_messages=False,
            text_messages=self._texts[users],
            after_message_of=sender,
        )
