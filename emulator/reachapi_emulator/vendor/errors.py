"""Every refusal of the vendor's surface, as one tree.

    ReachApiError
      BadRequest                 400
        WebhookInactive
        StillProcessing
      Unauthorized               401
      InsufficientCredit         402
      Forbidden                  403
      NotFound                   404
        PageNotFound
      MethodNotAllowed           405
      RequestTimeout             408
      PayloadTooLarge            413
      TooManyRequests            429
      ServerError                500
      ServiceUnavailable         503

Statuses and messages: the vendor's page and rulings 2 to 6.
"""

from collections.abc import Sequence


class ReachApiError(Exception):
    """A refusal: an HTTP status, the vendor's message, and the data it carries."""

    status: int
    message: str
    data: dict[str, int] | None = None

    def __init__(self, message: str | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)


class BadRequest(ReachApiError):
    """400: a required part is missing or not understood."""

    status = 400
    message = "Bad Request"


class WebhookInactive(BadRequest):
    """400: no webhook is configured, or its status is Inactive (ruling 22)."""

    message = "Webhook feature is inactive"


class StillProcessing(BadRequest):
    """400: what is polled for is being validated (ruling 32)."""

    message = "Request is still being processed"


class Unauthorized(ReachApiError):
    """401: no key, or one that was never issued (ruling 6)."""

    status = 401
    message = "Unauthorized"


class InsufficientCredit(ReachApiError):
    """402: more records are wanted than credits are available (ruling 23)."""

    status = 402
    message = "Insufficient credit balance"

    def __init__(self, available: int, requested: int) -> None:
        super().__init__()
        self.data = {"available_credit": available, "requested_fetch_count": requested}


class Forbidden(ReachApiError):
    """403: a key that was issued and is no longer good (ruling 6)."""

    status = 403
    message = "Forbidden"


class NotFound(ReachApiError):
    """404: nothing matches."""

    status = 404
    message = "Not Found"


class PageNotFound(NotFound):
    """404: a path that the vendor does not serve."""

    message = "Page Not Found"


class MethodNotAllowed(ReachApiError):
    """405: a path of the vendor's, asked with another method (ruling 3)."""

    status = 405
    message = "Method Not Allowed"

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__()
        self.allowed = tuple(allowed)


class RequestTimeout(ReachApiError):
    """408: a head that did not arrive in time."""

    status = 408
    message = "Request Timeout"


class PayloadTooLarge(ReachApiError):
    """413: a body over the limit (ruling 3)."""

    status = 413
    message = "Payload Too Large"


class TooManyRequests(ReachApiError):
    """429: the key has used up its requests of the last second (ruling 9).

    Attributes:
        room_at: the instant at which a request is admitted again, if it is known.
    """

    status = 429
    message = "Too many requests"

    def __init__(self, room_at: int | None = None) -> None:
        super().__init__()
        self.room_at = room_at


class ServerError(ReachApiError):
    """500: the emulator's own fault, or one that a tester asked for."""

    status = 500
    message = "Server Error"


class ServiceUnavailable(ReachApiError):
    """503: more bodies arrive at once than there is memory for (docs/limits.md)."""

    status = 503
    message = "Service Unavailable"
