"""Email validity is a property of the data, judged once (ruling 26)."""

import asyncio
from itertools import pairwise

import email_validator
import pytest
from hypothesis import given, strategies as st
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.vendor import email_check
from reachapi_emulator.vendor.email_check import SLICE, EmailCheck, is_deliverable
from support.people import BAD, GOOD, mixed, people

Judged = list[str | None]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judged:
    """Return the emails that are judged, in order."""
    emails: Judged = []

    def judge(email: str | None) -> bool:
        emails.append(email)
        return email in GOOD

    monkeypatch.setattr(email_check, "is_deliverable", judge)
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
        *(f"a@mail.{name}" for name in ("local", "LOCALHOST", "onion", "home.arpa")),
    ],
)
def test_an_email_that_could_be_reached(email: str) -> None:
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
        "a@gone\u3002invalid",
        "a@127.0.0.1",
        "a@b.local.",
        '"a"@company.example',
        "a@[127.0.0.1]",
        "a@" + "x" * 64 + ".example",
        "a\n@company.example",
        "a@compa\x00ny.example",
        "Ada <ada@company.example>",
    ],
)
def test_an_email_that_could_not_be_reached(email: str | None) -> None:
    assert not is_deliverable(email)


def test_what_the_process_makes_of_the_library_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(email_validator, "SPECIAL_USE_DOMAIN_NAMES", ["example"])
    monkeypatch.setattr(email_validator, "ALLOW_QUOTED_LOCAL", True)

    assert is_deliverable("a@company.example")
    assert not is_deliverable("a@company.invalid")
    assert not is_deliverable('"a"@company.example')


@given(
    email=st.builds(
        "{}{}{}".format, st.text(), st.sampled_from(["@", "@[", "@xn--", ""]), st.text()
    )
)
def test_any_text_is_judged(email: str) -> None:
    assert is_deliverable(email) in {True, False}


async def test_an_email_is_judged_once(judged: Judged) -> None:
    """Be it good or bad; and what was asked is left as it was."""
    dataset, asked = mixed(7), BitMap(range(7))
    check = EmailCheck(dataset)

    some = await check.valid(BitMap(range(4)))
    every = [await check.valid(asked) for _ in range(2)]

    assert (good(dataset) & BitMap(range(4)), [good(dataset)] * 2) == (some, every)
    assert [dataset.email(number) for number in asked] == judged
    assert BitMap(range(7)) == asked


async def test_other_requests_are_let_through(judged: Judged) -> None:
    """Between one slice of emails and the next."""
    dataset = people(*GOOD * SLICE)
    seen = [0]

    async def watch() -> None:
        while seen[-1] < len(dataset):
            await asyncio.sleep(0)
            seen.append(len(judged))

    await asyncio.gather(watch(), EmailCheck(dataset).valid(dataset.everything))

    assert {SLICE} == {after - before for before, after in pairwise(seen)}


async def test_two_requests_at_once_share_the_work(judged: Judged) -> None:
    dataset = mixed(3 * SLICE)
    check = EmailCheck(dataset)
    asked = [dataset.everything, BitMap(range(2 * SLICE))]

    both = await asyncio.gather(*map(check.valid, asked))

    assert [good(dataset) & numbers for numbers in asked] == both
    assert len(dataset) == len(judged)
