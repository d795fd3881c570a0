"""A plain HTTP client: one connection a request, bounded, following nothing."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

SECONDS = 10
"""How long connecting, and every read, may take."""

MAX_BODY = 16 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; status 0 stands for none.

    Attributes:
        media_type: the Content-Type without its parameters.
        body: the JSON it holds, else its text.
    """

    status: int
    media_type: str
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def given(self) -> tuple[object, ...]:
        """What it is, to be compared with what was promised."""
        return (self.status, self.media_type, self.body)

    @property
    def data(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """The data of a success.

        Raises:
            AssertionError: it is none.
        """
        if self.status != 200 or not isinstance(self.body, dict):
            raise AssertionError(f"no success: {self}")
        return self.body.get("data")


@dataclass(frozen=True)
class Line:
    """Speaks to the server at a base URL, which may have a path of its own."""

    url: str

    def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """Send one request as it is; what breaks on the way is an answer as well."""
        parts = urlsplit(self.url)
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
    return Answer(response.status, kind, _parsed(content), dict(headers.items()))


def _parsed(content: bytes) -> object:
    try:
        parsed: object = json.loads(content)
    except ValueError:
        return content.decode(errors="replace")
    return parsed
