import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.vendor import email_check as validation
from reachapi_emulator.vendor.email_check import SLICE, Validator, is_deliverable
from support.people import BAD, GOOD, mixed, people

Judged = list[str | None]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judged:
    """Return the emails that are judged, in order."""
    emails: Judged = []

    def judge(email: str | None) -> bool:
        emails.append(email)
        return email in GOOD

    monkeypatch.setattr(validation, "is_deliverable", judge)
    return emails


def good(dataset: Dataset) -> BitMap:
    """Return the numbers of the records with a good email, by a plain loop."""
    return BitMap(n for n in dataset.everything if dataset.email(n) in GOOD)


@pytest.mark.parametrize(
    "email",
    [
        *GOOD,
        "a@b.example",
        "first.last+tag@sub.company.example",
        "a@company.test",
        "a@company.com",
        "üser@company.example",
    ],
)
def test_an_email_that_could_be_reached(email: str) -> None:
    """Ruling 26: by its syntax, without asking anyone; reserved names for tests too."""
    assert is_deliverable(email)


@pytest.mark.parametrize(
    "email",
    [
        *BAD,
        f"{'a' * 65}@mail.example",  # a local part has at most 64 octets
        "",
        "a@b@c.example",
        "@company.example",
        "a@",
        "a@company..example",
        "a b@company.example",
        "a@company.example ",
        "a@localhost",
        "a@company",
        "a@gone.INVALID",
        "a@deep.gone.invalid",
        "a@127.0.0.1",
        "a@" + "x" * 64 + ".example",
        "a\n@company.example",
        "a@compa\x00ny.example",
        "Ada <ada@company.example>",
    ],
)
def test_an_email_that_could_not_be_reached(email: str | None) -> None:
    """Ruling 26: by its syntax, or under .invalid."""
    assert not is_deliverable(email)


@given(
    email=st.builds(
        "{}{}{}".format, st.text(), st.sampled_from(["@", "@[", "@xn--", ""]), st.text()
    )
)
def test_any_text_is_judged(email: str) -> None:
    """Whatever a user's data set holds."""
    assert is_deliverable(email) in {True, False}


async def test_records_with_a_valid_email_are_valid() -> None:
    """Of those asked for, and no others."""
    dataset = mixed(14)
    asked = BitMap(range(3, 10))

    assert good(dataset) & asked == await Validator(dataset).valid(asked)


async def test_asking_changes_nothing_of_what_was_asked() -> None:
    """The records are the caller's own."""
    asked = BitMap([0, 3])

    await Validator(mixed(7)).valid(asked)

    assert BitMap([0, 3]) == asked


async def test_nothing_asked_is_nothing_valid() -> None:
    """And nothing to be judged."""
    assert BitMap() == await Validator(mixed(7)).valid(BitMap())


async def test_an_email_is_judged_once(judged: Judged) -> None:
    """Another request takes the verdict that there is, be it good or bad."""
    dataset = mixed(7)
    validator = Validator(dataset)

    await validator.valid(BitMap(range(4)))
    await validator.valid(BitMap(range(7)))
    await validator.valid(BitMap(range(7)))

    assert [dataset.email(number) for number in range(7)] == judged


async def test_other_requests_are_let_through(judged: Judged) -> None:
    """Between one slice of emails and the next."""
    dataset = people(*GOOD * SLICE)
    seen = [0]

    async def watch() -> None:
        while seen[-1] < len(dataset):
            await asyncio.sleep(0)
            seen.append(len(judged))

    await asyncio.gather(watch(), Validator(dataset).valid(dataset.everything))

    assert {SLICE} == {after - before for before, after in pairwise(seen)}


async def test_two_requests_at_once_share_the_work(judged: Judged) -> None:
    """Neither judges what the other has judged, and both get it all."""
    dataset = mixed(3 * SLICE)
    validator = Validator(dataset)
    asked = [dataset.everything, BitMap(range(2 * SLICE))]

    both = await asyncio.gather(*map(validator.valid, asked))

    assert [good(dataset) & numbers for numbers in asked] == both
    assert len(dataset) == len(judged)
