"""What the handlers work with, as typed application state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.lab.faults import Faults
from reachapi_emulator.lab.holds import Holds
from reachapi_emulator.lab.inbox import Inboxes
from reachapi_emulator.lab.journal import Journal
from reachapi_emulator.lab.judging import Judge
from reachapi_emulator.reachapi.accounts import Accounts
from reachapi_emulator.reachapi.dispatch import Dispatcher
from reachapi_emulator.reachapi.jobs import Jobs
from reachapi_emulator.reachapi.ledger import Ledger
from reachapi_emulator.reachapi.limits import Limiter
from reachapi_emulator.reachapi.snapshots import Snapshots
from reachapi_emulator.reachapi.webhooks import WebhookClient
from reachapi_emulator.state.clock import VirtualClock
from reachapi_emulator.state.events import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Everything behind the routes, and the few switches they read themselves."""

    dataset: Dataset
    clock: VirtualClock
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
