"""Takes a delivery to its receiver, as far as a fault rule lets it."""

from reachapi_emulator.lab.fault import BREAKS, DELIVERED, Fault, Kind, Phase
from reachapi_emulator.lab.faults import Faults
from reachapi_emulator.lab.inbox import Inboxes
from reachapi_emulator.reachapi.payload import Payload
from reachapi_emulator.reachapi.webhooks import Outcome, WebhookClient


class Courier:
    """Makes attempts, and asks the fault rules what strikes them.

    Args:
        client: posts deliveries.
        inboxes: know the addresses of the built-in inboxes.
        faults: what goes wrong on purpose.
    """

    def __init__(self, client: WebhookClient, inboxes: Inboxes, faults: Faults) -> None:
        self._client = client
        self._inboxes = inboxes
        self._faults = faults

    def address(self, url: str) -> str:
        """Return where a webhook URL leads now."""
        return self._inboxes.resolve(url)

    def strike(self, account: str) -> Fault | None:
        """Return what strikes the next attempt, counted as having struck."""
        if not self._faults.rules:
            return None
        return self._faults.strike(Phase.WEBHOOK, DELIVERED, account)

    async def carry(
        self, url: str, secret: str, payload: Payload, kind: Kind | None
    ) -> Outcome:
        """Make one attempt, whole unless a fault breaks it.

        A duplicate follows when the first has come to its outcome, which counts.
        """
        if kind in BREAKS:
            return await self._client.break_off(
                url, secret, payload, len(payload), kind
            )
        outcome = await self._client.post(url, secret, payload, len(payload))
        if kind is Kind.DUPLICATE:
            await self._client.post(url, secret, payload, len(payload))
        return outcome
