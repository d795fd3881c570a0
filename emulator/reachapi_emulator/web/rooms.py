"""What the handlers work with, as typed application state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.delivery.webhooks import WebhookClient
from reachapi_emulator.state.clock import VirtualClock
from reachapi_emulator.state.events import Feed
from reachapi_emulator.testing.client_report import Judge
from reachapi_emulator.testing.delays import Delays
from reachapi_emulator.testing.faults import FaultRules
from reachapi_emulator.testing.inbox import Inboxes
from reachapi_emulator.testing.journal import Journal
from reachapi_emulator.testing.snapshots import Snapshots
from reachapi_emulator.vendor.accounts import Accounts
from reachapi_emulator.vendor.credits import Ledger
from reachapi_emulator.vendor.jobs import Jobs
from reachapi_emulator.vendor.rate_limit import Limiter
from reachapi_emulator.vendor.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Everything behind the routes, and the few switches they read themselves."""

    dataset: Dataset
    clock: VirtualClock
    accounts: Accounts
    ledger: Ledger
    limiter: Limiter
    jobs: Jobs
    dispatcher: Worker
    feed: Feed
    journal: Journal
    judge: Judge
    faults: FaultRules
    holds: Delays
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
