import re
import subprocess
import sys
from collections import Counter, defaultdict
from hashlib import blake2b
from io import BytesIO
from itertools import pairwise

import faker
import orjson
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.fields import BY_FILTER, CONTACT_KEYS
from reachapi_emulator.contacts.file import (
    DEFAULT_SEED,
    DEFAULT_SIZE,
    Contact,
    default_path,
    vocabulary_path,
)
from reachapi_emulator.contacts.generate.contacts import contacts, write
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary
from reachapi_emulator.contacts.query import match, parse_filter, presets

MADE_WITH = "40.54.0"
"""The version of Faker that made the committed file."""

VOCABULARY = Vocabulary.load(vocabulary_path())
ROWS = [orjson.loads(line) for line in default_path().read_bytes().splitlines()]

RULING_33 = [
    ("job_title_level", "C-Suite"),
    ("job_title_level", "Manager"),
    ("job_title_level", "Supervisor"),
    ("job_title", "Manager"),
    ("job_title", "Business Manager"),
    ("job_title", "Project Manager"),
    ("job_dept_name", "Marketing"),
    ("job_dept_name", "Finance"),
    ("job_function_name", "Engineering"),
    ("job_function_name", "Sales"),
    ("company_industry_categories_list", "Information Technology"),
    ("company_industry_categories_list", "Healthcare"),
    ("company_employee_size", "10 to 50"),
    ("company_employee_size", "100 to 500"),
    ("company_annual_revenue_amount", "$1M to $5M"),
    ("company_annual_revenue_amount", "$5M to $10M"),
    ("company_annual_revenue_amount", "$5m to $10m"),
    ("company_address_country", "United States"),
    ("company_address_country", "Germany"),
    ("company_address_state", "California"),
    ("company_address_state", "Texas"),
    ("company_address_city", "San Francisco"),
    ("company_address_city", "New York"),
    ("company_address_city", "hayden"),
    ("company_address_city", "burlington"),
    ("company_address_zipcode", "92111"),
    ("company_address_zipcode", "90210"),
    ("sic_code", "111"),
    ("sic_code", "112"),
    ("sic_code", "1234"),
    ("sic_code", "8082"),
    ("company_name", "DataCaptive"),
    ("company_name", "Spokesly"),
    ("company_website", "www.datacaptive.com"),
    ("company_website", "www.spokesly.com"),
    ("company_type", "Public Company"),
    ("company_type", "Non-Profit"),
    ("tech_keywords", "Artificial Intelligence"),
    ("tech_keywords", "Cloud Computing"),
]


def generated(size: int, seed: int) -> bytes:
    """Return the bytes of a data set file."""
    out = BytesIO()
    write(out, size, seed)
    return out.getvalue()


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Return the smallest data set that ruling 33 holds for."""
    path = tmp_path_factory.mktemp("generate") / "contacts.ndjson"
    path.write_bytes(generated(1_000, DEFAULT_SEED))
    return Dataset.load(path)


@pytest.mark.parametrize(("name", "value"), RULING_33)
def test_an_example_of_the_page_finds_contacts(
    smallest: Dataset, name: str, value: str
) -> None:
    """Ruling 33: several of them."""
    assert len(match(smallest, parse_filter({name: {"0": value}}))) >= 3


@pytest.mark.parametrize(
    "title",
    ["Software Engineer", "DevOps Engineer", "Frontend Developer", "Backend Developer"],
)
def test_the_titles_of_the_presets_sample_are_there(
    smallest: Dataset, title: str
) -> None:
    """The page's answer to `job_title=dev`."""
    part = "dev" if "dev" in title.casefold() else "eng"

    assert title in presets(smallest, [("job_title", part)])


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Nothing but the seed has a say."""
    assert generated(500, 1) == generated(500, 1)


def test_another_seed_gives_other_contacts() -> None:
    """The seed has a say."""
    assert generated(500, 1) != generated(500, 2)


def test_a_larger_data_set_begins_with_a_smaller_one() -> None:
    """So more contacts never change those that tests know."""
    assert generated(700, 1).startswith(generated(300, 1))


@pytest.mark.skipif(faker.VERSION != MADE_WITH, reason="names come from another Faker")
def test_the_committed_file_is_what_its_seed_gives() -> None:
    """Nobody edits it by hand."""
    made = blake2b(generated(DEFAULT_SIZE, DEFAULT_SEED)).hexdigest()

    assert made == blake2b(default_path().read_bytes()).hexdigest()


def test_progress_is_told() -> None:
    """In contacts written so far, up to the last."""
    told: list[int] = []
    expected = [1000, 2000, 2345]

    write(BytesIO(), 2_345, 1, told.append)

    assert expected == told


@pytest.mark.parametrize("size", [0, 1, 7])
def test_the_size_is_exact(size: int) -> None:
    """A company may be cut short."""
    assert size == len(list(contacts(size, 1, VOCABULARY)))


def test_a_generated_file_can_be_loaded(smallest: Dataset) -> None:
    """Every line passes the check."""
    expected = 1_000

    assert expected == len(smallest)


def test_the_keys_of_a_contact_are_in_order() -> None:
    """As they are on the wire, then the company type."""
    assert {tuple(CONTACT_KEYS)} == {tuple(row) for row in ROWS}


def test_ids_ascend_with_gaps() -> None:
    """Nobody takes them for record numbers."""
    ids = [row["id"] for row in ROWS]
    steps = {after - before for before, after in pairwise(ids)}

    assert set(range(1, 10)) == steps
    assert ids[0] > 1_000


@pytest.mark.parametrize(
    "key", [key for key in CONTACT_KEYS if key.startswith("company_")]
)
def test_a_company_is_the_same_for_all_its_contacts(key: str) -> None:
    """What is the company's goes with its website."""
    found = defaultdict(set)
    for row in ROWS:
        found[row["company_website"]].add(row[key])

    assert {1} == {len(values) for values in found.values()}


