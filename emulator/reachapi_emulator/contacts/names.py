"""Names and streets from Faker: a pool for each locale, made once a seed."""

from dataclasses import dataclass
from unicodedata import normalize

from faker import Faker

_FIRST_NAMES = 300
_LAST_NAMES = 400
_STREETS = 200
_PROVIDERS = ["faker.providers.address", "faker.providers.person"]
_UNFOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)


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
