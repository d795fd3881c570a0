"""What is drawn from: numbers that a seed gives again, names and streets of Faker."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Generic, Protocol, TypeVar
from unicodedata import normalize

from faker import Faker

T = TypeVar("T")

_FIRST_NAMES = 300
_LAST_NAMES = 400
_STREETS = 200
_PROVIDERS = ["faker.providers.address", "faker.providers.person"]
_UNFOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)


class Weighted(Protocol):
    """A thing that is drawn in proportion to its weight."""

    @property
    def weight(self) -> int:
        """How likely it is, beside the weights of the others."""
        ...


W = TypeVar("W", bound=Weighted)


class WeightedChoices(Generic[W]):
    """Things to draw from by weight."""

    __slots__ = ("bounds", "entries")

    def __init__(self, entries: Iterable[W]) -> None:
        self.entries = tuple(entries)
        self.bounds = tuple(accumulate(entry.weight for entry in self.entries))


class Draws:
    """Draws from a seed.

    Only `Random.random` is promised to stay the same between versions of
    Python, so every draw is made of it alone.
    """

    def __init__(self, seed: str) -> None:
        self._random = Random(seed).random  # noqa: S311 - fiction, no secret

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to `bound` - 1."""
        return int(self._random() * bound)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, per_cent: int) -> bool:
        """Return true `per_cent` times in a hundred."""
        return self.below(100) < per_cent

    def pick(self, entries: Sequence[T]) -> T:
        """Return one of the entries, each as likely as the others."""
        return entries[self.below(len(entries))]

    def weighted(self, table: WeightedChoices[W]) -> W:
        """Return one of a table's entries, in proportion to its weight."""
        return table.entries[bisect_right(table.bounds, self.below(table.bounds[-1]))]


@dataclass(frozen=True, slots=True)
class Pool:
    """What to draw from for the people and the streets of one locale."""

    first_names: list[str]
    last_names: list[str]
    streets: list[str]


class Names:
    """The pools of a seed. Drawing names one by one from Faker is far slower."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._pools: dict[str, Pool] = {}

    def of(self, locale: str) -> Pool:
        """Return the pool of a Faker locale."""
        if locale not in self._pools:
            self._pools[locale] = _pool(locale, self._seed)
        return self._pools[locale]


def slug(name: str) -> str:
    """Return the Latin letters and digits of a name, without accents or case."""
    folded = normalize("NFKD", name.translate(_UNFOLDED)).encode("ascii", "ignore")
    return "".join(filter(str.isalnum, folded.decode())).lower()


def _pool(locale: str, seed: int) -> Pool:
    faker = Faker(locale, providers=_PROVIDERS)
    faker.seed_instance(f"{seed}/{locale}")
    last_names = [faker.last_name() for _ in range(_LAST_NAMES)]
    return Pool(
        first_names=[faker.first_name() for _ in range(_FIRST_NAMES)],
        last_names=[name for name in last_names if "," not in name],
        streets=[" ".join(faker.street_address().split()) for _ in range(_STREETS)],
    )
