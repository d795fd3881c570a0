"""Control routes of the console: a page and its files, and where it is.

The files are named with their version, so that a browser keeps them, and another
version is never mixed up with it. The page itself is asked for each time.
"""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import PurePath

from aiohttp import web

from reachapi_emulator.web.control.forms import ControlError, reply

MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
KEPT = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}

_FOLDER = files("reachapi_emulator.web").joinpath("console")
FILES = frozenset(
    file.name for file in _FOLDER.iterdir() if PurePath(file.name).suffix in MEDIA_TYPES
)
"""What is served; nothing else is looked for."""


async def moved(request: web.Request) -> web.Response:
    """GET "": where the console is."""
    place = f"{request.path}/"
    response = reply({"error": f"the console is at {place}"}, 308)
    response.headers["Location"] = place
    return response


async def page(request: web.Request) -> web.Response:
    """GET /: the console."""
    del request
    content = _bytes("index.html").replace(
        b"console/", f"console/{version()}/".encode()
    )
    return web.Response(
        body=content, content_type="text/html", charset="utf-8", headers=HEADERS
    )


async def file(request: web.Request) -> web.Response:
    """GET /console/{version}/{file}: what the page is made of."""
    name = request.match_info["file"]
    if request.match_info["version"] != version():
        raise ControlError(404, "the console has been updated: reload the page")
    if name not in FILES:
        raise ControlError(404, f"the console has no file {name!r}")
    media_type = MEDIA_TYPES[PurePath(name).suffix]
    return web.Response(
        body=_bytes(name), content_type=media_type, charset="utf-8", headers=KEPT
    )


@cache
def version() -> str:
    """Return what changes with any of the files."""
    contents = (name.encode() + _bytes(name) for name in sorted(FILES))
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


@cache
def _bytes(name: str) -> bytes:
    return _FOLDER.joinpath(name).read_bytes()


ROUTES = (
    web.get("", moved),
    web.get("/", page),
    web.get("/console/{version}/{file}", file),
)
