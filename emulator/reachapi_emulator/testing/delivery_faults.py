"""Takes a delivery to its receiver, as far as a fault rule lets it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.delivery.sender import BreakOff, Connection, Sender
from reachapi_emulator.state.clock import SECOND, microseconds
from reachapi_emulator.testing.faults import (
    BREAKS,
    DELIVERED,
    FaultKind,
    FaultPhase,
    FaultRule,
    FaultRules,
)
from reachapi_emulator.testing.inbox import Inboxes
from reachapi_emulator.testing.request_faults import GARBAGE
from reachapi_emulator.vendor.job import BegunAttempt, Interference
from reachapi_emulator.vendor.payload import Payload

MAX_REORDER = 60 * SECOND
"""Microseconds after which a delivery no longer waits to be overtaken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedFault(Interference):
    """What a fault rule orders for one attempt."""

    kind: FaultKind


class FaultyCarrier:
    """Makes attempts, and asks the fault rules what they order.

    Args:
        sender: posts deliveries.
        inboxes: know the addresses of the built-in inboxes.
        faults: what goes wrong on purpose.
    """

    def __init__(self, sender: Sender, inboxes: Inboxes, faults: FaultRules) -> None:
        self._sender = sender
        self._inboxes = inboxes
        self._faults = faults

    def address(self, url: str) -> str:
        """Return where a webhook URL leads now."""
        return self._inboxes.resolve(url)

    def interfere(self, account: str) -> OrderedFault | None:
        """Return what a rule orders for the next attempt, counted as triggered."""
        if not self._faults.rules:
            return None
        rule = self._faults.trigger(FaultPhase.WEBHOOK, DELIVERED, account)
        return None if rule is None else _ordered(rule)

    async def deliver(self, attempt: BegunAttempt, payload: Payload) -> Outcome:
        """Make one attempt, whole unless a fault breaks it.

        A duplicate follows when the first has come to its outcome, which counts.
        """
        url, secret, ordered = attempt.url, attempt.secret, attempt.interference
        kind = ordered.kind if isinstance(ordered, OrderedFault) else None
        size = len(payload)
        broken = breaking(kind, payload, size) if kind in BREAKS else None
        outcome = await self._sender.post(url, secret, payload, size, broken)
        if kind is FaultKind.DUPLICATE:
            await self._sender.post(url, secret, payload, size)
        return outcome


def _ordered(rule: FaultRule) -> OrderedFault:
    postponed = None
    if rule.kind is FaultKind.DELAY:
        postponed = microseconds(rule.seconds or 0)
    elif rule.kind is FaultKind.REORDER:
        postponed = MAX_REORDER
    return OrderedFault(
        rule=rule.id,
        reason=rule.kind,
        postponed=postponed,
        until_overtaken=rule.kind is FaultKind.REORDER,
        kind=rule.kind,
    )


def breaking(kind: FaultKind, chunks: Iterable[bytes], size: int) -> BreakOff:
    """Return what breaks a delivery, once it has a connection.

    Args:
        kind: How it breaks, one of BREAKS.
        chunks: The body in order.
        size: The sum of their lengths in bytes.
    """

    async def break_off(connection: Connection) -> None:
        await _BREAKS[kind](connection, chunks, size)

    return break_off


async def _reset(connection: Connection, chunks: Iterable[bytes], size: int) -> None:
    await _send_half(connection, chunks, size, chunked=False)
    connection.reset()


async def _empty(connection: Connection, chunks: Iterable[bytes], size: int) -> None:
    del chunks, size
    connection.close()


async def _malformed(
    connection: Connection, chunks: Iterable[bytes], size: int
) -> None:
    await _send_half(connection, chunks, size, chunked=True)
    await _random(connection, chunks, size)


async def _random(connection: Connection, chunks: Iterable[bytes], size: int) -> None:
    del chunks, size
    connection.write(GARBAGE)
    await connection.drain()
    connection.close()


async def _send_half(
    connection: Connection, chunks: Iterable[bytes], size: int, *, chunked: bool
) -> None:
    """Send the head and half of the body, if there is one, and see it off."""
    if not size:
        return
    half = size // 2
    connection.send_head(chunked=chunked)
    for chunk in chunks:
        await connection.send(chunk[:half])
        half -= len(chunk)
        if half <= 0:
            break
    await connection.drain()


_BREAKS: dict[
    FaultKind, Callable[[Connection, Iterable[bytes], int], Awaitable[None]]
] = {
    FaultKind.RESET: _reset,
    FaultKind.EMPTY: _empty,
    FaultKind.MALFORMED: _malformed,
    FaultKind.RANDOM: _random,
}
