"""The generator: its vocabulary, its draws, and the data set that it makes."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from itertools import chain, islice, pairwise
from typing import NamedTuple

import faker
import orjson
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.editions import FINGERPRINTS, Editions
from reachapi_emulator.contacts.fields import BY_FILTER, CONTACT_KEYS
from reachapi_emulator.contacts.file import (
    DEFAULT_SEED,
    DEFAULT_SIZE,
    default_path,
    vocabulary_path,
)
from reachapi_emulator.contacts.generate.casing import Capitals
from reachapi_emulator.contacts.generate.companies import Companies, Company
from reachapi_emulator.contacts.generate.contacts import contacts, write
from reachapi_emulator.contacts.generate.draws import (
    Draws,
    Names,
    Pool,
    WeightedChoices,
    slug,
)
from reachapi_emulator.contacts.generate.people import People, Person, luhn_sum
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary
from reachapi_emulator.contacts.query import match, parse_filter

MADE_WITH = "40.54.0"
"""The version of Faker that made the committed file."""

VOCABULARY = Vocabulary.load(vocabulary_path())
PLACES = [place for country in VOCABULARY.countries for place in country.places]
LINES = default_path().read_bytes().splitlines()
ROWS = [orjson.loads(line) for line in LINES]
FIRST = [orjson.loads(Capitals(VOCABULARY).restored(line)) for line in LINES]
"""The contacts as the first edition writes them."""

COMPANY_CASED = (
    "company_address_city",
    "company_address_country",
    "company_annual_revenue_amount",
)
DIGESTS = {
    1: "f3b95b33b389074961c271071e3894ee7458050ead2e620460367ecff3e85b09",
    2: "38b09f5b5de87d9894d29d9406be7c2dc30bffbba39e7db5ec89933d8505bf32",
}
"""The SHA-256 of the bundled file in each edition."""

EXAMPLES = {
    "job_title_level": ["C-Suite", "Manager", "Supervisor"],
    "job_title": ["Manager", "Business Manager", "Project Manager"],
    "job_dept_name": ["Marketing", "Finance"],
    "job_function_name": ["Engineering", "Sales"],
    "company_industry_categories_list": ["Information Technology", "Healthcare"],
    "company_employee_size": ["10 to 50", "100 to 500"],
    "company_annual_revenue_amount": ["$1M to $5M", "$5M to $10M", "$5m to $10m"],
    "company_address_country": ["United States", "Germany"],
    "company_address_state": ["California", "Texas"],
    "company_address_city": ["San Francisco", "New York", "hayden", "burlington"],
    "company_address_zipcode": ["92111", "90210"],
    "sic_code": ["111", "112", "1234", "8082"],
    "company_name": ["DataCaptive", "Spokesly"],
    "company_website": ["www.datacaptive.com", "www.spokesly.com"],
    "company_type": ["Public Company", "Non-Profit"],
    "tech_keywords": ["Artificial Intelligence", "Cloud Computing"],
}
"""The values that the vendor's page gives as examples (ruling 33)."""


SOCIAL = ("linkedin", "facebook", "twitter", "instagram")


class OneName(Names):
    """Everybody has the same name, and few companies can have one of their own."""

    def of(self, locale: str) -> Pool:  # noqa: ARG002 - the same in every locale
        """Return the one pool there is."""
        return Pool(["Ann"], ["Lee", "Weiß", "Weiss"], ["1 Main Street"])


class Ball(NamedTuple):
    """Something with a weight."""

    colour: str
    weight: int


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(texts, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(texts, value))


@pytest.fixture(scope="module")
def made() -> bytes:
    """The smallest data set file that ruling 33 holds for."""
    out, told = BytesIO(), list[int]()
    write(out, 1_234, DEFAULT_SEED, told.append)
    assert [1_000, 1_234] == told
    return b"".join(out.getvalue().splitlines(keepends=True)[:1_000])


@pytest.fixture(scope="module")
def smallest(made: bytes, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("generate") / "contacts.ndjson"
    path.write_bytes(made)
    return Dataset.load(path)


@pytest.fixture(scope="module")
def staff() -> list[tuple[Company, list[Person]]]:
    names, draws = OneName(1), Draws("1")
    people = People(VOCABULARY, names, draws)
    companies = islice(Companies(VOCABULARY, names, draws), 400)
    return [(company, list(people.of(company))) for company in companies]


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in EXAMPLES.items() for value in values],
)
def test_an_example_of_the_page_finds_contacts(
    smallest: Dataset, name: str, value: str
) -> None:
    """Ruling 33: several of them."""
    assert len(match(smallest, parse_filter({name: {"0": value}}))) >= 3


