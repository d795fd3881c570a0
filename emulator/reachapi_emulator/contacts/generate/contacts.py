"""A data set of fictional contacts, made from a vocabulary and a seed."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, Final

import orjson

from reachapi_emulator.contacts.file import EDITION, Contact, vocabulary_path
from reachapi_emulator.contacts.generate.casing import in_both_cases
from reachapi_emulator.contacts.generate.companies import Companies, Company
from reachapi_emulator.contacts.generate.draws import Draws, Names
from reachapi_emulator.contacts.generate.people import People, Person
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary

_FIRST_ID: Final = 1001
_WIDEST_GAP: Final = 9
_BATCH: Final = 1_000
_ONE_IN: Final = 8
"""Of so many companies, and contacts, one has values in lower case."""


def contacts(
    size: int, seed: int, vocabulary: Vocabulary, edition: int = EDITION
) -> Iterator[Contact]:
    """Return `size` contacts, the same for the same seed and edition (ruling 33).

    A larger size begins with the contacts of a smaller one.
    """
    draws, names = Draws(str(seed)), Names(seed)
    people = People(vocabulary, names, draws)
    made = _endless(Companies(vocabulary, names, draws), people, draws)
    if edition > 1:
        cases = Draws(f"{seed}/case")  # of its own: the other draws stay as they were
        made = in_both_cases(made, lambda: cases.below(_ONE_IN) == 0)
    return islice(made, size)


def write(
    out: BinaryIO,
    size: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
    *,
    edition: int = EDITION,
) -> None:
    """Write a data set file of `size` contacts with the default vocabulary.

    Args:
        out: a file opened for writing bytes.
        size: how many contacts.
        seed: the same seed gives the same bytes, with the same version of Faker.
        progress: called now and then with the number of contacts written.
        edition: 1 writes each value in one way, 2 some in lower case.
    """
    stream = contacts(size, seed, Vocabulary.load(vocabulary_path()), edition)
    done = 0
    while batch := list(islice(stream, _BATCH)):
        out.writelines(
            orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in batch
        )
        done += len(batch)
        if progress:
            progress(done)


def _endless(companies: Companies, people: People, draws: Draws) -> Iterator[Contact]:
    identifier = _FIRST_ID
    for company in companies:
        for person in people.of(company):
            yield _contact(identifier, person, company)
            identifier += draws.between(1, _WIDEST_GAP)


def _contact(identifier: int, person: Person, company: Company) -> Contact:
    return {
        "id": identifier,
        "contact_name": f"{person.first_name} {person.last_name}",
        "contact_first_name": person.first_name,
        "contact_middle_name": person.middle_name,
        "contact_last_name": person.last_name,
        "contact_job_title_1": person.title.title,
        "contact_job_title_level_1": person.title.level,
        "contact_job_dept_name_1": person.title.department,
        "contact_job_function_name_1": person.title.function,
        "contact_email_1": person.email,
        "contact_phone_1": person.phone,
        "company_company_name": company.name,
        "company_website": company.website,
        "company_address_street": company.street,
        "company_address_city": company.place.city,
        "company_address_state": company.place.state,
        "company_address_country": company.place.country,
        "company_address_zipcode": company.place.zip,
        "company_employee_size": company.size,
        "company_annual_revenue_amount": company.revenue,
        "company_industry_categories_list": ", ".join(company.industry.categories),
        "company_tech_keywords_list": ", ".join(company.technologies) or None,
        "sic_code": company.industry.sic_code,
        "npi_number": person.npi,
        "contact_social_linkedin": person.socials["linkedin"],
        "contact_social_facebook": person.socials["facebook"],
        "contact_social_twitter": person.socials["twitter"],
        "contact_social_instagram": person.socials["instagram"],
        "company_type": company.company_type,
    }