def test_a_company_has_about_ten_contacts() -> None:
    """On average."""
    companies = {row["company_website"] for row in ROWS}

    assert len(ROWS) / len(companies) == pytest.approx(10, abs=1)


def test_city_state_zip_and_country_belong_together() -> None:
    """They are a place of the vocabulary."""
    known = {
        (place.city, place.state, place.zip, place.country)
        for country in VOCABULARY.countries
        for place in country.places
    }
    keys = ("city", "state", "zipcode", "country")
    used = {tuple(row[f"company_address_{key}"] for key in keys) for row in ROWS}

    assert known >= used


def test_titles_fit_level_department_and_function() -> None:
    """They are a title of the vocabulary, and every title occurs."""
    known = {(t.title, t.level, t.department, t.function) for t in VOCABULARY.titles}
    names = ("job_title", "job_title_level", "job_dept_name", "job_function_name")
    used = {tuple(row[BY_FILTER[name].record] for name in names) for row in ROWS}

    assert known == used


def test_an_npi_occurs_in_health_care_alone() -> None:
    """Whoever has one works there."""
    industries = {
        row["company_industry_categories_list"].split(", ")[0]
        for row in ROWS
        if row["npi_number"]
    }

    assert {"Healthcare"} == industries


def test_email_addresses_reach_nobody() -> None:
    """Their domains are reserved."""
    shape = re.compile(r"[a-z]+\.[a-z]+\d*@[a-z0-9]+\.(example|invalid)")

    assert not [e for row in ROWS if not shape.fullmatch(e := row["contact_email_1"])]


def test_no_two_contacts_share_an_email_address() -> None:
    """A receiver may take it for a key."""
    assert len(ROWS) == len({row["contact_email_1"] for row in ROWS})


def test_two_emails_in_a_hundred_are_undeliverable() -> None:
    """They are under `.invalid`."""
    invalid = [row for row in ROWS if row["contact_email_1"].endswith(".invalid")]

    assert 0.01 < len(invalid) / len(ROWS) < 0.03


def test_phone_numbers_reach_nobody() -> None:
    """They are of the range 555-01xx."""
    shape = re.compile(r"(\(\d{3}\) )?555-01\d\d")
    phones = {row["contact_phone_1"] for row in ROWS} - {None}

    assert set() == {phone for phone in phones if not shape.fullmatch(phone)}


def nullable(rows: list[Contact]) -> set[str]:
    """Return the keys that are null in some contacts and not in others."""
    nulls = Counter(key for row in rows for key, value in row.items() if value is None)
    return {key for key, count in nulls.items() if count < len(rows)}


def test_optional_fields_are_sometimes_null() -> None:
    """A client must be ready for it; what is essential is always there."""
    expected = {
        "contact_middle_name",
        "contact_phone_1",
        "company_address_street",
        "company_tech_keywords_list",
        "npi_number",
        "contact_social_linkedin",
        "contact_social_facebook",
        "contact_social_twitter",
        "contact_social_instagram",
    }

    assert expected == nullable(ROWS)


def test_queries_do_not_import_faker() -> None:
    """Serving would start far later."""
    code = (
        "import sys, reachapi_emulator.contacts.query; sys.exit('faker' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert not done.returncode
