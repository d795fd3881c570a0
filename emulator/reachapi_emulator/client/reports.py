"""What the client under test did wrong."""

from dataclasses import dataclass

from reachapi_emulator.client.shapes import Json, made


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing done wrong, and what shows it.

    Attributes:
        kind: such as `no_backoff`.
        text: what it is and what to do, a sentence.
        count: how often.
        requests: ids in the journal.
        jobs: unique_processing_ids.
    """

    kind: str
    text: str
    count: int = 1
    requests: tuple[int, ...] = ()
    jobs: tuple[int, ...] = ()

    @classmethod
    def of(cls, data: Json) -> "Finding":
        """Make it of the JSON."""
        requests, jobs = tuple(data.get("requests", ())), tuple(data.get("jobs", ()))
        return made(cls, data, requests=requests, jobs=jobs)

    def __str__(self) -> str:
        proof = [
            f"{name} {', '.join(map(str, ids))}"
            for name, ids in (("requests", self.requests), ("jobs", self.jobs))
            if ids
        ]
        shown = f" ({'; '.join(proof)})" if proof else ""
        return f"{self.kind}: {self.text}{shown}"


@dataclass(frozen=True, slots=True)
class BusiestSecond:
    """The most requests within one second, and how many are allowed."""

    requests: int
    limit: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in the requests and deliveries of one account, or of all.

    Attributes:
        account: its id; None for all.
        clean: whether nothing was found.
        requests: how many were looked at.
        evicted: how many the journal had no room for.
    """

    account: str | None
    clean: bool
    requests: int
    evicted: int
    busiest_second: BusiestSecond
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, data: Json) -> "Report":
        """Make it of the JSON."""
        return made(
            cls,
            data,
            busiest_second=made(BusiestSecond, data["busiest_second"]),
            findings=tuple(map(Finding.of, data["findings"])),
        )

    def assert_clean(self) -> None:
        """Fail with a readable list unless nothing was found.

        Raises:
            AssertionError: something was.
        """
        __tracebackhide__ = True  # pytest shows the caller instead
        if not self.clean:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        whose = f"account {self.account}" if self.account else "all accounts"
        if self.clean:
            return f"nothing was done wrong in {self.requests} requests of {whose}"
        lines = [f"  - {finding}" for finding in self.findings]
        return "\n".join([f"what was done wrong in {whose}:", *lines])
