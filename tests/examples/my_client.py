"""A client of ReachAPI: the code under test."""

import time
from collections.abc import Callable

import requests

Filter = dict[str, dict[str, str]]


class Client:
    """Submits data requests; waits when it was too fast, makes do with few credits.

    Args:
        base_url: of ReachAPI, or of what stands in for it.
        api_key: sent as `X-API-Key`.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = f"{base_url}/api/v2/async/records/filter"
        self._headers = {"X-API-Key": api_key}
        self._sleep = sleep

    def fetch(self, count: int, wanted: Filter) -> int:
        """Ask for contacts, fewer if the credits are short; return the id."""
        answer = self._post({"fetchCount": count, "filter": wanted})
        if answer.status_code == requests.codes.payment_required:
            available = answer.json()["data"]["available_credit"]
            answer = self._post({"fetchCount": available, "filter": wanted})
        answer.raise_for_status()
        number: int = answer.json()["data"]["unique_processing_id"]
        return number

    def _post(self, body: dict[str, object]) -> requests.Response:
        for _ in range(5):
            answer = requests.post(
                self._url, json=body, headers=self._headers, timeout=10
            )
            if answer.status_code != requests.codes.too_many_requests:
                break
            self._sleep(1)
        return answer
