"""Takes a delivery to its receiver, as far as a fault rule lets it."""

from dataclasses import dataclass

from reachapi_emulator.delivery.outcomes import Outcome
from reachapi_emulator.delivery.webhooks import WebhookClient
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
        client: posts deliveries.
        inboxes: know the addresses of the built-in inboxes.
        faults: what goes wrong on purpose.
    """

    def __init__(
        self, client: WebhookClient, inboxes: Inboxes, faults: FaultRules
    ) -> None:
        self._client = client
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
        if kind in BREAKS:
            return await self._client.break_off(
                url, secret, payload, len(payload), kind
            )
        outcome = await self._client.post(url, secret, payload, len(payload))
        if kind is FaultKind.DUPLICATE:
            await self._client.post(url, secret, payload, len(payload))
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
