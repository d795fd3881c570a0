"""Who may use the control API: no page of another origin, none without the token."""

import hmac
import ipaddress
import re
from collections.abc import Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from reachapi_emulator.web.control.forms import SHIELD, ControlError

_LOCAL = re.compile(r"(?:[a-z0-9_-]+\.)*localhost|[a-z0-9_-]+")
"""Names that no page can have led here: a public one has a dot."""

_OWN_SITE = frozenset({"same-origin", "none"})


class Guard:
    """Refuses who may not, in this order: by host, by origin, by token.

    A browser says where a page comes from; other clients send none of it, and
    notice nothing. The host is checked because a page's own name can be made to
    lead here (DNS rebinding), which makes it one of the same origin.

    Args:
        hosts: names besides the local ones.
        token: what has to be borne; None demands none.
        opens: handlers that need no token.
        pages: handlers that a link of another page may lead to.
    """

    def __init__(
        self,
        hosts: Collection[str],
        token: str | None,
        *,
        opens: Collection[Handler],
        pages: Collection[Handler],
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._token = None if token is None else token.encode()
        self._opens = frozenset(opens)
        self._pages = frozenset(pages)

    @property
    def middleware(self) -> Middleware:
        """The checks before every handler, of what there is not too.

        It stands next to the handler, which alone says what is open to whom,
        whatever way its path is written.
        """

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.check(
                request,
                open_to_all=handler in self._opens,
                is_page=handler in self._pages,
            )
            return await handler(request)

        return guarded

    def check(
        self, request: web.Request, *, open_to_all: bool = False, is_page: bool = False
    ) -> None:
        """Let a request pass.

        Raises:
            ControlError: 403 or 401, it may not.
        """
        self._check_host(request)
        _check_origin(request, is_page=is_page)
        if not open_to_all:
            self._check_token(request)

    def _check_host(self, request: web.Request) -> None:
        for host in request.headers.getall("Host", ()):
            if not self._is_known(_name(host)):
                raise ControlError(
                    403,
                    f"{host!r} is none of the emulator's names, and may be a trick of "
                    "a web page: use localhost or an IP address, or start with "
                    "--allowed-host and the name",
                )

    def _is_known(self, name: str) -> bool:
        return name in self._hosts or _is_local(name)

    def _check_token(self, request: web.Request) -> None:
        if self._token is None:
            return
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        same = hmac.compare_digest(given.strip().encode(errors="replace"), self._token)
        if same and scheme.lower() == "bearer":
            return
        raise ControlError(
            401,
            "the control token is missing or wrong: send Authorization: Bearer and "
            "what --control-token was started with",
            {"WWW-Authenticate": "Bearer"},
        )


@web.middleware
async def shield(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the SHIELD on every answer that has not begun."""
    response = await handler(request)
    if not response.prepared:
        for name, value in SHIELD.items():
            response.headers.setdefault(name, value)
    return response


def _is_local(name: str) -> bool:
    """Tell whether a name is an IP address, localhost or without a dot."""
    if _LOCAL.fullmatch(name):
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    """Return the name in a Host header, without port and final dot."""
    return re.sub(r":\d*$", "", host.strip().lower()).removesuffix(".")


def _check_origin(request: web.Request, *, is_page: bool) -> None:
    """Refuse a request that a page of another origin has caused.

    Raises:
        ControlError: 403, it has.
    """
    headers = request.headers
    host = headers.get("Host", "").lower()
    same = all(_authority(each) == host for each in headers.getall("Origin", ()))
    sites = set(headers.getall("Sec-Fetch-Site", ()))
    if same and (sites <= _OWN_SITE or (is_page and _is_visit(request))):
        return
    raise ControlError(
        403,
        "a web page of another origin may not use the control API: ask from a "
        "program, or from the emulator's own console",
    )


def _authority(origin: str) -> str:
    return origin.lower().partition("://")[2]


def _is_visit(request: web.Request) -> bool:
    """Tell whether a browser shows the answer in a tab of its own."""
    headers = request.headers
    mode, target = headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")
    return request.method == "GET" and (mode, target) == ("navigate", "document")
