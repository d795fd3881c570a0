"""Editions of the bundled data set: the one that is served, and the one before it.

The first wrote each value in one way. The second has some in lower case (ruling 33)
and is the same otherwise: in number, order and emails.
"""

import logging
from functools import cached_property
from typing import Final

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.file import EDITION, vocabulary_path
from reachapi_emulator.contacts.generate.casing import Capitals
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary

FINGERPRINTS: Final = {
    1: "125c2b95afa32cacc288de003ccfc730",
    2: "663b66c026c95ad38d934c012c17fd69",
}
"""Of the bundled data set, by edition."""

log = logging.getLogger("reachapi_emulator.contacts.editions")


class Editions:
    """The data set that is served, and a former one for jobs that began with it.

    Attributes:
        served: to every request from now on.
    """

    def __init__(self, served: Dataset) -> None:
        self.served = served

    def former(self, fingerprint: str) -> int | None:
        """Return which edition has a fingerprint, if what is served has replaced it."""
        known = {each: edition for edition, each in FINGERPRINTS.items()}
        edition = known.get(fingerprint, EDITION)
        if edition == EDITION or self.served.fingerprint != FINGERPRINTS[EDITION]:
            return None
        return edition

    def of(self, edition: int | None) -> Dataset:
        """Return the data set of an edition; of None, what is served."""
        return self.served if edition is None else self._first

    @cached_property
    def _first(self) -> Dataset:
        log.info("edition 1 of the data set is made, for jobs that began with it")
        capitals = Capitals(Vocabulary.load(vocabulary_path()))
        return self.served.rewritten(capitals.restored)
