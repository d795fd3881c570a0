"""One keep-alive connection to a server."""

from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import orjson

CREDITS = "/api/v2/retrive/users/active/credits"
FETCH = "/api/v2/async/records/filter"
HEALTH = "/_emulator/health"

_HEADERS = {
    "X-API-Key": "demo-api-key",
    "Content-Type": "application/json",
    "Accept": "application/json",
}


class Client:
    """Sends requests as the demo account, one after the other."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def send(self, method: str, path: str, body: object = None) -> bytes:
        """Send a request, expect success, return the body of the answer."""
        data = None if body is None else orjson.dumps(body)
        self._connection.request(method, path, data, _HEADERS)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise RuntimeError(f"{method} {path}: {response.status} {answer!r}")
        return answer

    def json(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Send a request, expect success, return the JSON of the answer."""
        return orjson.loads(self.send(method, path, body))
