"""Takes a delivery to its receiver, as far as a fault rule lets it."""

from reachapi_emulator.delivery.outcomes import Outcome
from reachapi_emulator.delivery.webhooks import WebhookClient
from reachapi_emulator.testing.faults import (
    BREAKS,
    DELIVERED,
    FaultKind,
    FaultPhase,
    FaultRule,
    FaultRules,
)
from reachapi_emulator.testing.inbox import Inboxes
from reachapi_emulator.vendor.payload import Payload


class Courier:
    """Makes attempts, and asks the fault rules what strikes them.

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

    def strike(self, account: str) -> FaultRule | None:
        """Return what strikes the next attempt, counted as having struck."""
        if not self._faults.rules:
            return None
        return self._faults.strike(FaultPhase.WEBHOOK, DELIVERED, account)

    async def carry(
        self, url: str, secret: str, payload: Payload, kind: FaultKind | None
    ) -> Outcome:
        """Make one attempt, whole unless a fault breaks it.

        A duplicate follows when the first has come to its outcome, which counts.
        """
        if kind in BREAKS:
            return await self._client.break_off(
                url, secret, payload, len(payload), kind
            )
        outcome = await self._client.post(url, secret, payload, len(payload))
        if kind is FaultKind.DUPLICATE:
            await self._client.post(url, secret, payload, len(payload))
        return outcome
