"""The promises of presets and counts; nothing of it costs a credit."""

from collections.abc import Callable, Iterator
from typing import Any

from contract.table import (
    ANYTHING,
    DOCUMENTED,
    NUMBER,
    OURS,
    TEXTS,
    Expected,
    Like,
    Promise,
    Request,
    accepted,
    anywhere,
    every,
    get,
    here,
    post,
    refused,
    starting,
    the,
)
from support.client import COUNTS, COUNTS_OF_SAMPLES, PRESETS
from support.contacts import RECORD_KEYS, contacts, having, once
from support.surface import C_SUITE, FIELDS

NOBODY = "reachapi contract suite: no such value"
BY_PRESET = {field.preset: field for field in FIELDS}
BY_FILTER = {field.filter: field for field in FIELDS}
NOT_FOUND = refused(404, "Not Found")


def containing(preset: str, part: str) -> list[str]:
    """Return the values that contain a part, by a plain loop over the contacts."""
    field = BY_PRESET[preset]
    values = {value for contact in contacts() for value in field.values(contact)}
    return once(value for value in values if part.casefold() in value.casefold())


def found(*searches: tuple[str, str]) -> Expected:
    """Return the answer with the values of searches, one after the other."""

    def values() -> list[str]:
        listed = [value for search in searches for value in containing(*search)]
        return list(dict.fromkeys(listed))

    return accepted("Success", the(f"the values of {searches}", values))


SAMPLES = (
    *("job_title=dev", "sic_code=1234"),
    *("address_city=New%20York", "address_city=New+York"),
)
PAGES_TITLES = {"DevOps Engineer", "Frontend Developer", "Backend Developer"}
SORTED = Like("texts, sorted, without repeats", lambda x: x == sorted(set(x)))
DEV, DEVOPS, CODE = ("job_title", "dev"), ("job_title", "devops"), ("sic_code", "8082")
UNKNOWN_PARAMETERS = {
    "colour=red": "'colour'",
    "sic_code=8082&colour=red": "'colour'",
    "=red": "''",
    "job_titel=dev": "'job_titel': did you mean 'job_title'?",
    "Job_Title=dev": "'Job_Title': did you mean 'job_title'?",
    "company_website=a": "'company_website': did you mean 'website'?",
}


def presets() -> Iterator[Promise]:
    """Yield what a search for predefined values finds."""
    for query in SAMPLES:
        asked = get(f"{PRESETS}?{query}")
        page = anywhere("Predefined Values: samples", DOCUMENTED)
        yield page(asked, accepted("Success", TEXTS))
    titles = Like("the page's titles among others", lambda x: PAGES_TITLES <= set(x))
    page = here("Predefined Values: samples", DOCUMENTED)
    developers = get(PRESETS, job_title="dev")
    yield page(developers, accepted("Success", titles), "titles of the page")
    for name, field in BY_PRESET.items():
        nobody = get(PRESETS, **{name: NOBODY})
        yield anywhere("Ruling 14", DOCUMENTED)(nobody, NOT_FOUND)
        asked = get(PRESETS, **{name: field.value})
        read = here(f"Predefined Values: `{name}`", DOCUMENTED)
        yield read(asked, found((name, field.value)))
    ours = anywhere("Ruling 15", OURS)
    contain = every("texts with dev", lambda value: "dev" in value.casefold())
    yield ours(get(PRESETS, job_title="DEV"), accepted("Success", contain))
    yield ours(developers, accepted("Success", SORTED), "sorted")
    anything = refused(400, ANYTHING)
    yield anywhere("Predefined Values: 400", OURS)(get(PRESETS), anything)
    unknown = get(PRESETS, no_such_parameter="dev")
    yield anywhere("Predefined Values: 400", OURS)(unknown, anything)


def presets_of_the_data_set() -> Iterator[Promise]:
    """Yield what a search finds in the data set that comes along."""
    ours = here("Ruling 15", OURS)
    yield ours(get(PRESETS, job_title="DEV"), found(DEV), "in capitals")
    yield ours(get(f"{PRESETS}?address_state="), found(("address_state", "")))
    yield ours(get(f"{PRESETS}?address_state"), found(("address_state", "")))
    yield ours(get(f"{PRESETS}?sic_code=8082&job_title=dev"), found(CODE, DEV))
    yield ours(get(f"{PRESETS}?job_title=dev&sic_code=8082"), found(DEV, CODE))
    yield ours(get(f"{PRESETS}?job_title=devops&job_title=dev"), found(DEVOPS, DEV))
    yield ours(get(f"{PRESETS}?job_title=nowhere&sic_code=8082"), found(CODE))
    for text in ("nowhere", ".*", "%25", "_", "%00", "%ff"):
        nothing = get(f"{PRESETS}?job_title={text}")
        yield here("Ruling 16", DOCUMENTED)(nothing, NOT_FOUND)
    names = f"Name a parameter: one of {', '.join(BY_PRESET)}"
    yield here("Ruling 16", OURS)(get(PRESETS), refused(400, names))
    for query, what in UNKNOWN_PARAMETERS.items():
        told = refused(400, f"Unknown parameter {what}")
        yield here("Ruling 16", OURS)(get(f"{PRESETS}?{query}"), told)


