"""Bodies that nobody should send, made by the hundred."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

import orjson
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

NUMBERS = (
    *(b"-0", b"0", b"-1", b"1.5", b"1e308", b"-1e308", b"1e-300"),
    *(b"%d" % number for number in (2**31, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30)),
)
NO_NUMBERS = (
    *(b"1e400", b"-1e400", b"9" * 5_000, b"-" + b"9" * 400, b"NaN", b"-Infinity"),
    *(b"01", b"0x10", b"1_000", b"+1", b"1.", b".5", b"1e"),
)
TEXTS = (
    *(b'""', b'" "', b'"\\u0000"', b'"../%00"', b'"' + b"x" * 5_000 + b'"'),
    '"\u202e\ufeff\U0001f4a5"'.encode(),
)
NO_TEXTS = (
    *(b'"\x00"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xff"', b'"\xed\xa0\x80"'),
    *(b'"\\x"', b"'single'", b'"open'),
)
VALUES = (*NUMBERS, *TEXTS, b"null", b"true", b"[]", b"{}")
NO_VALUES = (*NO_NUMBERS, *NO_TEXTS, b"nil", b"", b"[1,]", b'{"a"}', b"\xef\xbb\xbf1")


def many(examples: int) -> settings:
    """Return settings under which all examples share the emulator of a test."""
    return settings(
        max_examples=examples,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


def _array(parts: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(parts) + b"]"


def _object(pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"{" + b",".join(b"%b:%b" % pair for pair in pairs) + b"}"


def _quoted(text: str) -> bytes:
    return orjson.dumps(text)


_words = st.text(st.characters(codec="utf-8"), max_size=9).map(_quoted)
_values = st.sampled_from(VALUES) | _words | st.sampled_from(NO_VALUES)
_keys = st.sampled_from([b'"0"', b'"__proto__"', *TEXTS, *NO_TEXTS]) | _words

fragments: SearchStrategy[bytes] = st.recursive(
    _values,
    lambda inner: (
        st.lists(inner, max_size=3).map(_array)
        | st.lists(st.tuples(_keys, inner), max_size=3).map(_object)
    ),
    max_leaves=6,
)
"""JSON, or nearly: absurd numbers, odd texts, duplicate keys, at any depth."""

bodies = fragments | st.binary(max_size=40)


@st.composite
def mutations(draw: DrawFn, valid: object, kept: Collection[str] = ()) -> bytes:
    """Return a valid body with parts replaced, left out, doubled or added.

    Args:
        draw: draws the changes.
        valid: the body, as Python values.
        kept: keys whose values, and presence, are left as they are.
    """
    if draw(st.integers(0, 3)) == 0:
        return draw(fragments)
    match valid:
        case dict():
            return _object(draw(_changed_pairs(valid, kept)))
        case list():
            return _array([draw(mutations(part, kept)) for part in valid])
        case _:
            return orjson.dumps(valid)


@st.composite
def _changed_pairs(
    draw: DrawFn, valid: Mapping[str, object], kept: Collection[str]
) -> list[tuple[bytes, bytes]]:
    fixed = [
        (orjson.dumps(key), orjson.dumps(valid[key])) for key in kept if key in valid
    ]
    pairs = [
        [(orjson.dumps(key), draw(mutations(value, kept)))] * draw(_copies)
        for key, value in valid.items()
        if key not in kept
    ]
    added = draw(st.lists(st.tuples(_keys, fragments), max_size=1))
    return [*fixed, *chain.from_iterable(pairs), *added]


_copies = st.sampled_from([1, 1, 1, 1, 0, 2])
