"""Lists a page at a time: bounded in entries and in bytes, with a link to the next."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from aiohttp import web

from reachapi_emulator.state.page import MAX_NUMBER, Page
from reachapi_emulator.web.control.forms import ControlError, send, whole_number

PAGE_SIZE = 500
"""Entries of a page that does not say how many it wants."""

MAX_PAGE = 1_000
MAX_PAGE_BYTES = 8 * 1024 * 1024
"""Bytes of a page, but for a single entry."""

PAGING = ("limit", "before", "after")
"""The parameters of every list."""

E = TypeVar("E")


class Listed(NamedTuple):
    """Entries as JSON, oldest first.

    Attributes:
        first: the number of the oldest entry; None where there is none.
        last: likewise of the newest.
        more: whether there are others beyond, in the direction that was asked for.
    """

    entries: list[bytes]
    first: int | None
    last: int | None
    more: bool


def page_of(query: Mapping[str, str | None]) -> Page:
    """Read the parameters of a list.

    Raises:
        ControlError: 400, one is no number, or both directions are asked for.
    """
    limit, before, after = (whole_number(query[name], name) for name in PAGING)
    if before is not None and after is not None:
        raise ControlError(400, "give before or after, not both")
    most = PAGE_SIZE if limit is None else min(limit, MAX_PAGE)
    return Page(most, MAX_NUMBER if before is None else before, after)


def listed(
    page: Page,
    found: Sequence[E],
    number: Callable[[E], int],
    show: Callable[[E], bytes],
) -> Listed:
    """Return as many of the found entries as fit on a page.

    Args:
        page: that is asked for.
        found: at least one more than the page holds, if there are; in its direction.
        number: of an entry.
        show: an entry as JSON.
    """
    entries: list[bytes] = []
    size = 0
    for each in found[: page.most]:
        entry = show(each)
        size += len(entry)
        if entries and size > MAX_PAGE_BYTES:
            break
        entries.append(entry)
    numbers = [number(each) for each in found[: len(entries)]]
    if page.after is None:
        entries.reverse()
        numbers.reverse()
    more = 0 < len(entries) < len(found)
    first, last = (numbers[0], numbers[-1]) if numbers else (None, None)
    return Listed(entries, first, last, more)


async def send_page(
    request: web.Request,
    page: Page,
    found: Listed,
    frame: bytes = b"[%b]",
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Answer with a page, and a Link to the next one where there is one.

    Args:
        request: that asks for it.
        page: that it asks for.
        found: the entries.
        frame: what stands around them.
        headers: of the answer, besides.
    """
    link = {}
    if found.more:
        rel, name, number = "prev", "before", found.first
        if page.after is not None:
            rel, name, number = "next", "after", found.last
        target = request.rel_url.update_query({name: str(number)})
        link["Link"] = f'<{target.raw_path_qs}>; rel="{rel}"'
    return await send(
        request, frame % b",".join(found.entries), {**(headers or {}), **link}
    )
