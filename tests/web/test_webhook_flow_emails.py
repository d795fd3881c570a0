"""Only valid records are delivered and charged, with contacts of one's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import orjson
import pytest

from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.api import Api
from support.contacts import contacts
from support.flow import attempted, delivered, inbox, ledger
from support.surface import available, count

GOOD = "jane.doe@acme.example"
BAD = "jane.doe@acme.invalid"
OPENED = ("opened", 10_000, 10_000)

ServeEmails = Callable[..., Awaitable[Api]]


def saved(path: Path, emails: tuple[str | None, ...]) -> Path:
    """Write the first contacts of the default data set, with other emails."""
    rows = zip(contacts(), emails, strict=False)
    lines = [orjson.dumps(row | {"contact_email_1": email}) for row, email in rows]
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.fixture
async def serve_emails(tmp_path: Path) -> AsyncIterator[ServeEmails]:
    """Start an emulator over one contact for each of the emails given."""
    async with AsyncExitStack() as exits:

        async def start(*emails: str | None) -> Api:
            path = saved(tmp_path / "contacts.ndjson", emails)
            emulator = Server(Settings(port=0, dataset=path))
            await emulator.start()
            exits.push_async_callback(emulator.stop)
            session = await exits.enter_async_context(aiohttp.ClientSession())
            return Api(emulator.url, session)

        yield start


def ids(*ranks: int) -> list[int]:
    """Return the ids of contacts by their rank, from 0."""
    return [contacts()[rank]["id"] for rank in ranks]


async def arrived(api: Api) -> list[int]:
    """Return the ids of the records in the only delivery."""
    (delivery,) = await inbox(api)
    return [row["id"] for row in delivery["body"]["data"]]


async def test_invalid_emails_are_not_delivered(serve_emails: ServeEmails) -> None:
    """Of five contacts asked for the three valid ones come, in id order."""
    api = await serve_emails(GOOD, BAD, GOOD, BAD, GOOD)
    await delivered(api, 5)

    assert ids(0, 2, 4) == await arrived(api)


async def test_invalid_emails_are_not_charged(serve_emails: ServeEmails) -> None:
    """Of five credits reserved three are taken."""
    api = await serve_emails(GOOD, BAD, GOOD, BAD, GOOD)
    await attempted(api, 5)

    assert [OPENED, ("charge", -3, 9997)] == await ledger(api)
    assert 9997 == await available(api)


async def test_the_pages_example_of_99_in_100(serve_emails: ServeEmails) -> None:
    """99 valid emails of 100: 99 records, and 99 credits."""
    api = await serve_emails(*[GOOD] * 50, BAD, *[GOOD] * 49)
    await attempted(api, 100)

    assert ids(*range(50), *range(51, 100)) == await arrived(api)
    assert [OPENED, ("charge", -99, 9901)] == await ledger(api)


async def test_no_others_take_the_place_of_invalid_ones(
    serve_emails: ServeEmails,
) -> None:
    """The first three matches are validated, and the fourth stays out of it."""
    api = await serve_emails(GOOD, BAD, GOOD, GOOD)
    await delivered(api, 3)

    assert ids(0, 2) == await arrived(api)


async def test_with_none_valid_an_empty_list_is_delivered(
    serve_emails: ServeEmails,
) -> None:
    """The delivery comes all the same."""
    api = await serve_emails(BAD, BAD, GOOD)
    delivery = await delivered(api, 2)

    assert {
        "unique_processing_id": 1300,
        "event": "data_notification",
        "data": [],
    } == delivery["body"]


async def test_with_none_valid_nothing_is_charged(serve_emails: ServeEmails) -> None:
    """The ledger has no entry for it."""
    api = await serve_emails(BAD, BAD)
    await attempted(api, 2)

    assert [OPENED] == await ledger(api)


async def test_counts_know_nothing_of_validity(serve_emails: ServeEmails) -> None:
    """All matching contacts are counted, whatever their email."""
    api = await serve_emails(GOOD, BAD, None)

    assert 3 == (await count(api))["counts"]


@pytest.mark.parametrize(
    "email",
    [
        None,
        "",
        "jane.doe",
        "@acme.example",
        "jane.doe@",
        "jane.doe@acme..example",
        "jane@doe@acme.example",
        "jane doe@acme.example",
        "jane.doe@acme.invalid",
        "jane.doe@mail.acme.invalid",
        "jane.doe@ACME.INVALID",
    ],
)
async def test_an_email_that_reaches_nobody_is_invalid(
    serve_emails: ServeEmails, email: str | None
) -> None:
    """None at all, one against the syntax, or under the reserved .invalid."""
    api = await serve_emails(GOOD, email)
    await delivered(api, 2)

    assert ids(0) == await arrived(api)


@pytest.mark.parametrize(
    "email", ["o'hara+news@acme.example", "J.D@ACME.EXAMPLE", "jürgen@müller.example"]
)
async def test_an_unusual_email_is_valid(serve_emails: ServeEmails, email: str) -> None:
    """Syntax decides, and no name is looked up."""
    api = await serve_emails(email)
    await delivered(api, 1)

    assert ids(0) == await arrived(api)


async def test_the_verdict_is_the_same_every_time(serve_emails: ServeEmails) -> None:
    """Asked twice, the same records come twice."""
    api = await serve_emails(GOOD, BAD, GOOD)
    one, other = [(await delivered(api, 3))["body"]["data"] for _ in range(2)]

    assert one == other
