"""A webhook receiver of the standard library's http.server, in a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

import orjson

PATIENCE = 5.0
"""Seconds until what has not arrived counts as lost."""


@dataclass
class PlainReceiver:
    """What a receiver saw of each connection, in the order in which they ended.

    Attributes:
        url: what to configure as the webhook.
    """

    url: str
    seen: "Queue[str | bytes]" = field(default_factory=Queue)

    def next(self) -> str | bytes:
        """Return a body, or in words what came instead; waits for it."""
        return self.seen.get(timeout=PATIENCE)

    def next_job(self) -> int:
        """Return the unique_processing_id of the next body."""
        job: int = orjson.loads(self.next())["unique_processing_id"]
        return job


@contextmanager
def plainly_receiving() -> Iterator[PlainReceiver]:
    """Run a receiver that answers 200 to what it can read, until the block ends.

    It serves one connection after the other, so that their order is certain.
    """
    receiver = PlainReceiver("")

    class Handler(BaseHTTPRequestHandler):
        """Tells the receiver what it sees."""

        def handle_one_request(self) -> None:
            """Read a request, if there is one."""
            super().handle_one_request()
            if not hasattr(self, "requestline"):
                receiver.seen.put("nothing")

        def do_POST(self) -> None:
            """Read a body and answer."""
            try:
                receiver.seen.put(self._body())
            except (ConnectionResetError, ValueError) as error:
                receiver.seen.put(type(error).__name__)
                return
            self.send_response(200)
            self.end_headers()

        def _body(self) -> bytes:
            if self.headers["Transfer-Encoding"] == "chunked":
                return b"".join(iter(self._chunk, b""))
            return self.rfile.read(int(self.headers["Content-Length"]))

        def _chunk(self) -> bytes:
            size = int(self.rfile.readline(), 16)
            return self.rfile.read(size + 2)[:size]

        def send_error(self, code: int, *_: object, **__: object) -> None:
            """Refuse what is no request."""
            receiver.seen.put(f"error {code}")

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
