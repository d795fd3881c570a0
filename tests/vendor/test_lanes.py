"""Lanes are shared out fairly: by account, endpoint and host, and to who times out."""

from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from reachapi_emulator.vendor import lanes as module
from reachapi_emulator.vendor.lanes import Lane, Lanes, Limits, host_of

FEW = Limits(in_all=6, shared=4, at_host=3, shared_at_host=2, at_endpoint=2)
ONE_EACH = Limits(2, 2, 1, 1, 1)
A, B, C = (f"http://{name}.example/" for name in "abc")


def made(limits: Limits = FEW) -> Lanes:
    return Lanes(limits, ONE_EACH)


def accounts(lanes: Lanes, most: int = 100) -> list[str]:
    return [lane.account for lane in lanes.take(most)]


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("http://a.example/x", "a.example:80"),
        ("https://***@A.example/", "a.example:443"),
        ("http://a.example:8000/?x", "a.example:8000"),
        ("inbox:demo", "inbox:demo"),
    ],
)
def test_a_host_is_a_name_and_a_port(endpoint: str, host: str) -> None:
    assert host == host_of(endpoint)


@pytest.mark.parametrize(
    ("waiting", "given"),
    [
        ([("ann", A, 9)], ["ann", "ann"]),
        ([("ann", A, 9), ("bob", A, 1)], ["ann", "bob"]),
        ([("ann", A, 1), ("ann", A, 1), ("ann", A, 0)], ["ann", "ann"]),
        ([("ann", A, 9), ("bob", B, 9)], ["ann", "bob"] * 2),
        (
            [("ann", A, 9), ("bob", A + "b", 9), ("eve", A + "e", 9)],
            ["ann", "bob", "eve"],
        ),
        ([(each, A + each, 1) for each in "abcde"], [*"abc"]),
        ([(each, f"http://{each}/", 9) for each in "abcdefg"], [*"abcdef"]),
    ],
    ids=[
        *("endpoint", "who waits there in turn", "no more than wait"),
        *("least under way first", "one each at a full host", "host", "in all"),
    ],
)
def test_lanes_are_given_as_far_as_the_limits_go(
    waiting: list[tuple[str, str, int]], given: list[str]
) -> None:
    lanes = made()
    for each in waiting:
        lanes.wait(*each)

    assert given == accounts(lanes)
    assert len(given) == lanes.taken


def test_who_was_served_goes_to_the_end() -> None:
    """However many wait at the endpoints before."""
    lanes = made(Limits(1, 1, 1, 1, 1))
    for each, endpoint in (("a1", A), ("a2", A), ("a3", A), ("b", B)):
        lanes.wait(each, endpoint, 2)
    served = []
    for _ in range(8):
        (lane,) = lanes.take(9)
        served.append(lane.account)
        lanes.end(lane)

    assert ["a1", "b", "a2", "b", "a3", "a1", "a2", "a3"] == served


def test_an_endpoint_that_timed_out_has_one_lane_until_it_answers() -> None:
    lanes = made()
    lanes.wait("ann", A, 9)
    lanes.wait("bob", A, 9)
    first = lanes.take(9)
    circuits = [lanes.circuit(A)]

    for each in (lanes.timed_out, lanes.timed_out):
        each(A)
    circuits.append(lanes.circuit(A))
    lanes.end(first.pop())
    assert [] == lanes.take(9)  # another is under way, which may show that it answers
    lanes.end(first.pop())
    circuits.append(lanes.circuit(A))
    (probe,) = lanes.take(9)
    circuits.append(lanes.circuit(A))
    lanes.answered(A)
    lanes.answered(A)
    circuits.append(lanes.circuit(A))

    assert ["closed", "half_open", "open", "half_open", "closed"] == circuits
    assert Lane("bob", A, probes=True) == probe
    lanes.end(probe)
    assert ["ann", "bob"] == accounts(lanes)


def test_endpoints_that_time_out_take_no_lane_of_the_others() -> None:
    """They have lanes of their own, however many they are."""
    lanes = made()
    for number in range(20):
        lanes.timed_out(f"http://dead-{number}.example/")
        lanes.wait(f"dead-{number}", f"http://dead-{number}.example/", 5)
    lanes.wait("ann", A, 5)

    assert ["ann", "ann", "dead-0", "dead-1"] == accounts(lanes)


def test_who_moves_waits_where_it_is_now() -> None:
    """An account's webhook leads elsewhere; what waited no more has no lane."""
    lanes = made()
    lanes.timed_out(B)
    lanes.wait("ann", A, 2)
    lanes.wait("ann", B)
    lanes.leave("bob")

    assert [Lane("ann", B, probes=True)] == lanes.take(9)
    lanes.leave("ann")
    lanes.clear()
    assert ([], "closed") == (lanes.take(9), lanes.circuit(B))


def test_circuits_are_forgotten_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_CIRCUITS", 2)
    lanes = made()
    for endpoint in (A, B, C):
        lanes.timed_out(endpoint)

    assert ["closed", "open", "open"] == [lanes.circuit(each) for each in (A, B, C)]


endpoints = [f"http://{host}.example/{path}" for host in "ab" for path in "xyz"]
steps = st.one_of(
    st.tuples(
        st.just("wait"),
        st.sampled_from("klmn"),
        st.sampled_from(endpoints),
        st.integers(1, 4),
    ),
    st.tuples(st.just("end"), st.integers(0, 9)),
    st.tuples(st.sampled_from(["timed_out", "answered"]), st.sampled_from(endpoints)),
    st.tuples(st.just("leave"), st.sampled_from("klmn")),
)


@given(plan=st.lists(steps, max_size=40))
@settings(max_examples=60)
def test_no_limit_is_passed_and_nobody_who_could_begin_waits(plan: list[tuple]) -> None:  # type: ignore[type-arg] # steps of several kinds
    """Whatever happens in whichever order; what waits is counted to the last job."""
    lanes, taken = made(), list[Lane]()
    waiting: dict[str, tuple[str, int]] = {}
    for name, *values in plan:
        if name == "end":
            if taken:
                lanes.end(taken.pop(values[0] % len(taken)))
        else:
            getattr(lanes, name)(*values)
        if name == "wait":
            account, endpoint, jobs = values
            waiting[account] = (endpoint, waiting.get(account, ("", 0))[1] + jobs)
        elif name == "leave":
            waiting.pop(values[0], None)
        for lane in lanes.take(100):
            endpoint, jobs = waiting.pop(lane.account)
            assert endpoint == lane.endpoint
            if jobs > 1:
                waiting[lane.account] = (endpoint, jobs - 1)
            taken.append(lane)
        normal = [lane for lane in taken if not lane.probes]
        at = Counter(lane.endpoint for lane in taken)
        hosts = Counter(host_of(lane.endpoint) for lane in normal)
        assert len(taken) == lanes.taken
        assert len(normal) <= FEW.in_all
        assert max(hosts.values(), default=0) <= FEW.at_host
        assert max(at.values(), default=0) <= FEW.at_endpoint
        for endpoint, _ in waiting.values():
            assert (
                at[endpoint]
                or lanes.circuit(endpoint) != "closed"
                or hosts[host_of(endpoint)] == FEW.at_host
                or len(normal) == FEW.in_all
            )
