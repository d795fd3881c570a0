"""The built-in webhook receiver, with scripted answers."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

import msgspec
import orjson

from reachapi_emulator.state.clock import VirtualClock, seconds
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.page import EVERY, Page, rows_of
from reachapi_emulator.state.store import Row, Store
from reachapi_emulator.state.tables import is_json
from reachapi_emulator.testing.journal import remembered
from reachapi_emulator.vendor.accounts import SLUG

SCHEME = "inbox"
"""A webhook URL inbox:NAME is the inbox of that name, wherever it listens."""

MAX_DELIVERIES = 10_000
MAX_SCRIPTED = 100_000
MAX_TEXT = 4 * 1024 * 1024
"""Bytes of a body that is no JSON that are shown."""


class ScriptedAnswer(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """How one arrival is answered: after a delay, with a status or not at all."""

    status: int = 200
    delay_s: float = 0
    drop: bool = False


class ScriptsFull(Exception):
    """There is no room for another script; the message says what to do."""


class Inboxes:
    """Keeps what arrives and hands out the scripted answers, by inbox name.

    All inboxes together keep 10,000 deliveries, as far as there is room; the oldest
    go. An account's own inbox bears its id. What reads or changes them is called
    inside a unit of work.

    Args:
        store: keeps deliveries and scripts.
        clock: stamps the arrivals, an inbox named like an account on its clock.
        max_bytes: bytes that the deliveries may have together, headers included.
    """

    def __init__(self, store: Store, clock: VirtualClock, max_bytes: int) -> None:
        self._store = store
        self._clock = clock
        self._max_bytes = max_bytes
        self.base_url = ""

    def url_of(self, account: str) -> str:
        """Return the URL of the inbox of an account, wherever it listens."""
        return f"{SCHEME}:{account}"

    def is_own(self, url: str) -> bool:
        """Tell whether a URL names an inbox."""
        scheme, _, name = url.partition(":")
        return scheme == SCHEME and SLUG.fullmatch(name) is not None

    def resolve(self, url: str) -> str:
        """Turn inbox:NAME into the address that it has now; leave other URLs."""
        scheme, _, name = url.partition(":")
        return f"{self.base_url}/{quote(name)}" if scheme == SCHEME else url

    def has(self, url: str) -> bool:
        """Tell whether an address is an inbox's, of whichever start it was."""
        own = urlsplit(self.base_url).path
        return urlsplit(url).path.startswith(f"{own}/")

    def receive(
        self, name: str, headers: Mapping[str, str], body: bytes
    ) -> ScriptedAnswer:
        """Keep an arrival and return how to answer it."""
        kept = orjson.dumps(remembered(headers))
        size = len(kept) + len(body)
        self._make_room(size)
        now = self._clock.now(name)
        self._store.run(
            "delivery_add",
            inbox=name,
            at=now,
            headers=kept.decode(),
            body=body,
            is_json=is_json(body),
            size=size,
        )
        arrival = {"inbox": name, "received_at": seconds(now)}
        self._store.publish(EventType.DELIVERY, name, arrival)
        row = self._store.one("script_next", inbox=name)
        return _step(row) if row else ScriptedAnswer()

    def _make_room(self, size: int) -> None:
        (held,) = self._store.all("deliveries_size")
        count, total = held["deliveries"], held["bytes"]
        while count and (count >= MAX_DELIVERIES or total + size > self._max_bytes):
            (gone,) = self._store.all("delivery_evict")
            count, total = count - 1, total - gone["size"]

    def deliveries(self, name: str, page: Page = EVERY) -> list[int]:
        """Return the ids of a page of what an inbox holds, and of one more."""
        rows = rows_of(
            self._store, page, "deliveries_before", "deliveries_after", inbox=name
        )
        return [row["id"] for row in rows]

    def delivery(self, number: int) -> bytes:
        """Return a delivery as JSON: its body as it stands if it is JSON, or as text.

        Raises:
            LookupError: there is none.
        """
        row = self._store.one("delivery_get", id=number)
        if row is None:
            raise LookupError(number)
        return orjson.dumps(_to_json(row))

    def clear(self, name: str) -> None:
        """Empty an inbox."""
        self._store.run("deliveries_clear", inbox=name)

    def empty(self, name: str) -> None:
        """Empty an inbox for a tester, and let followers know."""
        self.clear(name)
        self._store.publish(EventType.RESET, name, {"scope": "inbox", "account": name})

    def forget(self, name: str) -> None:
        """Empty an inbox and drop its script."""
        self.clear(name)
        self.script(name, [])

    def script(self, name: str, steps: Iterable[ScriptedAnswer]) -> None:
        """Set the answers to the next arrivals, in place of what was scripted.

        Raises:
            ScriptsFull: all inboxes together would have too many.
        """
        self._store.run("script_clear", inbox=name)
        for step in steps:
            text = msgspec.json.encode(step).decode()
            self._store.run("script_add", inbox=name, step=text)
        row = self._store.one("scripts_count")
        if row and row["steps"] > MAX_SCRIPTED:
            raise ScriptsFull(
                f"the scripts of all inboxes would have more than {MAX_SCRIPTED:,} "
                "entries: clear some with PUT []"
            )

    def scripted(self, name: str) -> list[ScriptedAnswer]:
        """Return the scripted answers that are still to come."""
        rows = self._store.all("script_of", inbox=name)
        return [_step(row) for row in rows]

    def reset(self) -> None:
        """Do nothing: the store has been wiped."""


def _step(row: Row) -> ScriptedAnswer:
    return msgspec.json.decode(row["step"], type=ScriptedAnswer)


def _to_json(row: Row) -> dict[str, object]:
    body, whole = row["body"], row["is_json"]
    return {
        "id": row["id"],
        "received_at": seconds(row["at"]),
        "headers": orjson.Fragment(row["headers"]),
        "body": orjson.Fragment(body) if whole else _text(body),
        "cut": not whole and len(body) > MAX_TEXT,
    }


def _text(body: bytes) -> str:
    return body[:MAX_TEXT].decode(errors="replace")
