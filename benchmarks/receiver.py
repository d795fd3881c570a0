"""`python -m benchmarks.receiver`: tell when the last byte of a request arrives.

It answers every request with 200 and prints the instant on the monotonic
clock, which the processes of a machine share.
"""

import asyncio
import re
from time import monotonic
from typing import cast

import uvloop

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Receiver(asyncio.Protocol):
    """One connection, with one request after the other on it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Await a head."""
        self._transport = cast("asyncio.Transport", transport)
        self._head = b""
        self._missing = 0

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a body, once its head has arrived."""
        if not self._missing:
            data = self._begin(data)
        self._missing -= len(data)
        if data and not self._missing:
            self._end()

    def _begin(self, data: bytes) -> bytes:
        """Return the start of the body, empty as long as the head has not ended."""
        self._head, end, body = (self._head + data).partition(_END_OF_HEAD)
        if end and (length := _LENGTH.search(self._head)):
            self._missing = int(length[1])
            self._head = b""
        return body

    def _end(self) -> None:
        print("=", monotonic(), flush=True)
        self._transport.write(_OK)


async def serve() -> None:
    """Listen on a free port until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Receiver, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
