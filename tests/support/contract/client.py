"""A plain HTTP client of the API under test: bounded, and following nothing."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit

from support.contract.safeguards import Pace, refuse_spending

SECONDS = 10
"""How long connecting, and every read, may take."""

MAX_BODY = 16 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; status 0 stands for none.

    Attributes:
        media_type: the Content-Type without its parameters.
        body: the JSON it holds, else its text.
        content: its bytes.
    """

    status: int
    media_type: str
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def given(self) -> tuple[object, ...]:
        """What it is, to be compared with what was promised."""
        return (self.status, self.media_type, self.body, self.headers.get("Allow"))

    @property
    def data(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """The data of a success.

        Raises:
            AssertionError: it is none.
        """
        if self.status != 200 or not isinstance(self.body, dict):
            raise AssertionError(f"no success: {self}")
        return self.body.get("data")


def exchange(
    url: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> Answer:
    """Send one request as it is; what breaks on the way is an answer as well.

    Args:
        url: the base URL, which may have a path of its own.
        method: as it is written.
        path: and query, appended to the base URL.
        headers: of the request.
        body: None sends none.
    """
    parts = urlsplit(url)
    connection = _connection(parts)
    try:
        connection.request(method, parts.path + path, body, headers)
        return _read(connection.getresponse())
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        return Answer(0, "", f"no answer: {error or type(error).__name__}")
    finally:
        connection.close()


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    return kind(str(parts.hostname), parts.port, timeout=SECONDS)


def _read(response: http.client.HTTPResponse) -> Answer:
    content = response.read(MAX_BODY + 1)
    if len(content) > MAX_BODY:
        raise http.client.HTTPException(f"a body over {MAX_BODY:,} bytes")
    if response.length:
        raise http.client.IncompleteRead(content, response.length)
    headers = response.headers
    kind = headers.get_content_type() if "Content-Type" in headers else ""
    parsed = _parsed(content)
    return Answer(response.status, kind, parsed, dict(headers.items()), content)


def _parsed(content: bytes) -> object:
    try:
        parsed: object = json.loads(content)
    except ValueError:
        return content.decode(errors="replace")
    return parsed


@dataclass(frozen=True)
class Vendor:
    """Asks as the vendor's page says.

    Attributes:
        url: the base URL of the API.
        key: the API key sent with every request; None sends none. Never shown.
        pace: of a live run, in which nothing may be spent; None is an emulator.
    """

    url: str
    key: str | None = field(repr=False)
    pace: Pace | None = field(default=None, repr=False)

    def under(self, key: str | None) -> "Vendor":
        """Return a client with another key."""
        return replace(self, key=key)

    def get(self, path: str) -> Answer:
        """Ask by GET."""
        return self.send("GET", path)

    def post(
        self, path: str, form: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Post a form as JSON; None posts nothing."""
        return self.send("POST", path, form, headers)

    def send(
        self,
        method: str,
        path: str,
        form: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request with the headers of the page.

        Args:
            method: as it is written.
            path: and query.
            form: sent as JSON; bytes are sent as they are, None not at all.
            headers: besides those of the page, or in their place.

        Raises:
            WouldSpendError: it is one that a live API could charge for.
        """
        body = _body(method, form)
        if self.pace is not None:
            refuse_spending(method, path, body)
            self.pace.wait()
        key = {} if self.key is None else {"X-API-Key": self.key}
        kinds = {"Content-Type": "application/json", "Accept": "application/json"}
        every = {**kinds, **key, **(headers or {})}
        return exchange(self.url, method, path, every, body)


def _body(method: str, form: object) -> bytes | None:
    if form is None:
        return b"" if method == "POST" else None
    return form if isinstance(form, bytes) else json.dumps(form).encode()
