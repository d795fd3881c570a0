"""An answer's body that is sent as its reader takes it, never joined."""

from typing import NoReturn

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from reachapi_emulator.reachapi.payload import Payload


class Stream(aiohttp.Payload):
    """Prepared records as the body of an answer, their length known beforehand."""

    def __init__(self, payload: Payload) -> None:
        super().__init__(payload, content_type="application/json")
        self.payload = payload
        self._size = len(payload)

    def decode(
        self,
        encoding: str = "utf-8",  # noqa: ARG002 - the signature is aiohttp's
        errors: str = "strict",  # noqa: ARG002 - the signature is aiohttp's
    ) -> NoReturn:
        """Refuse: the body exists once, as a stream."""
        raise TypeError("an answer of records is streamed, not decoded")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send the pieces, waiting whenever the reader is behind."""
        for piece in self.payload:
            await writer.write(piece)