@pytest.mark.parametrize("size", [0, 7, 300])
def test_the_same_seed_gives_the_same_contacts_more_or_less_of_them(
    made: bytes, size: int
) -> None:
    rows = [orjson.loads(line) for line in made.splitlines()]

    assert rows[:size] == list(contacts(size, DEFAULT_SEED, VOCABULARY))
    assert rows[:1] != list(contacts(1, DEFAULT_SEED + 1, VOCABULARY))


@pytest.mark.skipif(faker.VERSION != MADE_WITH, reason="names come from another Faker")
@pytest.mark.parametrize("edition", DIGESTS)
def test_an_edition_is_the_same_bytes_for_ever(edition: int) -> None:
    out = BytesIO()
    write(out, DEFAULT_SIZE, DEFAULT_SEED, edition=edition)

    assert DIGESTS[edition] == sha256(out.getvalue()).hexdigest()


def test_the_bundled_file_is_the_second_edition_and_leads_back_to_the_first() -> None:
    """State of the first goes on without Faker: its records are worked out."""
    editions = Editions(Dataset.load(default_path()))
    found = {edition: editions.of(edition).fingerprint for edition in (1, None)}

    assert DIGESTS[2] == sha256(default_path().read_bytes()).hexdigest()
    assert {1: FINGERPRINTS[1], None: FINGERPRINTS[2]} == found


def test_one_company_in_eight_and_one_title_in_eight_are_in_lower_case() -> None:
    """Ruling 33: as the page's records are; of a company all three, or none."""
    written = {
        row["company_website"]: {row[key] == row[key].lower() for key in COMPANY_CASED}
        for row in ROWS
    }
    lowered = sum(True in cases for cases in written.values())
    titles = [row["contact_job_title_1"] for row in ROWS]
    shown = {*titles, *(row[key] for row in ROWS for key in COMPANY_CASED)}

    assert {frozenset({True}), frozenset({False})} == set(
        map(frozenset, written.values())
    )
    assert 1 / 8 == pytest.approx(lowered / len(written), abs=0.01)
    assert 1 / 8 == pytest.approx(sum(map(str.islower, titles)) / len(titles), abs=0.01)
    assert shown >= {"united states", "hayden", "burlington", "manager", "$5m to $10m"}


def test_contacts_have_their_keys_in_order_and_ids_with_gaps() -> None:
    ids = [row["id"] for row in ROWS]

    assert {tuple(CONTACT_KEYS)} == {tuple(row) for row in ROWS}
    assert set(range(1, 10)) == {after - before for before, after in pairwise(ids)}
    assert ids[0] > 1_000


def test_a_company_is_the_same_for_all_its_contacts() -> None:
    found = defaultdict(set)
    for row in ROWS:
        company = tuple(v for k, v in row.items() if k.startswith("company_"))
        found[row["company_website"]].add(company)

    assert {1} == {len(companies) for companies in found.values()}
    assert len(ROWS) / len(found) == pytest.approx(10, abs=1)


def test_city_state_zip_and_country_belong_together() -> None:
    known = {(place.city, place.state, place.zip, place.country) for place in PLACES}
    keys = ("city", "state", "zipcode", "country")
    used = {tuple(row[f"company_address_{key}"] for key in keys) for row in FIRST}

    assert known >= used


def test_titles_fit_level_department_and_function() -> None:
    known = {(t.title, t.level, t.department, t.function) for t in VOCABULARY.titles}
    names = ("job_title", "job_title_level", "job_dept_name", "job_function_name")
    used = {tuple(row[BY_FILTER[name].record] for name in names) for row in FIRST}

    assert known == used


def test_email_addresses_reach_nobody() -> None:
    """Their domains are reserved; each is unique, and 2 in 100 are undeliverable."""
    shape = re.compile(r"[a-z]+\.[a-z]+\d*@[a-z0-9]+\.(example|invalid)")
    emails = [row["contact_email_1"] for row in ROWS]
    invalid = [email for email in emails if email.endswith(".invalid")]

    assert [] == [email for email in emails if not shape.fullmatch(email)]
    assert len(ROWS) == len(set(emails))
    assert 0.01 < len(invalid) / len(ROWS) < 0.03


