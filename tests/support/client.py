"""A client of both surfaces, and the steps that black-box tests do again and again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Self

import aiohttp
import orjson

from support.conformance import check_answer, see_delivery

PRESETS = "/api/v2/predefined/records/preset-values"
CREDITS = "/api/v2/retrive/users/active/credits"
COUNTS = "/api/v2/request/records/count"
COUNTS_OF_SAMPLES = "/api/v2/async/records/filter/count"
FETCH = "/api/v2/async/records/filter"
FETCH_DATA = "/api/v2/async/records/filter/data"
BATCH = "/api/v2/records/batch-process"
SDK = "/v1/predefined/retrieve-data/get-"

VALIDATION_DELAY = 0.05
"""Seconds, by default."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """The body, parsed."""
        return orjson.loads(self.body)


@dataclass
class Api:
    """Speaks to one emulator.

    Attributes:
        url: where it listens.
        key: the API key sent with every vendor request; None sends none.
    """

    url: str
    session: aiohttp.ClientSession
    key: str | None = "demo-api-key"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator[Self]:
        """Yield a client to an emulator that is running."""
        async with aiohttp.ClientSession() as session:
            yield cls(url, session)

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: bytes | BytesIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request as it is, following nothing, and read the answer."""
        async with self.session.request(
            method,
            self.url + path,
            data=orjson.dumps(json) if json is not None else data,
            headers=headers,
            allow_redirects=False,
        ) as response:
            body = await response.read()
            answer = Answer(response.status, dict(response.headers), body)
        check_answer(method, path, answer.status, answer.headers, body)
        return answer

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: bytes | BytesIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request to the vendor's surface under the key."""
        key = {} if self.key is None else {"X-API-Key": self.key}
        every = {**key, **self.headers, **(headers or {})}
        return await self.send(method, path, json=json, data=data, headers=every)

    async def control(self, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Send a request to the control API, expect success, return its JSON."""
        answer = await self.send(method, f"/_emulator{path}", json=json)
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body!r}")
        return answer.json

    async def fetch(self, count: int = 3, **wanted: object) -> int:
        """Submit a data request, expect it accepted, return its id."""
        return await self._submit(FETCH, "unique_processing_id", count, wanted)

    async def fetch_data(self, count: int = 3, **wanted: object) -> int:
        """Submit a request to be polled for, expect it accepted, return its id."""
        return await self._submit(FETCH_DATA, "batch_process_id", count, wanted)

    async def _submit(self, path: str, name: str, count: int, wanted: object) -> int:
        body = {"fetchCount": count, "filter": wanted}
        answer = await self.call("POST", path, json=body)
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {answer.body!r}")
        number: int = answer.json["data"][name]
        return number

    async def poll(self, job: object) -> Answer:
        """Ask for the records of a request."""
        return await self.call("GET", f"{BATCH}?batch_process_id={job}")

    async def wait(self, job: int, **what: object) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Return a job once it is final, or as `state` and `attempts` say."""
        return await self.control("POST", f"/jobs/{job}/wait", {"timeout": 10, **what})

    async def freeze(self) -> None:
        """Let the global clock stand still."""
        await self.control("PATCH", "/clock", {"frozen": True})

    async def advance(self, seconds: float) -> None:
        """Let the global clock jump; what falls due has been started on return."""
        await self.control("POST", "/clock/advance", {"seconds": seconds})


def under(api: Api, key: str) -> Api:
    """Return a client to the same emulator with another key."""
    return replace(api, key=key)


async def opened(api: Api, key: str) -> Api:
    """Return a client under a `test-` key that has opened its account."""
    client = under(api, key)
    if (await client.call("POST", CREDITS)).status != 200:
        raise AssertionError(f"{key} does not open an account")
    return client


async def ask(api: Api, method: str, path: str, json: object = None) -> Answer:
    """Send a control request and return its answer, whatever it is."""
    return await api.send(method, f"/_emulator{path}", json=json)


async def refused(
    api: Api, method: str, path: str, json: object = None
) -> tuple[int, str]:
    """Send a control request that is refused; return the status and the reason."""
    answer = await ask(api, method, path, json)
    body = answer.json
    if answer.status < 400 or list(body) != ["error"] or not body["error"]:
        raise AssertionError(f"{method} {path}: {answer.status} {answer.body!r}")
    return answer.status, body["error"]


async def account(api: Api, name: str = "demo") -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return an account as the control API shows it."""
    return await api.control("GET", f"/accounts/{name}")


async def ledger(api: Api, name: str = "demo") -> list[tuple[str, int, int]]:
    """Return the entries of a ledger: reason, delta, balance."""
    entries = await api.control("GET", f"/accounts/{name}/ledger")
    return [(entry["reason"], entry["delta"], entry["balance"]) for entry in entries]


async def job_of(api: Api, job: int) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return a job as the control API shows it now."""
    return await api.control("GET", f"/jobs/{job}")


async def inbox(api: Api, name: str = "demo") -> list[Any]:
    """Return what an inbox has received, oldest first."""
    received: list[Any] = await api.control("GET", f"/inbox/{name}")
    for delivery in received:
        see_delivery(delivery["headers"], orjson.dumps(delivery["body"]))
    return received


async def script(api: Api, *steps: object, inbox: str = "demo") -> None:
    """Set how an inbox answers; a number is a status."""
    answers = [{"status": step} if isinstance(step, int) else step for step in steps]
    await api.control("PUT", f"/inbox/{inbox}/script", answers)


async def point(
    api: Api, url: str | None = None, account: str = "demo", *, active: bool = True
) -> None:
    """Configure the webhook of an account; without a URL the one it has."""
    if url is None:
        url = (await api.control("GET", f"/accounts/{account}"))["webhook"]["url"]
    webhook = {"url": url, "active": active}
    await api.control("PUT", f"/accounts/{account}/webhook", webhook)


async def rule(api: Api, kind: str, phase: str = "request", **values: object) -> int:
    """Add a fault rule; return its id."""
    form = {"phase": phase, "kind": kind, **values}
    number: int = (await api.control("POST", "/faults", form))["id"]
    return number


async def noted(api: Api) -> list[tuple[object, ...]]:
    """Return status, message and fault of each request in the journal."""
    listed = (await api.control("GET", "/requests"))["requests"]
    return [(each["status"], each["message"], each["fault"]) for each in listed]


async def begin(api: Api, count: int = 3) -> int:
    """Submit a request on the frozen clock and let its first attempt begin."""
    job = await api.fetch(count)
    await api.advance(1)
    return job


async def attempted(api: Api, count: int = 3, **wanted: object) -> int:
    """Freeze, submit, see the first attempt to its end, and return the job's id."""
    await api.freeze()
    job = await api.fetch(count, **wanted)
    await api.advance(VALIDATION_DELAY)
    await api.wait(job, attempts=1)
    return job


async def delivered(api: Api, count: int = 3, **wanted: object) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Submit to the demo account, await the delivery, return what its inbox got."""
    job = await api.fetch(count, **wanted)
    await api.wait(job, state="delivered")
    return (await inbox(api))[-1]


async def ready(api: Api, count: int = 3, **wanted: object) -> int:
    """Freeze, submit for polling, see the validation to its end, return the id."""
    await api.freeze()
    job = await api.fetch_data(count, **wanted)
    await api.advance(VALIDATION_DELAY)
    return job


Serve = Callable[..., Awaitable[Api]]
"""Takes settings by name; returns a client to an emulator that has them."""