SHOWN = (
    "id",
    "contact_job_title_1",
    "company_address_city",
    "company_address_state",
    "company_address_country",
)
MASK = dict.fromkeys(RECORD_KEYS) | dict.fromkeys(
    ("contact_name", "company_company_name"), "xxxxx"
)
HIDDEN = {key: text for key, text in MASK.items() if key not in SHOWN}


def masked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return contacts as the page's sample shows one."""
    return [MASK | {key: row[key] for key in SHOWN} for row in rows]


def counted(
    count: int | Like | Callable[[], int], records: object = ANYTHING
) -> Expected:
    """Return a success with a count, perhaps worked out when it is compared."""
    number = the("as many as match", count) if callable(count) else count
    return accepted("success", {"counts": number, "records": records})


def of(field: str, *values: str) -> Expected:
    """Return a success with the count of who has a value; there are some."""

    def some(count: int) -> bool:
        return (
            count == sum(len(having(BY_FILTER[field], value)) for value in values) > 0
        )

    return counted(Like(f"as many as have {values}", some))


def narrowed(**fields: object) -> Request:
    """Return a request for counts; a field's value stands for one under `0`."""
    wanted = {
        name: value if isinstance(value, dict) else {"0": value}
        for name, value in fields.items()
    }
    return post(COUNTS, {"filter": wanted})


LEVELS = {"filter": C_SUITE}
EMPTY_FIELD = b'{\n"filter": {\n"company_address_state": {\n}\n}\n}'
NONE = counted(0, [])
RECORDS = {
    "records": lambda row: isinstance(row, dict),
    "28 keys": lambda row: set(row) == set(RECORD_KEYS),
    "masked": lambda row: all(row[key] == HIDDEN[key] for key in HIDDEN),
}
IN_ORDER = every("records in order", lambda row: list(row) == RECORD_KEYS)
TEN = Like("ten records at most", lambda x: min(10, x["counts"]) == len(x["records"]))


def counts() -> Iterator[Promise]:
    """Yield what counts tell and show."""
    for path in (COUNTS, COUNTS_OF_SAMPLES):
        page = anywhere("Counts API: API Endpoint", DOCUMENTED)
        for name, test in RECORDS.items():
            promised = counted(NUMBER, every(name, test))
            yield page(post(path, LEVELS), promised, f"{name} {path}")
        missing = refused(400, "Missing parameter filter")
        yield anywhere("Counts API: 400", DOCUMENTED)(post(path, {}), missing)
        yield from _samples(path)
    empty = anywhere("Counts API: samples", DOCUMENTED)
    yield empty(post(COUNTS, EMPTY_FIELD), counted(NUMBER), "an empty field")
    ours = anywhere("Ruling 19", OURS)
    yield ours(post(COUNTS, LEVELS), counted(NUMBER, IN_ORDER), "keys in order")
    yield ours(post(COUNTS, LEVELS), accepted("success", TEN), "ten are shown")
    yield ours(narrowed(job_title=NOBODY), NONE)


def _samples(path: str) -> Iterator[Promise]:
    def chiefs() -> list[dict[str, Any]]:
        return having(BY_FILTER["job_title_level"], "C-Suite")

    page = here("Counts API: samples", DOCUMENTED)
    shown = the("the first ten chiefs", lambda: masked(chiefs()[:10]))
    yield page(post(path, LEVELS), counted(lambda: len(chiefs()), shown))
    first = the("the first ten", lambda: masked(list(contacts()[:10])))
    yield page(post(path, EMPTY_FIELD), counted(lambda: len(contacts()), first))


def filters() -> Iterator[Promise]:
    """Yield what a filter selects."""
    for name, field in BY_FILTER.items():
        nobody = narrowed(**{name: NOBODY})
        yield anywhere("Ruling 11", DOCUMENTED)(nobody, NONE)
        selects = here(f"Filter Property: `{name}`", DOCUMENTED)
        yield selects(narrowed(**{name: field.value}), of(name, field.value))
    all_must = narrowed(job_title_level="C-Suite", job_title=NOBODY)
    yield anywhere("Ruling 11", OURS)(all_must, NONE)
    ours = here("Ruling 11", OURS)
    states = ("California", "Texas")
    either = narrowed(company_address_state=dict(enumerate(states)))
    yield ours(either, of("company_address_state", *states))
    both = narrowed(job_title_level="C-Suite", company_address_state="California")
    yield ours(both, counted(chiefs_of_california))
    for key in ("0", "", "values", "17"):
        yield ours(narrowed(sic_code={key: "8082"}), of("sic_code", "8082"))