def test_phone_numbers_reach_nobody() -> None:
    """They are of the range 555-01xx."""
    shape = re.compile(r"(\(\d{3}\) )?555-01\d\d")
    phones = {row["contact_phone_1"] for row in ROWS} - {None}

    assert set() == {phone for phone in phones if not shape.fullmatch(phone)}


def test_optional_fields_are_sometimes_null() -> None:
    """A client must be ready for it; what is essential is always there."""
    nulls = Counter(key for row in ROWS for key, value in row.items() if value is None)
    social = {f"contact_social_{each}" for each in SOCIAL}

    assert max(nulls.values()) < len(ROWS)
    assert {
        "contact_middle_name",
        "contact_phone_1",
        "company_address_street",
        "company_tech_keywords_list",
        "npi_number",
        *social,
    } == set(nulls)


Staff = list[tuple[Company, list[Person]]]


def test_the_anchors_come_first(staff: Staff) -> None:
    for anchor, (company, _) in zip(VOCABULARY.anchors, staff, strict=False):
        place = company.place
        assert (anchor.country, anchor.zip) == (place.country, place.zip)
        assert anchor.sic_code == company.industry.sic_code
        assert (anchor.size, anchor.revenue) == (company.size, company.revenue)
        assert (anchor.name or company.name) == company.name
        assert (anchor.website or company.website) == company.website


def test_no_two_companies_share_a_name_or_domain(staff: Staff) -> None:
    """Those of drawn ones are reserved; two that the page names could exist."""
    companies = [company for company, _ in staff]
    websites = {company.website for company in companies}
    anchors = {anchor.website for anchor in VOCABULARY.anchors if anchor.website}

    assert len(companies) == len({company.name.casefold() for company in companies})
    assert len(companies) == len({company.host for company in companies})
    assert len(companies) == len(websites)
    assert all(website.endswith(".example") for website in websites - anchors)


def test_a_company_is_plausible(staff: Staff) -> None:
    fitting = {size.size: size.revenues for size in VOCABULARY.sizes}
    drawn = [company for company, _ in staff[len(VOCABULARY.anchors) :]]
    bound = [each for each in drawn if each.industry.company_types]

    assert [] == [c for c, _ in staff if c.revenue not in fitting[c.size]]
    assert len(bound) > 10
    assert [] == [c for c in bound if c.company_type not in c.industry.company_types]
    assert all(len(set(c.technologies)) == len(c.technologies) for c in drawn)
    assert 0 in {len(company.technologies) for company in drawn}


def test_the_people_of_a_company_are_told_apart(staff: Staff) -> None:
    """Namesakes by numbers from 2 on; profiles are under reserved hosts."""
    for _, people in staff:
        urls = [url for person in people for url in person.socials.values() if url]
        chiefs = [p.title.title for p in people if p.title.level == "C-Suite"]
        mailboxes = [person.email.partition("@")[0] for person in people]
        shared = [box for box in mailboxes if box.startswith("ann.weiss")]
        numbers = ["", *map(str, range(2, len(shared) + 1))]
        assert [f"ann.weiss{number}" for number in numbers[: len(shared)]] == shared
        assert all(re.match(r"https://[a-z]+\.example/ann\.(lee|w)", u) for u in urls)
        assert len(set(chiefs)) == len(chiefs)


def test_clinical_people_work_in_health_care_and_alone_have_an_npi(
    staff: Staff,
) -> None:
    """Ten digits with the check digit of the prefix 80840, but never issued: with 2."""
    hired = [(company, person) for company, people in staff for person in people]
    clinical = [(c, p) for c, p in hired if p.title.health_care]
    numbers = [person.npi for _, person in hired if person.npi]

    assert all(company.industry.health_care for company, _ in clinical)
    assert [p.npi for _, p in clinical] == numbers
    assert len(numbers) > 50
    assert all(re.fullmatch(r"2\d{9}", number) for number in numbers)
    assert {0} == {luhn_sum(f"80840{number}") % 10 for number in numbers}


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        *((valid, True) for valid in ("79927398713", "808401234567893", "0", "18")),
        *((other, False) for other in ("79927398710", "808401234567890", "1")),
    ],
)
def test_a_valid_number_has_a_luhn_sum_of_tens(digits: str, *, valid: bool) -> None:
    assert valid == (luhn_sum(digits) % 10 == 0)


