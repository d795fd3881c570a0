"""What one attempt to deliver came to: acknowledged, or one of these errors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class ErrorCode(StrEnum):
    """Why an attempt failed; a member equals its code, `meaning` describes it."""

    meaning: str

    INVALID_URL = "invalid_url", "The URL is not one that can be POSTed to."
    DNS = "dns", "The host name could not be resolved."
    REFUSED = "refused", "Nothing listens on the host's port."
    UNREACHABLE = "unreachable", "There is no way to the host."
    CONNECT_TIMEOUT = (
        "connect_timeout",
        "No connection within the connect time-out, name look-up and TLS included.",
    )
    TLS = "tls", "The TLS handshake failed, or the certificate is not trusted."
    TIMEOUT = "timeout", "No answer within the time-out of the whole attempt."
    RESET = "reset", "The connection was reset before the answer."
    DISCONNECTED = "disconnected", "The receiver closed the connection unanswered."
    INVALID_RESPONSE = (
        "invalid_response",
        "The answer is not HTTP, or its head is broken, cut off or over-long.",
    )
    UNEXPECTED_STATUS = (
        "unexpected_status",
        "The receiver answered with a status other than 200.",
    )
    INTERRUPTED = (
        "interrupted",
        "The emulator stopped during the attempt, which is made again.",
    )
    FAULT = "fault", "A fault rule broke the delivery off."
    FAILED = "failed", "The attempt failed inside the emulator; its log says why."

    def __new__(cls, code: str, meaning: str = "") -> Self:
        """A member whose value is the code alone."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to (Ruling 28).

    Attributes:
        status: The receiver's status; None without a well-formed answer, for
            a broken one is never taken for the receiver's status.
        error: None when acknowledged, else an `ErrorCode`.
        response_body: The first 64 KiB of the answer, undecodable bytes replaced.
        duration_ms: Milliseconds until the outcome was decided.
        location: The answer's Location header, where a redirect points to.
    """

    status: int | None
    error: str | None
    response_body: str
    duration_ms: int
    location: str | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether the receiver answered 200, and nothing else will do."""
        return self.error is None
