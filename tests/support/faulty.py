"""The old name of `support.client`."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

from support.client import noted as noted, rule as rule