def test_a_seed_gives_the_same_draws_for_ever() -> None:
    """Pinned: were they to change, so would every data set."""
    draws = Draws("9010")

    assert [28, 58, 37, 92, 7] == [draws.below(100) for _ in range(5)]


def test_every_entry_is_drawn_as_often_as_it_weighs() -> None:
    draws = Draws("1")
    balls = WeightedChoices([Ball("red", 3), Ball("green", 0), Ball("blue", 1)])
    drawn = Counter(draws.weighted(balls).colour for _ in range(10_000))

    assert {"red", "blue"} == set(drawn)
    assert drawn["red"] / drawn["blue"] == pytest.approx(3, rel=0.1)
    assert set("abc") == {draws.pick("abc") for _ in range(100)}
    assert [{False}, {True}] == [
        {draws.chance(per_cent) for _ in range(1_000)} for per_cent in (0, 100)
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ann", "ann"),
        ("Weiß Söhne", "weisssohne"),
        ("Łukasz Dvořák", "lukaszdvorak"),
        ("Sørensen & Æbelø 24", "sorensenaebelo24"),
        ("O'Brien-Gonçalves", "obriengoncalves"),
    ],
)
def test_a_slug_is_fit_for_a_domain(name: str, expected: str) -> None:
    assert expected == slug(name)


def test_a_pool_of_names_is_that_of_its_seed() -> None:
    names = Names(1)
    names.of("fr_FR")

    assert Names(1).of("de_DE") == names.of("de_DE") != Names(2).of("de_DE")


def test_names_of_every_locale_are_fit_for_addresses() -> None:
    """In Latin script; Faker has commas in the Netherlands, and lines in India."""
    names = Names(1)
    pools = [names.of(country.places[0].locale) for country in VOCABULARY.countries]
    people = {name for pool in pools for name in (*pool.first_names, *pool.last_names)}
    streets = {street for pool in pools for street in pool.streets}

    assert set() == {name for name in people if len(slug(name)) < 2 or "," in name}
    assert streets == {" ".join(street.split()) for street in streets}


def test_no_value_has_a_comma_or_outer_space() -> None:
    """A comma separates the values of a field that has several."""
    files = vocabulary_path().glob("*.json")
    found = {text for file in files for text in texts(orjson.loads(file.read_bytes()))}

    assert set() == {text for text in found if "," in text or text != text.strip()}


def test_the_united_states_come_first_of_some_twenty_countries() -> None:
    first, *others = VOCABULARY.countries

    assert {"United States"} == {place.country for place in first.places}
    assert len(first.places) >= 60
    assert len({place.state for place in first.places}) >= 25
    assert len(others) >= 20
    assert min(len(country.places) for country in others) >= 3


@pytest.mark.parametrize(
    "keys",
    [
        [(place.country, place.zip) for place in PLACES],
        [industry.sic_code for industry in VOCABULARY.industries],
        [title.title for title in VOCABULARY.titles],
    ],
    ids=["zip code", "SIC code", "title"],
)
def test_a_key_stands_once(keys: list[object]) -> None:
    assert len(keys) == len(set(keys))


def test_a_sic_code_is_not_padded_with_zeros() -> None:
    codes = [industry.sic_code for industry in VOCABULARY.industries]

    assert [str(int(code)) for code in codes] == codes


def test_the_parts_of_the_vocabulary_know_each_other() -> None:
    types = {entry.company_type for entry in VOCABULARY.company_types}
    ladder = {(size.size, each) for size in VOCABULARY.sizes for each in size.revenues}
    known = {
        None,
        *((place.country, place.zip) for place in PLACES),
        *(industry.sic_code for industry in VOCABULARY.industries),
        *VOCABULARY.technologies,
        *types,
        *ladder,
    }
    used = {
        part
        for a in VOCABULARY.anchors
        for part in (
            *((a.country, a.zip), a.sic_code, (a.size, a.revenue), a.company_type),
            *(a.technologies or ()),
        )
    }

    assert all(size.revenues for size in VOCABULARY.sizes)
    assert types >= {each for i in VOCABULARY.industries for each in i.company_types}
    assert set() == used - known
