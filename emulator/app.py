"""The composition root: settings in, a running emulator out."""

import errno
from contextlib import AsyncExitStack

from aiohttp import web

from emulator import __version__
from emulator.contacts.dataset import Dataset
from emulator.contacts.paths import default_path
from emulator.lab.clock import Clock, microseconds
from emulator.lab.inbox import Inboxes
from emulator.lab.journal import Journal
from emulator.reachapi.account import Opening
from emulator.reachapi.accounts import Accounts
from emulator.reachapi.dispatch import Dispatcher
from emulator.reachapi.jobs import Jobs
from emulator.reachapi.ledger import Ledger
from emulator.reachapi.limits import Limiter
from emulator.reachapi.validation import Validator
from emulator.reachapi.webhooks import WebhookClient
from emulator.reachapi.work import Work
from emulator.settings import Settings
from emulator.store import MEMORY, Store, open_store
from emulator.web.application import build
from emulator.web.control import PREFIX
from emulator.web.rooms import Rooms
from emulator.web.runner import EnvelopeRunner

GRACE = 5.0
"""Real seconds that what is under way gets to end when the emulator stops."""

DEMO = "demo"
DEMO_KEY = "demo-api-key"
DEMO_SECRET = "demo-webhook-secret"  # noqa: S105 # documented in ruling 8

_ADVICE = {
    errno.EADDRINUSE: "is in use: stop what listens there, or choose another --port "
    "(0 takes a free one)",
    errno.EACCES: "is not allowed for this user: choose a --port above 1023",
    errno.EADDRNOTAVAIL: "is no address of this machine: choose another --host",
}
_UNKNOWN_ADDRESS = "is no address that can be listened on: choose another --host"


class StartError(Exception):
    """The emulator cannot start; the message says what to do."""


class Emulator:
    """A ReachAPI of one's own, from `start` to `stop`.

    Args:
        settings: the defaults, where left out.
        dataset: loaded already, so that several emulators can share it.

    Attributes:
        url: where it listens, such as `http://127.0.0.1:9010`, once started.
    """

    def __init__(
        self, settings: Settings | None = None, dataset: Dataset | None = None
    ) -> None:
        self.settings = settings or Settings()
        self._loaded = dataset
        self.url = ""
        self._exits = AsyncExitStack()

    async def start(self) -> None:
        """Load, open, listen; requests are served when this returns.

        Raises:
            DatasetError: the data set file is refused.
            StoreError: the state file is refused.
            StartError: the address cannot be listened on, or the state belongs
                to another data set.
        """
        async with AsyncExitStack() as exits:
            dataset = self._load()
            store = self._open(dataset)
            exits.callback(store.close)
            self._compose(dataset, store)
            await self._client.start()
            exits.push_async_callback(self._client.close)
            await self._listen(exits)
            self._begin()
            exits.push_async_callback(self._dispatcher.stop, GRACE)
            self._exits = exits.pop_all()

    async def stop(self) -> None:
        """Let what is under way end, within a grace period, and let go of all."""
        await self._exits.aclose()

    async def reset(self, account: str | None = None) -> None:
        """Bring everything, or one account, back to what it was at the start.

        Deliveries in flight are dropped: nothing of them arrives afterwards.
        """
        await self._dispatcher.drop(account)
        if account is None:
            self._store.wipe()
            self._seed()
        else:
            self._journal.clear(account)
            self._inboxes.forget(account)
            self._accounts.reset(account)
        self._clock.changed.notify()

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
        self._clock = Clock(store)
        self._inboxes = Inboxes(store, self._clock)
        self._journal = Journal(store)
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
        work = Work(
            store,
            self._clock,
            self._ledger,
            self._jobs,
            Validator(dataset),
            self._client,
            self._inboxes,
            [microseconds(wait) for wait in settings.retry_schedule],
        )
        self._dispatcher = Dispatcher(store, self._clock, work)

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
            journal=self._journal,
            inboxes=self._inboxes,
            client=self._client,
            reset=self.reset,
            version=__version__,
            counts_preview=settings.counts_preview,
            lenient=settings.lenient,
            rate_limit_headers=settings.rate_limit_headers,
        )

    async def _listen(self, exits: AsyncExitStack) -> None:
        app = build(self._rooms())
        runner = EnvelopeRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        exits.push_async_callback(runner.cleanup)
        host, port = self.settings.host or "0.0.0.0", self.settings.port  # noqa: S104 # asked for
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, UnicodeError) as error:
            number = getattr(error, "errno", None) or 0
            advice = _ADVICE.get(number, _UNKNOWN_ADDRESS)
            raise StartError(f"{host}:{port} {advice}") from error
        self.url = _url(host, runner.addresses[0][1])
        self._inboxes.base_url = f"{self.url}{PREFIX}/inbox"

    def _begin(self) -> None:
        self._seed()
        self._dispatcher.start()

    def _seed(self) -> None:
        """Make what is there from the start, unless the store has it already."""
        self._clock.start()
        self._jobs.start()
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


def _url(host: str, port: int) -> str:
    """Return the address under which this machine reaches a server on `host`."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # seen, not bound
    name = everywhere.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
