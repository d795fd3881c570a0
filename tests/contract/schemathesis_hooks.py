"""Where what Schemathesis makes is not what it sends, or more than JSON tells."""

from collections.abc import Mapping
from typing import Any

import schemathesis


@schemathesis.hook
def filter_query(context: object, query: Mapping[str, object] | None) -> bool:
    """Leave out parameters of no value: an empty list leaves no trace in a URL."""
    del context
    return [] not in (query or {}).values()


@schemathesis.hook
def map_body(context: object, body: Any) -> Any:  # noqa: ANN401 # whatever JSON holds
    """Write whole numbers as such: 80.0 is an integer to JSON Schema alone."""
    del context
    if isinstance(body, dict):
        count = body.get("fetchCount")
        if isinstance(count, float) and count.is_integer():
            return {**body, "fetchCount": int(count)}
    return body
