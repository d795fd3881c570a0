import re
from itertools import islice

import pytest

from reachapi_emulator.contacts.file import vocabulary_path
from reachapi_emulator.contacts.generate.companies import Companies, Company
from reachapi_emulator.contacts.generate.draws import Draws, Names, Pool
from reachapi_emulator.contacts.generate.people import People, Person, luhn_sum
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load(vocabulary_path())


class OneName(Names):
    """Everybody has the same name."""

    def of(self, locale: str) -> Pool:  # noqa: ARG002 - the same in every locale
        """Return the one pool there is."""
        return Pool(["Ann"], ["Lee"], ["1 Main Street"])


@pytest.fixture(scope="module")
def staff() -> list[tuple[Company, list[Person]]]:
    """Return some companies with their people, who share one name."""
    names, draws = OneName(1), Draws("1")
    people = People(VOCABULARY, names, draws)
    companies = Companies(VOCABULARY, names, draws)
    return [(company, list(people.of(company))) for company in islice(companies, 300)]


Staff = list[tuple[Company, list[Person]]]


def test_namesakes_have_email_addresses_of_their_own(staff: Staff) -> None:
    """Numbered from 2 on."""
    _, people = staff[0]
    numbers = ["", *map(str, range(2, len(people) + 1))]
    mailboxes = [person.email.partition("@")[0] for person in people]

    assert [f"ann.lee{number}" for number in numbers] == mailboxes


def test_the_c_suite_has_one_of_each(staff: Staff) -> None:
    """No company has two chief executives."""
    for _, people in staff:
        chiefs = [p.title.title for p in people if p.title.level == "C-Suite"]
        assert len(set(chiefs)) == len(chiefs)


def test_clinical_titles_occur_in_health_care_alone(staff: Staff) -> None:
    """A bank has no nurses."""
    clinical = {
        company.industry.health_care
        for company, people in staff
        for person in people
        if person.title.health_care
    }

    assert {True} == clinical


def test_clinical_people_alone_have_an_npi(staff: Staff) -> None:
    """Each of them, and nobody else."""
    people = [person for _, people in staff for person in people]

    assert [p.title.health_care for p in people] == [p.npi is not None for p in people]


def test_an_npi_is_valid_and_was_never_issued(staff: Staff) -> None:
    """Ten digits with the check digit of the prefix 80840, but beginning with 2."""
    numbers = [p.npi for _, people in staff for p in people if p.npi]

    assert len(numbers) > 50
    assert all(re.fullmatch(r"2\d{9}", number) for number in numbers)
    assert {0} == {luhn_sum(f"80840{number}") % 10 for number in numbers}


def test_profiles_are_nobodys(staff: Staff) -> None:
    """Their hosts are reserved names."""
    urls = {u for _, people in staff for p in people for u in p.socials.values() if u}

    assert all(re.match(r"https://[a-z]+\.example/ann\.lee", url) for url in urls)


@pytest.mark.parametrize("digits", ["79927398713", "808401234567893", "0", "18"])
def test_a_valid_number_has_a_luhn_sum_of_tens(digits: str) -> None:
    """Known examples, the NPI of the standard among them."""
    assert luhn_sum(digits) % 10 == 0


@pytest.mark.parametrize("digits", ["79927398710", "808401234567890", "1"])
def test_an_invalid_number_has_another_luhn_sum(digits: str) -> None:
    """Known examples."""
    assert luhn_sum(digits) % 10 != 0
