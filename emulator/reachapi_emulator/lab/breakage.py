"""How a connection is broken on purpose, whoever opened it."""

import asyncio
import socket
import struct
import sys

GARBAGE = bytes(range(0x80, 0xC0)) + b"\r\n"
"""Neither HTTP nor the size of a chunk; a line, so that nobody waits for its end."""

_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def reset(transport: asyncio.WriteTransport) -> None:
    """Close with a TCP reset."""
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
    )
    transport.abort()
