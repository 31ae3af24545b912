"""How long what people wrote is kept, in days. One place, so that what is told and what is done are the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

UNSAVED = timedelta(hours=24)
"""So long what was sent in and could not be saved waits for its writer."""


@dataclass(frozen=True, slots=True)
class Keeping:
    after_end: int = 90
    """After a program's last day. A member may choose another date."""
    after_leaving: int = 30
    """After somebody has left the chat platform, or the bot was taken out of it."""
    backups: int = 7
    """Older copies are removed from the backup folder; copies elsewhere are the operator's to remove."""

    def goes_on(self, ends: date) -> date:
        """The day on which the words of a program that ends then are removed."""
        return ends + timedelta(days=self.after_end)

    def last_copy(self, at: datetime) -> date:
        """The last day on which a copy can exist of what was removed at that moment."""
        return at.date() + timedelta(days=self.backups)
