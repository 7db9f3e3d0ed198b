"""The patience of users: messages of all senders draw on it, and some take their consent back.

    Audience.market(day) -> marketing messages, sent by others; Audience.send(...) -> messages of the platform's actions

Each further message within `MEMORY` days weakens the next and makes an opt-out likelier. An opt-out stops app messages
of every sender. Marketing goes on whether anything else is done or not, and is drawn the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.simulator.clock import HOUR, day_date, holiday, instant
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.rows import Column, Layout, Outbox, Rows

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
    (Column("allowed", "bool"), Column("after_message_of", "category", SENDERS)),
)
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
    accepts_until : (users,) instant from which on each user takes no app messages by itself, 0 for never, NEVER for
        always
    """

    def __init__(self, seed: int, accepts_until: Ints) -> None:
        self.dice, self._until = Dice(seed, "audience."), accepts_until.copy()
        self.outbox = Outbox([MARKETING, CONSENTS])
        self._everyone = np.arange(len(accepts_until))
        self._recent: deque[tuple[int, Ints]] = deque()  # day, users written to on it

    def record(self, day: int) -> None:
        """Write down who accepts app messages when records begin."""
        at = instant(np.full(len(self._everyone), day))
        given = self._until > at
        self.outbox.put(
            CONSENTS,
            {"ident": self._everyone[given]},
            occurred=at[given],
            known=at[given],
            allowed=True,
            after_message_of=-1,
        )

    def accepts(self, users: Ints, at: ArrayLike) -> NDArray[np.bool_]:
        """Whether app messages to these users get through at these instants."""
        return np.asarray(self._until[users] > np.asarray(at), np.bool_)

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
        at = instant(day, 10.0)
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
        after = sent + HOUR // 60 + (10 * HOUR * self.dice.uniform("leaves.after", users, day) ** 3).astype(np.int64)
        goes = self._until[users] > after
        users, after = users[goes], after[goes]
        self._until[users] = after
        self.outbox.put(
            CONSENTS,
            {"ident": users},
            seq=1,
            occurred=after,
            known=after + HOUR // 60,
            allowed=False,
            after_message_of=sender,
        )
