"""Fixtures of the tests that see the web as a browser does."""

from support.chromium import browser, context

__all__ = ["browser", "context"]
