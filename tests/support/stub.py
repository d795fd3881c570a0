"""A stand-in for an emulator that answers as a test likes, in a thread of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson

HEALTH = {"status": "ok", "version": "9.9", "contacts": 1}
CLOCK = {"now": 1.5, "frozen": False}


@dataclass
class Stub:
    """Answers by method and path; what it was not told is 404 in the control's words.

    Attributes:
        url: where it listens.
        answers: status and JSON, or bytes written in place of an HTTP answer.
        hang_up: close each connection once it has answered, without saying so.
        asked: method, path, and JSON of the body of each request.
        tokens: the Authorization of each request.
    """

    url: str = ""
    answers: dict[str, tuple[int, Any] | bytes] = field(
        default_factory=lambda: {
            "GET /health": (200, HEALTH),
            "GET /clock": (200, CLOCK),
        }
    )
    hang_up: bool = False
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up."""


@contextmanager
def stubbed() -> Iterator[Stub]:
    """Let a stand-in listen until the block ends."""
    stub = Stub()
    server = _Server(("127.0.0.1", 0), _handler(stub))
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def answer(self) -> None:
            path = self.path.removeprefix("/_emulator")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            stub.asked.append(
                (self.command, path, orjson.loads(body) if body else None)
            )
            stub.tokens.append(self.headers.get("Authorization"))
            missing = 404, {"error": f"there is no {path}"}
            told = stub.answers.get(f"{self.command} {path}", missing)
            self.close_connection = stub.hang_up or isinstance(told, bytes)
            self.wfile.write(told if isinstance(told, bytes) else _answer(*told))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 # http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _answer(status: int, json: object) -> bytes:
    body = json if isinstance(json, bytes) else orjson.dumps(json)
    head = f"HTTP/1.1 {status} Told\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
