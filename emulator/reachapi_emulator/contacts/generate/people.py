"""The people of a company, and how they could be reached if they were real."""

from collections.abc import Iterator
from dataclasses import dataclass

from reachapi_emulator.contacts.generate.companies import Company
from reachapi_emulator.contacts.generate.draws import (
    Draws,
    Names,
    WeightedChoices,
    slug,
)
from reachapi_emulator.contacts.generate.vocabulary import Title, Vocabulary

_NPI_PREFIX = "80840"
_TEN = 10


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works at a company."""

    first_name: str
    middle_name: str | None
    last_name: str
    title: Title
    email: str
    phone: str | None
    npi: str | None
    socials: dict[str, str | None]


class People:
    """Draws the people of one company after another."""

    def __init__(self, vocabulary: Vocabulary, names: Names, draws: Draws) -> None:
        self._names = names
        self._draws = draws
        self._clinical = WeightedChoices(vocabulary.titles)
        self._general = WeightedChoices(
            t for t in vocabulary.titles if not t.health_care
        )

    def of(self, company: Company) -> Iterator[Person]:
        """Yield six to fourteen people; none shares an email address or an office."""
        taken: set[str] = set()
        for _ in range(self._draws.between(6, 14)):
            yield self._person(company, taken)

    def _person(self, company: Company, taken: set[str]) -> Person:
        draws, pool = self._draws, self._names.of(company.place.locale)
        first, last = draws.pick(pool.first_names), draws.pick(pool.last_names)
        title = self._title(company, taken)
        mailbox = _unused(f"{slug(first)}.{slug(last)}", taken)
        domain = "invalid" if draws.chance(2) else "example"
        return Person(
            first_name=first,
            middle_name=draws.pick(pool.first_names) if draws.chance(35) else None,
            last_name=last,
            title=title,
            email=f"{mailbox}@{company.host}.{domain}",
            phone=self._phone(company) if draws.chance(88) else None,
            npi=self._npi() if title.health_care else None,
            socials=self._socials(f"{mailbox}.{company.host}"),
        )

    def _title(self, company: Company, taken: set[str]) -> Title:
        """Return a title; each of the C-Suite is held by one person alone."""
        table = self._clinical if company.industry.health_care else self._general
        title = self._draws.weighted(table)
        while title.title in taken:
            title = self._draws.weighted(table)
        if title.level == "C-Suite":
            taken.add(title.title)
        return title

    def _phone(self, company: Company) -> str:
        """Return a number of the range that is kept free for fiction."""
        area = company.place.area_code
        number = f"555-01{self._draws.below(100):02}"
        return f"({area}) {number}" if area else number

    def _npi(self) -> str:
        """Return a provider number: well-formed, but of those never issued.

        The tenth digit is the Luhn check over the prefix 80840 and the nine
        before it. All numbers issued so far begin with 1.
        """
        body = f"2{self._draws.below(10**8):08}"
        return body + str(-luhn_sum(f"{_NPI_PREFIX}{body}0") % _TEN)

    def _socials(self, handle: str) -> dict[str, str | None]:
        shares = {"linkedin": 70, "facebook": 20, "twitter": 25, "instagram": 15}
        return {
            site: f"https://{site}.example/{handle}"
            if self._draws.chance(share)
            else None
            for site, share in shares.items()
        }


def luhn_sum(digits: str) -> int:
    """Return the Luhn sum of digits; it is a multiple of 10 if they are valid."""
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return sum(map(int, digits[-1::-2])) + sum(n // _TEN + n % _TEN for n in doubled)


def _unused(mailbox: str, taken: set[str]) -> str:
    """Return the mailbox, numbered from 2 on if it is taken, and take it."""
    free = mailbox
    number = 1
    while free in taken:
        number += 1
        free = f"{mailbox}{number}"
    taken.add(free)
    return free
