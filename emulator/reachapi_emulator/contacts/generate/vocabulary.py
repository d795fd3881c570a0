"""The vocabulary that contacts are made from: readable JSON files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True)
class Title:
    """A job title with the level, department and function it belongs to."""

    title: str
    level: str
    department: str
    function: str
    weight: int
    health_care: bool


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry by its SIC code; with company types of its own, or none."""

    sic_code: str
    categories: list[str]
    name_words: list[str]
    weight: int
    health_care: bool
    company_types: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A real city with one of its zip codes, and the Faker locale used there."""

    city: str
    state: str
    zip: str
    country: str
    locale: str
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class Country:
    """A country's places, and how likely a company is there."""

    places: list[Place]
    weight: int


@dataclass(frozen=True, slots=True)
class Size:
    """A range of employees and the ranges of revenue that go with it."""

    size: str
    weight: int
    revenues: list[str]


@dataclass(frozen=True, slots=True)
class CompanyType:
    """A type of company; weight 0 if only certain industries have it."""

    company_type: str
    weight: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """A company that every data set begins with; what is left out is drawn."""

    country: str | None = None
    zip: str | None = None
    sic_code: str | None = None
    size: str | None = None
    revenue: str | None = None
    name: str | None = None
    website: str | None = None
    company_type: str | None = None
    technologies: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that contacts are made from, besides the names of Faker."""

    titles: list[Title]
    industries: list[Industry]
    countries: list[Country]
    sizes: list[Size]
    company_types: list[CompanyType]
    technologies: list[str]
    anchors: list[Anchor]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the vocabulary from the JSON files in `folder`.

        Raises:
            OSError: one of the files cannot be read.
        """

        def read(name: str) -> list[Any]:
            return list(orjson.loads((folder / f"{name}.json").read_bytes()))

        revenues = read("revenues")
        return cls(
            titles=[Title(**entry) for entry in read("titles")],
            industries=[Industry(**entry) for entry in read("industries")],
            countries=[_country(entry) for entry in read("places")],
            sizes=[_size(entry, revenues) for entry in read("sizes")],
            company_types=[CompanyType(**entry) for entry in read("company_types")],
            technologies=read("technologies"),
            anchors=[Anchor(**entry) for entry in read("companies")],
        )


def _country(entry: Mapping[str, Any]) -> Country:
    shared = {"country": entry["country"], "locale": entry["locale"]}
    places = [Place(**place, **shared) for place in entry["places"]]
    return Country(places, entry["weight"])


def _size(entry: Mapping[str, Any], revenues: list[dict[str, Any]]) -> Size:
    fitting = [row["revenue"] for row in revenues if entry["size"] in row["sizes"]]
    return Size(entry["size"], entry["weight"], fitting)
