"""Virtual time: now, frozen, advanced; one clock, and one for each account."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from reachapi_emulator.real_time import real_time
from reachapi_emulator.state.events import EventType, Signal
from reachapi_emulator.state.store import Row, Store

SECOND = 1_000_000
"""Instants and durations inside the emulator are integer microseconds."""

EVERYONE = ""
"""The account id under which the global clock is kept."""

AHEAD = 2 * SECOND
"""How far real time may go before the store has to hear of it again."""

LEAP = SECOND
"""Beyond it, a difference between two clocks of the machine is none of measuring."""

MAX_INSTANT = 253_402_300_800 * SECOND  # the year 10000


log = logging.getLogger("reachapi_emulator.clock")


def seconds(instant: int | None) -> float | None:
    """Turn microseconds into the seconds that the control API speaks."""
    return None if instant is None else instant / SECOND


def microseconds(duration: float) -> int:
    """Turn seconds into the microseconds that the emulator counts in."""
    return round(duration * SECOND)


class Alarm:
    """Wakes one who sleeps until the next known instant, when an earlier one is set.

    Args:
        real: microseconds since the epoch, never going back.
    """

    def __init__(self, real: Callable[[], int]) -> None:
        self._real = real
        self._news = Signal()
        self._until: int | None = None

    def ring(self, at: int | None = None) -> None:
        """Wake the sleeper, unless it wakes by this real instant anyway.

        Args:
            at: None stands for now.
        """
        if at is None or self._until is None or at < self._until:
            self._news.notify()

    def listen(self) -> int:
        """Hear of everything from now on; return what `sleep` wants to know."""
        self._until = None
        return self._news.changes

    async def sleep(self, duration: float, heard: int) -> None:
        """Return after real seconds, or as soon as something earlier is set.

        Args:
            duration: how long to sleep.
            heard: what `listen` has returned; what was set since ends the sleep.
        """
        self._until = self._real() + microseconds(duration)
        await self._news.wait(duration, heard)


class TimeError(ValueError):
    """A clock was asked for what a clock does not do."""


class ClockState(NamedTuple):
    """What a clock shows: microseconds since the epoch, and whether it stands."""

    now: int
    frozen: bool


class VirtualClock:
    """The global clock and those of accounts that have one of their own.

    An account follows the global clock until its own is frozen or advanced.
    All state is in the store, so that a clock is read and set in a unit of work.

    Attributes:
        changed: wakes who waits for a change of a clock, or of a job.
        turned: wakes who sleeps until an instant: a clock has been turned.
        alarm: wakes who starts what falls due.
        switched: called inside the unit in which an account changes clocks, with
            the account and the microseconds that its time leaps by that.

    Args:
        store: keeps the clocks.
        real: microseconds since the epoch, never going back.
    """

    def __init__(self, store: Store, real: Callable[[], int] | None = None) -> None:
        self._store = store
        self._source = real or real_time()
        self._lead = self._told = 0
        self.changed, self.turned = Signal(), Signal()
        self.alarm = Alarm(self.real)
        self.switched: list[Callable[[str, int], None]] = []

    def real(self) -> int:
        """Return real time: the machine's, unless the store has seen a later one."""
        return self._source() + self._lead

    def take_up(self) -> None:
        """Go on from the latest instant that the store has seen, before all else."""
        row = self._store.one("mark_get", name="real")
        now = self.real()
        seen = max(now, row["value"] if row else 0)
        self._store.after_commit(partial(self._lead_by, seen - now))
        self._store.after_commit(partial(self._store.feed.begin, seen))

    def _lead_by(self, lead: int) -> None:
        self._lead = lead
        if lead > AHEAD:
            log.warning(
                "the machine's clock is %.0f s behind the state: time goes on from "
                "where the state has it",
                lead / SECOND,
            )

    def leave(self) -> None:
        """Let the store know how far real time has come, now that it ends."""
        self._reach(self.real())

    def _reach(self, instant: int) -> None:
        """Say how far real time may go, until a unit says more."""
        self._store.run("mark_set", name="real", value=instant)

    async def _go_ahead(self, told: int) -> int:
        """Let real time go on where it is asked for, as soon as the store can write."""
        if self._told == told:
            return told
        told = self._told
        try:
            await self._store.unit(self._reach, self.real() + AHEAD)
        except self._store.failures as error:
            log.warning("how far time has come could not be written: %s", error)
        return told

    async def watch(self) -> None:
        """Look at real time each second, for ever.

        The store hears how far it goes, so that who reads a clock need not write.
        Everyone is woken whenever it has leapt, as while the machine was suspended.
        """
        running = asyncio.get_running_loop().time
        before = self.real() - microseconds(running())
        told = 0
        while True:
            told = await self._go_ahead(told)
            await asyncio.sleep(LEAP / SECOND)
            now = self.real() - microseconds(running())
            if now - before > LEAP:
                self._turn()
            before = now

    def start(self) -> None:
        """Set the global clock going at real time, unless it is kept already."""
        self._store.run("clock_start", account=EVERYONE)

    def read(self, account: str = EVERYONE) -> ClockState:
        """Return what the clock that `account` follows shows."""
        state = self._state(account)
        return ClockState(self.instant(state), state["frozen_at"] is not None)

    def owns(self, account: str) -> bool:
        """Tell whether an account has a clock of its own."""
        return bool(self._state(account)["account"] == account)

    def instant(self, state: Row) -> int:
        """Return what a clock with this `shift` and `frozen_at` shows."""
        frozen_at: int | None = state["frozen_at"]
        shift: int = state["shift"]
        if frozen_at is not None:
            return frozen_at
        self._told = self.real()
        return self._told + shift

    def now(self, account: str = EVERYONE) -> int:
        """Return the instant that `account` lives in."""
        return self.instant(self._state(account))

    def freeze(self, account: str = EVERYONE) -> None:
        """Let the clock stand still where it is."""
        now = self.now(account)
        self._set(account, now - self.real(), now)

    def resume(self, account: str = EVERYONE) -> None:
        """Let the clock go on from where it stands, if it stands."""
        if not self.read(account).frozen:
            return
        self._set(account, self.now(account) - self.real(), None)

    def advance(self, duration: int, account: str = EVERYONE) -> None:
        """Jump ahead by microseconds, frozen or not.

        Raises:
            TimeError: the jump is negative, or ends after the year 9999.
        """
        if duration < 0:
            raise TimeError("time never goes backwards: seconds must be 0 or more")
        state = self._state(account)
        if self.now(account) + duration >= MAX_INSTANT:
            raise TimeError("that is after the year 9999: advance by less")
        frozen_at = state["frozen_at"]
        if frozen_at is not None:
            frozen_at += duration
        self._set(account, state["shift"] + duration, frozen_at)

    def follow(self, account: str) -> None:
        """Let an account follow the global clock again."""
        before = self.now(account)
        self._store.run("clock_forget", account=account)
        self._switch(account, self.now(account) - before)
        self._publish(account)

    def forget(self, account: str) -> None:
        """Give up the clock of an account that is deleted."""
        self._store.run("clock_forget", account=account)
        self._store.after_commit(self._turn)

    def reset(self) -> None:
        """Set the global clock going at real time again."""
        self.start()
        self._store.after_commit(self._turn)

    def falls_due(self, due_at: int, account: str) -> None:
        """Let who starts what falls due know of an instant of an account's clock."""
        state = self._state(account)
        wait = due_at - self.instant(state)
        if wait <= 0:
            self._store.after_commit(self.alarm.ring)
        elif state["frozen_at"] is None:
            self._store.after_commit(partial(self.alarm.ring, self.real() + wait))

    def wake(self) -> None:
        """Let everybody look again who waits for what time brings."""
        self._store.after_commit(self.changed.notify)
        self._store.after_commit(self.alarm.ring)

    def _state(self, account: str) -> Row:
        row = self._store.one("clock_of", account=account)
        if row is None:
            raise LookupError("the clock has not been started")
        return row

    def _turn(self) -> None:
        self.turned.notify()
        self.changed.notify()
        self.alarm.ring()

    def _set(self, account: str, shift: int, frozen_at: int | None) -> None:
        begins = account != EVERYONE and not self.owns(account)
        self._store.run("clock_set", account=account, shift=shift, frozen_at=frozen_at)
        if begins:
            self._switch(account, 0)
        self._publish(account)

    def _switch(self, account: str, leap: int) -> None:
        for switched in self.switched:
            switched(account, leap)

    def _publish(self, account: str) -> None:
        now, frozen = self.read(account)
        data = {"account": account or None, "now": seconds(now), "frozen": frozen}
        self._store.publish(EventType.CLOCK, account, data)
        self._store.after_commit(self._turn)