def chiefs_of_california() -> int:
    """Return how many contacts are in the C-Suite, and in California."""
    chiefs = [each["id"] for each in having(BY_FILTER["job_title_level"], "C-Suite")]
    state = having(BY_FILTER["company_address_state"], "California")
    return sum(each["id"] in chiefs for each in state)


def comparisons() -> Iterator[Promise]:
    """Yield how a value of a filter is compared."""
    ours = here("Ruling 12", OURS)
    for text in ("c-suite", "C-SUITE", "  C-Suite\t"):
        yield ours(narrowed(job_title_level=text), of("job_title_level", "C-Suite"))
    for text in ("C-Suit", "Suite", "C%", ".*"):
        yield ours(narrowed(job_title_level=text), NONE)
    for number in (8082, 8082.0):
        yield ours(narrowed(sic_code=number), of("sic_code", "8082"))
    zipcode = narrowed(company_address_zipcode=90210)
    yield ours(zipcode, of("company_address_zipcode", "90210"))
    for text in ("Artificial Intelligence", "cloud computing"):
        one = narrowed(company_name="DataCaptive", tech_keywords=text)
        yield ours(one, counted(9))


MISSING = refused(400, "Missing parameter filter")
NO_JSON = refused(400, starting("Request body is not valid JSON: "))
NO_OBJECT = refused(400, "Request body must be a JSON object")
RUBY_SAMPLE = b'{"filter": {"job_title_level": {"0" = "C-Suite"}}}'
NO_VALUES = refused(
    400,
    'Filter field \'job_title\' must be an object of values, such as {"0": "\u2026"}',
)
NO_TEXT = refused(400, "Filter field 'job_title': every value must be text or a number")
NO_OBJECTS: tuple[object, ...] = (None, [], ["manager"], "manager", 5, True)
NO_TEXTS: tuple[object, ...] = (None, True, [], ["manager"], {}, {"0": "manager"})
UNKNOWN = {
    "colour": "'colour'",
    "job_titel": "'job_titel': did you mean 'job_title'?",
    "Job_Title": "'Job_Title': did you mean 'job_title'?",
    "tech_keyword": "'tech_keyword': did you mean 'tech_keywords'?",
    "x" * 5000: f"'{'x' * 64}\u2026'",
}
KINDS = (
    *("text/plain", "application/x-www-form-urlencoded", "application/xml"),
    "nonsense",
)


def refusals() -> Iterator[Promise]:
    """Yield what a body for counts is refused for."""
    yield anywhere("Ruling 5", OURS)(post(COUNTS, b'{"filter": '), NO_JSON)
    yield anywhere("Ruling 5", OURS)(post(COUNTS, b"[]"), NO_OBJECT)
    misspelt = narrowed(job_titel="Manager")
    yield anywhere("Ruling 13", OURS)(misspelt, refused(400, ANYTHING))
    body = here("Ruling 5", OURS)
    yield body(post(COUNTS, RUBY_SAMPLE), NO_JSON)
    for value in (None, [], ["C-Suite"], "C-Suite", 5, True, 0.5):
        yield body(post(COUNTS, {"filter": value}), MISSING)
    for name in ("Filter", "filters", " filter", ""):
        yield body(post(COUNTS, {name: {}}), MISSING)
    for blank in (None, b" \r\n"):
        yield body(post(COUNTS, blank), MISSING)
    for kind in KINDS:
        whole = counted(lambda: len(contacts()))
        yield body(post(COUNTS, {"filter": {}}, Content_Type=kind), whole)
    field = here("Ruling 13", OURS)
    for name, what in UNKNOWN.items():
        told = refused(400, f"Unknown filter field {what}")
        yield field(narrowed(**{name: "x"}), told)
    for values in NO_OBJECTS:
        yield field(post(COUNTS, {"filter": {"job_title": values}}), NO_VALUES)
    for text in NO_TEXTS:
        yield field(narrowed(job_title={"0": "manager", "1": text}), NO_TEXT)


SEARCH = (
    *presets(),
    *presets_of_the_data_set(),
    *counts(),
    *filters(),
    *comparisons(),
    *refusals(),
)
"""Every promise about searching that a single request shows."""
