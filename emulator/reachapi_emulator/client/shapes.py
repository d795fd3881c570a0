"""What the control API shows, as values (docs/control-api.md).

Instants are seconds since the epoch on the clock that the account follows. A key
that is not known here is left out, so that a newer emulator can be driven too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, TypeVar

T = TypeVar("T")
Json = Mapping[str, Any]

OperationName: TypeAlias = Literal[
    "presets", "credits", "counts", "fetch", "batch", "sdk"
]
"""What the journal calls an operation of the vendor's."""

StateName: TypeAlias = Literal[
    "submitted", "validating", "delivering", "delivered", "exhausted", "ready"
]
"""Where a job may stand."""

WaitName: TypeAlias = Literal["lane", "webhook"]
"""What a job that is due may wait for."""

CircuitName: TypeAlias = Literal["closed", "open", "half_open"]
"""Whether attempts at an endpoint time out."""

PhaseName: TypeAlias = Literal["request", "webhook"]
"""What triggers a fault rule: a request to the emulator, or a delivery of it."""

KindName: TypeAlias = Literal[
    "status",
    "delay",
    "CONNECTION_RESET_BY_PEER",
    "EMPTY_RESPONSE",
    "MALFORMED_RESPONSE_CHUNK",
    "RANDOM_DATA_THEN_CLOSE",
    "DUPLICATE",
    "REORDER",
]
"""What a fault rule does."""

_UNDER_WAY = frozenset({"submitted", "validating", "delivering"})


def from_json(shape: type[T], data: Json, **instead: object) -> T:
    """Return a dataclass made of what it knows of an object."""
    names = {field.name for field in fields(shape)}  # type: ignore[arg-type] # a dataclass
    return shape(**{key: data[key] for key in names & data.keys()} | instead)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver; status and error are None while it lasts."""

    number: int
    trigger: str
    started_at: float
    url: str
    status: int | None = None
    error: str | None = None
    duration_ms: float | None = None
    response_body: str | None = None
    next_due_at: float | None = None

    @property
    def ended(self) -> bool:
        """Whether its outcome is known."""
        return self.status is not None or self.error is not None

    @property
    def acknowledged(self) -> bool:
        """Whether the receiver answered 200."""
        return self.ended and self.error is None


@dataclass(frozen=True, slots=True)
class Job:
    """A data request and its attempts, oldest first.

    Attributes:
        polled: it is asked for by polling, and delivered nowhere.
        waits_for: what it waits for though it is due; None: nothing.
        endpoint: the webhook's URL, to which its attempts go.
        circuit: `open` once an attempt there has timed out, until it answers.
    """

    unique_processing_id: int
    account: str
    state: StateName
    fetch_count: int
    filter: Json
    matched: int
    created_at: float
    valid: int | None = None
    charged: int | None = None
    due_at: float | None = None
    polled: bool = False
    waits_for: WaitName | None = None
    endpoint: str | None = None
    circuit: CircuitName | None = None
    attempts: tuple[Attempt, ...] = ()

    @classmethod
    def of(cls, data: Json) -> "Job":
        """Make it of the JSON."""
        attempts = tuple(from_json(Attempt, each) for each in data["attempts"])
        return from_json(cls, data, attempts=attempts)

    @property
    def ended_attempts(self) -> int:
        """How many attempts have ended."""
        return sum(attempt.ended for attempt in self.attempts)

    @property
    def moving(self) -> bool:
        """Whether an attempt is to come or under way."""
        if self.polled:
            return False
        lasts = any(not attempt.ended for attempt in self.attempts)
        return lasts or self.due_at is not None or self.state in _UNDER_WAY


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the journal; keys and secrets are masked.

    Attributes:
        status: of the answer; None where a fault left none.
        fault: the id of the rule that struck it.
    """

    id: int
    at: float
    account: str | None
    operation: OperationName | None
    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    status: int | None
    message: str | None
    duration_ms: float
    fault: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an inbox received; the body is parsed if it is JSON, else text."""

    received_at: float
    headers: Mapping[str, str]
    body: Any

    @property
    def records(self) -> list[dict[str, Any]]:
        """The contacts of the delivery."""
        records: list[dict[str, Any]] = self.body["data"]
        return records


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that its receiver has acknowledged.

    Attributes:
        unique_processing_id: the job's.
        attempt: the one that was acknowledged.
        body: what was sent, parsed.
    """

    unique_processing_id: int
    attempt: Attempt
    body: Json

    @property
    def records(self) -> list[dict[str, Any]]:
        """The contacts of the delivery."""
        records: list[dict[str, Any]] = self.body["data"]
        return records


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A change of the balance."""

    at: float
    delta: int
    balance: int
    reason: str
    unique_processing_id: int | None = None


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
        return from_json(cls, data, requests=requests, jobs=jobs)

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
        return from_json(
            cls,
            data,
            busiest_second=from_json(BusiestSecond, data["busiest_second"]),
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
