"""Logging to stderr: stdlib, one line a record."""

import logging
import os
import secrets
import sys
from typing import Literal, get_args

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LONGEST = 20_000
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LEVELS: tuple[Level, ...] = get_args(Level)


class OneLine(logging.Formatter):
    """A record with its traceback on one line, so that a host's log keeps it together; cut where a caller's own words
    would fill the log."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
        return cut.replace("\r", "\\r").replace("\n", "\\n")


def configure_logging(default: Level = "INFO") -> Level:
    """Send every record to stderr at `GATA_LOG`'s level; called before the MCP SDK would install its own handler.

    Returns the level. An unknown level is named in the log and the default taken.
    """
    asked = os.environ.get("GATA_LOG", "").strip().upper()
    level = next((level for level in LEVELS if level == asked), default)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
    if asked and asked != level:
        logging.getLogger(__name__).warning("GATA_LOG is %r; using %s. Levels: %s", asked, level, ", ".join(LEVELS))
    return level


def log_failure(logger: logging.Logger, what: str, error: BaseException) -> str:
    """Log what was not foreseen, with its trace → the sentence for the caller, which names the record by an id."""
    log_id = secrets.token_hex(4)
    logger.error("%s failed, log id %s", what, log_id, exc_info=error)
    return f"Something went wrong inside the server. Details are in its log under id {log_id}."
