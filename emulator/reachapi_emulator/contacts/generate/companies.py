"""Companies, one after another: what all contacts of one have in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from reachapi_emulator.contacts.generate.draws import (
    Draws,
    Names,
    WeightedChoices,
    slug,
)
from reachapi_emulator.contacts.generate.vocabulary import (
    Anchor,
    Industry,
    Place,
    Size,
    Vocabulary,
)


@dataclass(frozen=True, slots=True)
class Company:
    """A company; `host` is the first label of its domain names."""

    name: str
    host: str
    website: str
    street: str | None
    place: Place
    industry: Industry
    size: str
    revenue: str
    company_type: str
    technologies: list[str]


class Companies:
    """An endless row of companies: the anchors, then drawn ones.

    No two have the same name or domain.
    """

    def __init__(self, vocabulary: Vocabulary, names: Names, draws: Draws) -> None:
        self._vocabulary = vocabulary
        self._names = names
        self._draws = draws
        self._industries = WeightedChoices(vocabulary.industries)
        self._countries = WeightedChoices(vocabulary.countries)
        self._sizes = WeightedChoices(vocabulary.sizes)
        self._types = WeightedChoices(vocabulary.company_types)
        self._hosts = {slug(anchor.name or "") for anchor in vocabulary.anchors}

    def __iter__(self) -> Iterator[Company]:
        for anchor in chain(self._vocabulary.anchors, repeat(Anchor())):
            yield self._company(anchor)

    def _company(self, given: Anchor) -> Company:
        """Return a company with what is given of it, and the rest drawn."""
        draws = self._draws
        place = self._place(given)
        industry = self._industry(given)
        name = given.name or self._name(place, industry)
        size = self._size(given)
        return Company(
            name=name,
            host=slug(name),
            website=given.website or f"www.{slug(name)}.example",
            street=None if draws.chance(6) else self._street(place),
            place=place,
            industry=industry,
            size=size.size,
            revenue=given.revenue or draws.pick(size.revenues),
            company_type=given.company_type or self._type(industry),
            technologies=given.technologies or self._technologies(),
        )

    def _place(self, given: Anchor) -> Place:
        for country in self._vocabulary.countries:
            for place in country.places:
                if (place.country, place.zip) == (given.country, given.zip):
                    return place
        return self._draws.pick(self._draws.weighted(self._countries).places)

    def _industry(self, given: Anchor) -> Industry:
        for industry in self._vocabulary.industries:
            if industry.sic_code == given.sic_code:
                return industry
        return self._draws.weighted(self._industries)

    def _size(self, given: Anchor) -> Size:
        for size in self._vocabulary.sizes:
            if size.size == given.size:
                return size
        return self._draws.weighted(self._sizes)

    def _name(self, place: Place, industry: Industry) -> str:
        """Return a name whose domain is free; with more surnames if it must be."""
        pool = self._names.of(place.locale).last_names
        word = self._draws.pick(industry.name_words)
        surnames = self._draws.pick(pool)
        while slug(f"{surnames} {word}") in self._hosts:
            surnames += f" & {self._draws.pick(pool)}"
        self._hosts.add(slug(f"{surnames} {word}"))
        return f"{surnames} {word}"

    def _street(self, place: Place) -> str:
        return self._draws.pick(self._names.of(place.locale).streets)

    def _type(self, industry: Industry) -> str:
        if industry.company_types:
            return self._draws.pick(industry.company_types)
        return self._draws.weighted(self._types).company_type

    def _technologies(self) -> list[str]:
        """Return up to six technologies; none of some companies."""
        count = 0 if self._draws.chance(5) else self._draws.between(2, 6)
        drawn = (self._draws.pick(self._vocabulary.technologies) for _ in range(count))
        return list(dict.fromkeys(drawn))
