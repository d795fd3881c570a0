"""What the handlers work with, as typed application state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from emulator.contacts.dataset import Dataset
from emulator.lab.clock import Clock
from emulator.lab.faults import Faults
from emulator.lab.holds import Holds
from emulator.lab.inbox import Inboxes
from emulator.lab.journal import Journal
from emulator.lab.judging import Judge
from emulator.reachapi.accounts import Accounts
from emulator.reachapi.dispatch import Dispatcher
from emulator.reachapi.jobs import Jobs
from emulator.reachapi.ledger import Ledger
from emulator.reachapi.limits import Limiter
from emulator.reachapi.snapshots import Snapshots
from emulator.reachapi.webhooks import WebhookClient
from emulator.store.feed import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Everything behind the routes, and the few switches they read themselves."""

    dataset: Dataset
    clock: Clock
    accounts: Accounts
    ledger: Ledger
    limiter: Limiter
    jobs: Jobs
    dispatcher: Dispatcher
    feed: Feed
    journal: Journal
    judge: Judge
    faults: Faults
    holds: Holds
    inboxes: Inboxes
    client: WebhookClient
    snapshots: Snapshots
    reset: Callable[[str | None], Awaitable[None]]
    version: str
    counts_preview: int
    lenient: bool
    rate_limit_headers: bool
    cors: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    control_token: str | None
    ca_pem: bytes | None


ROOMS = web.AppKey("rooms", Rooms)
"""Everything behind the routes."""
