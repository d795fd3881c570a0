"""What the contacts refuse: a data set file, a filter, a preset parameter."""

from os import PathLike, fspath
from typing import NamedTuple


class Problem(NamedTuple):
    """What is wrong with a data set file.

    Attributes:
        line: the line it is on, from 1; none if it is the file as a whole.
        reason: what is wrong, in words.
    """

    line: int | None
    reason: str


class DatasetError(Exception):
    """A data set file is refused; its text has one line for each problem.

    Attributes:
        path: the file.
        problems: the first of its problems, in the order of the lines.
        more: how many there are beyond those.
    """

    def __init__(
        self, path: str | PathLike[str], problems: tuple[Problem, ...], more: int = 0
    ) -> None:
        super().__init__(path, problems, more)
        self.path = fspath(path)
        self.problems = problems
        self.more = more

    def __str__(self) -> str:
        lines = [
            f"{self.path}: {reason}"
            if line is None
            else f"{self.path}:{line}: {reason}"
            for line, reason in self.problems
        ]
        if self.more:
            lines.append(f"{self.path}: and {self.more:,} more")
        return "\n".join(lines)


class FilterError(ValueError):
    """A filter is refused; its text names the field (ruling 13)."""


class PresetError(ValueError):
    """A presets query is refused; its text names the parameter (ruling 16)."""
