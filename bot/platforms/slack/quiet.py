"""The libraries' own log lines, without what they would quote: bodies, tokens, people's words.

On a failed signature slack-bolt logs the whole body at INFO, and at DEBUG both libraries log every message.
"""

from __future__ import annotations

import logging

_NAME = "bot.platforms.slack.library"


class Discreet(logging.Filter):
    """Keeps who spoke and what kind of error it was, and drops the sentence."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or record.funcName == "__init__":
            return False  # the constructor only advises on settings that we chose on purpose
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        record.msg = f"the Slack library reported a problem in {record.funcName} {kind}".rstrip()
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        record.stack_info = None
        return True


def library_logger() -> logging.Logger:
    """For every client and app that is made. Its own level holds even when the root logger is at DEBUG."""
    logger = logging.getLogger(_NAME)
    logger.setLevel(logging.WARNING)
    if not any(isinstance(one, Discreet) for one in logger.filters):
        logger.addFilter(Discreet())
    # A few parts of the libraries ask for a logger by their own module's name.
    for name in ("slack_sdk", "slack_bolt"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return logger
