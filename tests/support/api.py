"""The old name of `support.client`."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

from support.client import (
    BATCH as BATCH,
    COUNTS as COUNTS,
    COUNTS_OF_SAMPLES as COUNTS_OF_SAMPLES,
    CREDITS as CREDITS,
    FETCH as FETCH,
    FETCH_DATA as FETCH_DATA,
    PRESETS as PRESETS,
    SDK as SDK,
    Answer as Answer,
    Api as Api,
)
