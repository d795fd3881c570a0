"""What headers tell of the rate limit, over real sockets (ruling 10)."""

from support.api import CREDITS, Answer, Api
from support.serving import Serve
from support.surface import statuses


def told(answer: Answer) -> dict[str, str]:
    """Return the headers that tell of the limit, as far as they are there."""
    return {
        name: value
        for name, value in answer.headers.items()
        if "ratelimit" in name.lower() or name.lower() == "retry-after"
    }


def limits(remaining: str) -> dict[str, str]:
    """Return the headers of a limit of two."""
    return {
        "RateLimit-Limit": "2",
        "RateLimit-Remaining": remaining,
        "RateLimit-Reset": "1",
    }


async def test_by_default_no_header_tells_of_the_limit(api: Api) -> None:
    """Neither an answer nor a refusal has what the page does not document."""
    await api.freeze()
    answers = [await api.call("POST", CREDITS) for _ in range(11)]

    assert [200] * 10 + [429] == list(statuses(answers))
    assert [{}] * 11 == list(map(told, answers))


async def test_switched_on_headers_tell_what_is_left(serve: Serve) -> None:
    """Limit, remaining requests, and seconds until there are more."""
    api = await serve(rate_limit=2, rate_limit_headers=True)
    await api.freeze()
    answers = [await api.call("POST", CREDITS) for _ in range(3)]

    assert [limits("1"), limits("0"), limits("0") | {"Retry-After": "1"}] == list(
        map(told, answers)
    )


async def test_who_has_no_key_is_told_of_no_limit(serve: Serve) -> None:
    """There is no window without a key."""
    api = await serve(rate_limit_headers=True)
    api.key = None

    assert {} == told(await api.call("POST", CREDITS))


async def test_a_lifted_limit_is_told_of_by_no_header(serve: Serve) -> None:
    """A limit of 0 would read as one that is used up."""
    api = await serve(rate_limit=0, rate_limit_headers=True)

    assert {} == told(await api.call("POST", CREDITS))
