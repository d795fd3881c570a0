from itertools import islice

import pytest

from reachapi_emulator.contacts.file import vocabulary_path
from reachapi_emulator.contacts.generate.companies import Companies, Company
from reachapi_emulator.contacts.generate.draws import Draws, Names, Pool
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load(vocabulary_path())


class FewNames(Names):
    """Three surnames, so that names of companies run out early."""

    def of(self, locale: str) -> Pool:  # noqa: ARG002 - the same in every locale
        """Return the one pool there is."""
        return Pool(["Ann"], ["Lee", "Weiß", "Weiss"], ["1 Main Street"])


@pytest.fixture(scope="module")
def companies() -> list[Company]:
    """Return companies enough to run out of single surnames."""
    return list(islice(Companies(VOCABULARY, FewNames(1), Draws("1")), 400))


def test_the_anchors_come_first(companies: list[Company]) -> None:
    """With what is given of them."""
    for anchor, company in zip(VOCABULARY.anchors, companies, strict=False):
        assert (anchor.country, anchor.zip) == (
            company.place.country,
            company.place.zip,
        )
        assert anchor.sic_code == company.industry.sic_code
        assert (anchor.size, anchor.revenue) == (company.size, company.revenue)
        assert (anchor.name or company.name) == company.name
        assert (anchor.website or company.website) == company.website


def test_no_two_companies_share_a_name_or_domain(companies: list[Company]) -> None:
    """Names that differ in accents alone would share a domain."""
    assert len(companies) == len({company.name.casefold() for company in companies})
    assert len(companies) == len({company.website for company in companies})
    assert len(companies) == len({company.host for company in companies})


def test_websites_of_drawn_companies_are_reserved(companies: list[Company]) -> None:
    """Only the two that the vendor's page names could exist."""
    named = {a.website for a in VOCABULARY.anchors if a.website}
    others = {company.website for company in companies} - named

    assert all(website.endswith(".example") for website in others)


def test_revenue_fits_the_size(companies: list[Company]) -> None:
    """Ten people do not turn over a billion."""
    fitting = {size.size: size.revenues for size in VOCABULARY.sizes}

    assert not [c for c in companies if c.revenue not in fitting[c.size]]


def test_the_company_type_fits_the_industry(companies: list[Company]) -> None:
    """A university is no sole proprietorship."""
    anchors = len(VOCABULARY.anchors)
    bound = [c for c in companies[anchors:] if c.industry.company_types]

    assert len(bound) > 10
    assert not [c for c in bound if c.company_type not in c.industry.company_types]


def test_technologies_do_not_repeat(companies: list[Company]) -> None:
    """And some companies have none."""
    counts = {len(company.technologies) for company in companies}

    assert all(len(set(c.technologies)) == len(c.technologies) for c in companies)
    assert 0 in counts
