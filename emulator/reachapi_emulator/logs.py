"""Log lines, for people or for programs, and what they may not show."""

import json
import logging
import re
import sys
from typing import TextIO

import orjson

MASK = "****"
"""Stands for what is secret."""

_USER_INFO = re.compile(r"^([a-z]+://)[^/#]*@", re.IGNORECASE)
_VALUE = re.compile(r"(?<==)[^&]+|(?<![^&])[^=&]+(?![^&])")
"""What follows a name in a query, or stands there without one."""

TEXT = "%(asctime)s %(levelname)-7s %(message)s"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message and the line's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": record.created,
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        try:
            return orjson.dumps(line, default=str).decode()
        except orjson.JSONEncodeError:  # a path need not be Unicode, and is escaped
            return json.dumps(line, default=str)


def configure(level: str, shape: str, stream: TextIO = sys.stderr) -> None:
    """Send the emulator's log lines to a stream.

    Args:
        level: debug, info, warning or error.
        shape: text or json.
        stream: where to.
    """
    # No line tells its thread or process: finding them costs a tenth of a request.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        JsonFormatter() if shape == "json" else logging.Formatter(TEXT)
    )
    logger = logging.getLogger("reachapi_emulator")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


def masked_url(url: str) -> str:
    """Return a URL, with user, password and the values of its query masked."""
    place, mark, query = url.partition("?")
    place = _USER_INFO.sub(rf"\1{MASK}@", place)
    return place + mark + _VALUE.sub(MASK, query)
