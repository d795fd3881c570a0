"""A client of both surfaces, for black-box tests."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import orjson

from support.conformance import check_answer

PRESETS = "/api/v2/predefined/records/preset-values"
CREDITS = "/api/v2/retrive/users/active/credits"
COUNTS = "/api/v2/request/records/count"
COUNTS_OF_SAMPLES = "/api/v2/async/records/filter/count"
FETCH = "/api/v2/async/records/filter"
FETCH_DATA = "/api/v2/async/records/filter/data"
BATCH = "/api/v2/records/batch-process"
SDK = "/v1/predefined/retrieve-data/get-"


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
        body = {"fetchCount": count, "filter": wanted}
        answer = await self.call("POST", FETCH, json=body)
        if answer.status != 200:
            raise AssertionError(f"fetch: {answer.status} {answer.body!r}")
        job: int = answer.json["data"]["unique_processing_id"]
        return job

    async def wait(self, job: int, **what: object) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Return a job once it is final, or as `state` and `attempts` say."""
        return await self.control("POST", f"/jobs/{job}/wait", {"timeout": 10, **what})

    async def freeze(self) -> None:
        """Let the global clock stand still."""
        await self.control("PATCH", "/clock", {"frozen": True})

    async def advance(self, seconds: float) -> None:
        """Let the global clock jump; what falls due has been started on return."""
        await self.control("POST", "/clock/advance", {"seconds": seconds})
