from collections import Counter
from collections.abc import Iterator
from itertools import chain

import orjson

from reachapi_emulator.contacts.file import vocabulary_path
from reachapi_emulator.contacts.generate.draws import Names, slug
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load(vocabulary_path())
PLACES = [place for country in VOCABULARY.countries for place in country.places]


def texts(value: object) -> Iterator[str]:
    """Yield every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(texts, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(texts, value))


def test_no_value_has_a_comma_or_outer_space() -> None:
    """A comma separates the values of a field that has several."""
    files = vocabulary_path().glob("*.json")
    found = {text for file in files for text in texts(orjson.loads(file.read_bytes()))}

    assert set() == {text for text in found if "," in text or text != text.strip()}


def test_the_united_states_come_first() -> None:
    """With at least 60 places in 25 states."""
    places = VOCABULARY.countries[0].places

    assert {"United States"} == {place.country for place in places}
    assert len(places) >= 60
    assert len({place.state for place in places}) >= 25


def test_there_are_some_twenty_more_countries() -> None:
    """Each with three places or more."""
    others = Counter(place.country for place in PLACES if place.locale != "en_US")

    assert len(others) >= 20
    assert min(others.values()) >= 3


def test_a_zip_code_is_one_place_of_its_country() -> None:
    """So city, state and zip code belong together."""
    codes = Counter((place.country, place.zip) for place in PLACES)

    assert not [code for code, count in codes.items() if count > 1]


def test_a_sic_code_is_one_industry() -> None:
    """And not padded with zeros, as on the vendor's page."""
    codes = [industry.sic_code for industry in VOCABULARY.industries]

    assert len(set(codes)) == len(codes)
    assert [str(int(code)) for code in codes] == codes


def test_every_size_has_a_revenue() -> None:
    """The ranges of both are one ladder."""
    assert not [size.size for size in VOCABULARY.sizes if not size.revenues]


def test_a_title_stands_once() -> None:
    """It has one level, department and function."""
    titles = Counter(title.title for title in VOCABULARY.titles)

    assert not [title for title, count in titles.items() if count > 1]


def test_an_industry_names_known_company_types() -> None:
    """Those of weight 0 are the ones that industries alone bring in."""
    known = {entry.company_type for entry in VOCABULARY.company_types}

    assert known >= set(
        chain.from_iterable(i.company_types for i in VOCABULARY.industries)
    )


def test_an_anchor_is_made_of_the_vocabulary() -> None:
    """Its place, industry, size, revenue, type and technologies are known."""
    known = {
        *((place.country, place.zip) for place in PLACES),
        *(industry.sic_code for industry in VOCABULARY.industries),
        *(
            (size.size, revenue)
            for size in VOCABULARY.sizes
            for revenue in size.revenues
        ),
        *(entry.company_type for entry in VOCABULARY.company_types),
        *VOCABULARY.technologies,
        None,
    }
    used = {
        part
        for a in VOCABULARY.anchors
        for part in (
            (a.country, a.zip),
            a.sic_code,
            (a.size, a.revenue),
            a.company_type,
            *(a.technologies or ()),
        )
    }

    assert set() == used - known


def test_every_locale_is_in_latin_script() -> None:
    """Its names leave something to make an email address of."""
    names = Names(1)
    pools = [names.of(country.places[0].locale) for country in VOCABULARY.countries]
    drawn = {name for pool in pools for name in (*pool.first_names, *pool.last_names)}

    assert set() == {name for name in drawn if len(slug(name)) < 2}
