"""Start and stop: ports, TLS, worker."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from reachapi_emulator import __version__
from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.file import default_path
from reachapi_emulator.delivery.webhooks import WebhookClient
from reachapi_emulator.errors import StartError
from reachapi_emulator.hostnames import is_tls_name
from reachapi_emulator.settings import Settings
from reachapi_emulator.state.clock import EVERYONE, VirtualClock, microseconds
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.store import MEMORY, Store, open_store
from reachapi_emulator.testing.client_report import Bounds, Judge
from reachapi_emulator.testing.delays import Delays
from reachapi_emulator.testing.delivery_faults import Courier
from reachapi_emulator.testing.faults import FaultRules
from reachapi_emulator.testing.inbox import Inboxes
from reachapi_emulator.testing.journal import Journal
from reachapi_emulator.testing.snapshots import Snapshots
from reachapi_emulator.vendor.accounts import Accounts, Opening
from reachapi_emulator.vendor.credits import Ledger
from reachapi_emulator.vendor.email_check import Validator
from reachapi_emulator.vendor.jobs import Jobs
from reachapi_emulator.vendor.rate_limit import Limiter
from reachapi_emulator.vendor.worker import Work, Worker
from reachapi_emulator.web.application import build
from reachapi_emulator.web.control import PREFIX
from reachapi_emulator.web.http_server import EnvelopeRunner, Listener
from reachapi_emulator.web.rooms import Rooms

if TYPE_CHECKING:
    from pathlib import Path

    from reachapi_emulator.tls import Authority


GRACE = 5.0
"""Real seconds that what is under way gets to end when the emulator stops."""

DEMO = "demo"
DEMO_KEY = "demo-api-key"
DEMO_SECRET = "demo-webhook-secret"  # noqa: S105 # documented in ruling 8


class Server:
    """A ReachAPI of one's own, from `start` to `stop`.

    Args:
        settings: the defaults, where left out.
        dataset: loaded already, so that several emulators can share it.

    Attributes:
        url: where it listens, such as `http://127.0.0.1:9010`, once started.
        tls_url: likewise for https; empty where that is off.
    """

    def __init__(
        self, settings: Settings | None = None, dataset: Dataset | None = None
    ) -> None:
        self.settings = settings or Settings()
        self._loaded = dataset
        self.url = self.tls_url = ""
        self._authority: Authority | None = None
        self._exits = AsyncExitStack()

    @property
    def ca_certificate(self) -> Path | None:
        """The file to trust for https, once started; None where https is off."""
        return self._authority.certificate if self._authority else None

    async def start(self) -> None:
        """Load, open, listen; requests are served when this returns.

        Raises:
            DatasetError: the data set file is refused.
            StoreError: the state file is refused.
            StartError: the address cannot be listened on, the state belongs to
                another data set, or there is no certificate to be had.
        """
        async with AsyncExitStack() as exits:
            self._authority = self._certify()
            dataset = self._load()
            store = self._open(dataset)
            exits.callback(store.close)
            self._compose(dataset, store)
            await self._client.start()
            exits.push_async_callback(self._client.close)
            listeners = await self._listen(exits)
            self._begin()
            exits.push_async_callback(self._dispatcher.stop, GRACE)
            for listener in listeners:
                await listener.serve()
            self._exits = exits.pop_all()

    async def stop(self) -> None:
        """Let what is under way end, within a grace period, and let go of all."""
        await self._exits.aclose()

    async def reset(self, account: str | None = None) -> None:
        """Bring everything, or one account, back to what it was at the start.

        Deliveries in flight are dropped: nothing of them arrives afterwards.
        """
        await self._dispatcher.drop(account)
        self._holds.drop(account)
        if account is None:
            self._store.wipe()
            self._seed()
        else:
            self._journal.clear(account)
            self._inboxes.forget(account)
            self._faults.clear(account)
            self._accounts.reset(account)
        done = {"scope": "all", "account": account}
        self._store.feed.publish(EventType.RESET, account or EVERYONE, done)
        self._clock.changed.notify()

    def _certify(self) -> Authority | None:
        if not self.settings.tls:
            return None
        from reachapi_emulator.tls import Authority  # noqa: PLC0415 # 70 ms

        return Authority(self.settings.ca_dir)

    def _load(self) -> Dataset:
        return self._loaded or Dataset.load(self.settings.dataset or default_path())

    def _open(self, dataset: Dataset) -> Store:
        state = self.settings.state
        store = open_store(
            MEMORY if state is None else str(state),
            journal_size=self.settings.journal_size,
        )
        if state is not None:
            known = store.one("fact_get", name="dataset")
            if known is not None and known["value"] != dataset.fingerprint:
                store.close()
                raise StartError(
                    f"{state} belongs to another data set: start with the --dataset "
                    "that made it, or name a new --state file"
                )
        return store

    def _compose(self, dataset: Dataset, store: Store) -> None:
        settings = self.settings
        self._store, self._dataset = store, dataset
        self._clock = VirtualClock(store)
        self._inboxes = Inboxes(store, self._clock)
        self._journal = Journal(store)
        self._faults = FaultRules(store)
        self._holds = Delays(self._clock)
        self._ledger = Ledger(store, self._clock)
        self._accounts = Accounts(
            store,
            self._clock,
            self._ledger,
            opening_credits=settings.credits,
            auto_accounts=not settings.no_auto_accounts,
        )
        self._jobs = Jobs(
            store,
            self._clock,
            self._accounts,
            self._ledger,
            dataset,
            validation_delay=microseconds(settings.validation_delay),
        )
        self._client = WebhookClient(
            connect_timeout=settings.connect_timeout,
            total_timeout=settings.webhook_timeout,
        )
        self._dispatcher = Worker(store, self._clock, self._work())
        self._snapshots = Snapshots(
            store,
            self._clock,
            self._journal,
            self._faults,
            self._holds,
            self._jobs,
            self._dispatcher,
            dataset,
        )

    def _work(self) -> Work:
        return Work(
            self._store,
            self._clock,
            self._ledger,
            self._jobs,
            Validator(self._dataset),
            Courier(self._client, self._inboxes, self._faults),
            [microseconds(wait) for wait in self.settings.retry_schedule],
        )

    def _rooms(self) -> Rooms:
        settings = self.settings
        return Rooms(
            dataset=self._dataset,
            clock=self._clock,
            accounts=self._accounts,
            ledger=self._ledger,
            limiter=Limiter(self._store, settings.rate_limit),
            jobs=self._jobs,
            dispatcher=self._dispatcher,
            feed=self._store.feed,
            journal=self._journal,
            judge=Judge(
                self._store,
                self._journal,
                self._inboxes,
                Bounds(settings.rate_limit, settings.webhook_timeout),
            ),
            faults=self._faults,
            holds=self._holds,
            inboxes=self._inboxes,
            client=self._client,
            snapshots=self._snapshots,
            reset=self.reset,
            version=__version__,
            counts_preview=settings.counts_preview,
            lenient=settings.lenient,
            rate_limit_headers=settings.rate_limit_headers,
            cors=settings.cors,
            allowed_hosts=(settings.host, *settings.allowed_host),
            control_token=settings.control_token,
            ca_pem=self._authority.pem if self._authority else None,
        )

    async def _listen(self, exits: AsyncExitStack) -> list[Listener]:
        """Take every port before any is served: a start is all or nothing."""
        runner = EnvelopeRunner(
            build(self._rooms()), access_log=None, shutdown_timeout=1.0
        )
        await runner.setup()
        exits.push_async_callback(runner.cleanup)
        exits.callback(self._holds.drop)
        exits.callback(self._store.feed.close)
        listeners = self._listeners(runner)
        for listener in listeners:
            await listener.start()
        self.url, self.tls_url = (*(each.url for each in listeners), "")[:2]
        self._inboxes.base_url = f"{self.url}{PREFIX}/inbox"
        return listeners

    def _listeners(self, runner: EnvelopeRunner) -> list[Listener]:
        settings = self.settings
        plain = Listener(runner, settings.host, settings.port)
        if self._authority is None:
            return [plain]
        host = [settings.host] if is_tls_name(settings.host) else []
        tls = self._authority.context([*host, *settings.tls_name])
        return [plain, Listener(runner, settings.host, settings.tls_port, tls)]

    def _begin(self) -> None:
        self._seed()
        self._dispatcher.start()

    def _seed(self) -> None:
        """Make what is there from the start, unless the store has it already."""
        self._clock.start()
        self._jobs.start()
        self._faults.load()
        self._store.run("fact_set", name="dataset", value=self._fingerprint())
        if self._accounts.find(DEMO) is None:
            self._accounts.open(
                Opening(
                    id=DEMO,
                    credits=self.settings.credits,
                    name="Demo",
                    api_key=DEMO_KEY,
                    webhook_secret=DEMO_SECRET,
                )
            )

    def _fingerprint(self) -> str:
        """Only a file outlives its data set, so only it needs to know its own."""
        return "" if self.settings.state is None else self._dataset.fingerprint
