"""Values in lower case, as the vendor's page has some (ruling 33), and the way back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Final

import orjson

from reachapi_emulator.contacts.file import Contact
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary

_CITY: Final = "company_address_city"
_COUNTRY: Final = "company_address_country"
_REVENUE: Final = "company_annual_revenue_amount"
_TITLE: Final = "contact_job_title_1"


def in_both_cases(
    made: Iterable[Contact], drawn: Callable[[], bool]
) -> Iterator[Contact]:
    """Yield contacts, some of their values lowered.

    Args:
        made: the contacts, those of a company one after another.
        drawn: asked for each company, whether its city, country and revenue are
            in lower case, and for each contact, whether its title is.
    """
    for _, staff in groupby(made, key=itemgetter("company_website")):
        of_company = (_CITY, _COUNTRY, _REVENUE) if drawn() else ()
        for contact in staff:
            of_contact = (_TITLE,) if drawn() else ()
            keys = (*of_company, *of_contact)
            yield contact | {key: str(contact[key]).lower() for key in keys}


class Capitals:
    """Writes the values of records as the vocabulary does."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        every = dict(_values(vocabulary))
        self._written: Mapping[str, Mapping[str, str]] = {
            key: {text.lower(): text for text in texts} for key, texts in every.items()
        }

    def restored(self, record: bytes) -> bytes:
        """Return a record as it was before some values of it were lowered."""
        contact = orjson.loads(record)
        for key, written in self._written.items():
            contact[key] = written.get(contact[key], contact[key])
        return orjson.dumps(contact)


def _values(vocabulary: Vocabulary) -> Iterator[tuple[str, Iterator[str]]]:
    places = [place for country in vocabulary.countries for place in country.places]
    yield _CITY, (place.city for place in places)
    yield _COUNTRY, (place.country for place in places)
    yield _REVENUE, (each for size in vocabulary.sizes for each in size.revenues)
    yield _TITLE, (title.title for title in vocabulary.titles)
