"""No key in any log line: not in a message, not in a field, not in the traceback of somebody's SDK."""

import logging

from providers.redact import Redactor


class Scrubbed(logging.Formatter):
    """Another formatter's lines, with what is known to be secret hidden: to guess what else may be would spoil JSON."""

    def __init__(self, inner: logging.Formatter, redactor: Redactor) -> None:
        super().__init__()
        self._inner = inner
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.known(self._inner.format(record))


def scrub_logs(redactor: Redactor, logger: logging.Logger | None = None) -> None:
    """From now on, for every handler of the logger: the root, unless given."""
    for handler in (logger or logging.getLogger()).handlers:
        handler.setFormatter(Scrubbed(handler.formatter or logging.Formatter(), redactor))
