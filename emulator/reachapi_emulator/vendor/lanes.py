"""Who may begin next: the lanes of one kind of work, shared out fairly.

A lane is the place for one validation or one attempt. This is bookkeeping in memory,
of the event loop alone: what is due, and what it waits for, stands in the store.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlsplit

Circuit: TypeAlias = Literal["closed", "open", "half_open"]
"""Of an endpoint: `open` once an attempt has timed out, until it answers;
`half_open` while one is under way there that may show that it does."""

MAX_CIRCUITS = 10_000
"""Endpoints that are remembered to have timed out; the oldest are forgotten."""


class Limits(NamedTuple):
    """How many lanes there are, and how many of them one can have.

    Attributes:
        in_all: lanes.
        shared: once so many are taken, the others are for endpoints with nothing
            under way.
        at_host: of one host.
        shared_at_host: of one host, where it has endpoints with something under way.
        at_endpoint: of one endpoint.
    """

    in_all: int
    shared: int
    at_host: int
    shared_at_host: int
    at_endpoint: int


class Lane(NamedTuple):
    """A lane that somebody has: whose work it is, and where it is done.

    Attributes:
        endpoint: the URL of the webhook; empty where the work calls nobody.
        probes: the circuit of the endpoint was open when it began.
    """

    account: str
    endpoint: str = ""
    probes: bool = False


@lru_cache(maxsize=4_096)
def host_of(endpoint: str) -> str:
    """Return host and port of an endpoint; a built-in inbox is one of its own."""
    parts = urlsplit(endpoint)
    if parts.hostname is None:
        return endpoint
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.hostname}:{port}"


T = TypeVar("T")
_Turns: TypeAlias = OrderedDict[str, T]


class Line:
    """Accounts that wait for a lane, those with nothing under way first, in turn.

    Whoever cannot begin and is met on the way to whoever can has something under
    way: so the cost of a look does not grow with how many wait.
    """

    def __init__(self) -> None:
        self._jobs: Counter[str] = Counter()
        self._endpoints: dict[str, str] = {}
        self._idle: _Turns[_Turns[_Turns[None]]] = OrderedDict()
        self._busy: _Turns[None] = OrderedDict()

    def add(self, account: str, endpoint: str, jobs: int, *, busy: bool) -> None:
        """Let an account wait with so many more jobs, at this endpoint from now on.

        Args:
            account: that waits; it keeps its place if it does so there already.
            endpoint: where.
            jobs: how many.
            busy: whether it has something under way.
        """
        if self._endpoints.get(account) != endpoint:
            jobs += self.leave(account)
            self._endpoints[account] = endpoint
            self._join(account, endpoint, busy=busy)
        self._jobs[account] += jobs

    def _join(self, account: str, endpoint: str, *, busy: bool) -> None:
        if busy:
            self._busy[account] = None
        else:
            of_host = self._idle.setdefault(host_of(endpoint), OrderedDict())
            of_host.setdefault(endpoint, OrderedDict())[account] = None

    def leave(self, account: str) -> int:
        """Let an account wait no more; return with how many jobs it did."""
        endpoint = self._endpoints.pop(account, None)
        if endpoint is None:
            return 0
        self._part(account, endpoint)
        return self._jobs.pop(account)

    def _part(self, account: str, endpoint: str) -> None:
        """Take an account out; its endpoint and its host go to the end of the line."""
        if account in self._busy:
            del self._busy[account]
            return
        host = host_of(endpoint)
        of_host = self._idle.pop(host)
        accounts = of_host.pop(endpoint)
        del accounts[account]
        if accounts:
            of_host[endpoint] = accounts
        if of_host:
            self._idle[host] = of_host

    def serve(self, account: str) -> None:
        """Take one job out of the line; its account, busy now, goes to the end."""
        endpoint = self._endpoints[account]
        left = self.leave(account) - 1
        if left:
            self.add(account, endpoint, left, busy=True)

    def regard(self, account: str, *, busy: bool) -> None:
        """Count an account, if it waits, as one with something under way or not."""
        endpoint = self._endpoints.get(account)
        if endpoint is not None and busy != (account in self._busy):
            self._part(account, endpoint)
            self._join(account, endpoint, busy=busy)

    def at(self, endpoint: str) -> list[str]:
        """Return the accounts that wait at an endpoint."""
        of_host = self._idle.get(host_of(endpoint))
        idle = of_host.get(endpoint) if of_host else None
        busy = (each for each in self._busy if self._endpoints[each] == endpoint)
        return [*(idle or ()), *busy]

    def first(
        self,
        host_has_room: Callable[[str], bool],
        has_room: Callable[[str], bool],
        under_way: Counter[str],
    ) -> Lane | None:
        """Return a lane for whose turn it is, of those at endpoints that have room."""
        for host, of_host in self._idle.items():
            if not host_has_room(host):
                continue
            for endpoint, accounts in of_host.items():
                if has_room(endpoint):
                    return Lane(next(iter(accounts)), endpoint)
        least = min(self._busy_at(has_room), key=under_way.__getitem__, default=None)
        return None if least is None else Lane(least, self._endpoints[least])

    def _busy_at(self, has_room: Callable[[str], bool]) -> Iterator[str]:
        return (each for each in self._busy if has_room(self._endpoints[each]))


class _Pool:
    """Lanes under one set of limits, who has them, and who waits for them."""

    def __init__(self, limits: Limits, at_endpoint: Counter[str]) -> None:
        self._limits = limits
        self._at_endpoint = at_endpoint
        self._at_host: Counter[str] = Counter()
        self.taken = 0
        self.line = Line()

    def count(self, endpoint: str, by: int) -> None:
        """Count a lane as taken, by 1, or free again, by -1."""
        self.taken += by
        _count(self._at_host, host_of(endpoint), by)

    def first(self, under_way: Counter[str]) -> Lane | None:
        """Return the lane to give next."""
        if self.taken >= self._limits.in_all:
            return None
        return self.line.first(self._host_has_room, self._has_room, under_way)

    def _host_has_room(self, host: str) -> bool:
        return self._at_host[host] < self._limits.at_host

    def _has_room(self, endpoint: str) -> bool:
        there, host = self._at_endpoint[endpoint], host_of(endpoint)
        if there == 0:
            return self._host_has_room(host)
        return (
            there < self._limits.at_endpoint
            and self.taken < self._limits.shared
            and self._at_host[host] < self._limits.shared_at_host
        )


class Lanes:
    """Who has a lane, who waits for one, and which endpoints time out.

    An endpoint that timed out last has one lane until it answers, of those that
    there are for such endpoints alone: they keep nobody else waiting.

    Args:
        limits: for endpoints whose circuit is closed.
        probes: for those whose circuit is open or half-open.
    """

    def __init__(self, limits: Limits, probes: Limits) -> None:
        self._at_endpoint: Counter[str] = Counter()
        self._of_account: Counter[str] = Counter()
        self._pools = {
            False: _Pool(limits, self._at_endpoint),
            True: _Pool(probes, self._at_endpoint),
        }
        self._timed_out: dict[str, None] = {}

    @property
    def taken(self) -> int:
        """How many lanes are taken."""
        return sum(pool.taken for pool in self._pools.values())

    def wait(self, account: str, endpoint: str = "", jobs: int = 1) -> None:
        """Let an account wait for lanes for so many more jobs."""
        times_out = endpoint in self._timed_out
        jobs += self._pools[not times_out].line.leave(account)
        busy = self._of_account[account] > 0
        self._pools[times_out].line.add(account, endpoint, jobs, busy=busy)

    def leave(self, account: str) -> None:
        """Let an account wait no more."""
        for pool in self._pools.values():
            pool.line.leave(account)

    def take(self, most: int) -> list[Lane]:
        """Give lanes to those whose turn it is, so many at most."""
        given: list[Lane] = []
        while len(given) < most and (lane := self._take()):
            given.append(lane)
        return given

    def _take(self) -> Lane | None:
        for probes, pool in self._pools.items():
            if lane := pool.first(self._of_account):
                lane = lane._replace(probes=probes)
                self._count(lane, 1)
                pool.line.serve(lane.account)
                return lane
        return None

    def end(self, lane: Lane) -> None:
        """Free a lane."""
        self._count(lane, -1)
        busy = self._of_account[lane.account] > 0
        for pool in self._pools.values():
            pool.line.regard(lane.account, busy=busy)

    def _count(self, lane: Lane, by: int) -> None:
        self._pools[lane.probes].count(lane.endpoint, by)
        _count(self._at_endpoint, lane.endpoint, by)
        _count(self._of_account, lane.account, by)

    def circuit(self, endpoint: str) -> Circuit:
        """Return the state of an endpoint's circuit."""
        if endpoint not in self._timed_out:
            return "closed"
        return "half_open" if self._at_endpoint[endpoint] else "open"

    def timed_out(self, endpoint: str) -> None:
        """Open the circuit of an endpoint; close the oldest if there are many."""
        if endpoint in self._timed_out:
            return
        if len(self._timed_out) >= MAX_CIRCUITS:
            self.answered(next(iter(self._timed_out)))
        self._timed_out[endpoint] = None
        self._move(endpoint)

    def answered(self, endpoint: str) -> None:
        """Close the circuit of an endpoint."""
        if endpoint in self._timed_out:
            del self._timed_out[endpoint]
            self._move(endpoint)

    def _move(self, endpoint: str) -> None:
        """Let who waits there wait for lanes of the other limits."""
        for account in self._pools[endpoint not in self._timed_out].line.at(endpoint):
            self.wait(account, endpoint, 0)

    def clear(self) -> None:
        """Forget who waits, and which endpoints timed out."""
        for pool in self._pools.values():
            pool.line = Line()
        self._timed_out.clear()


def _count(counter: Counter[str], key: str, by: int) -> None:
    counter[key] += by
    if not counter[key]:
        del counter[key]
