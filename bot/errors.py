"""One exception tree. A message says what happened, that nothing was lost, and what to do next."""

from __future__ import annotations

from typing import Literal


class CohortbookError(Exception):
    """Base of every error that this product raises on purpose."""


class SettingsError(CohortbookError):
    """The configuration cannot be used; the message lists every problem with its fix."""


class ContentError(CohortbookError):
    """A file in prompts/ or knowledge/ breaks a rule; the message names file, line and key."""


class NotAllowed(CohortbookError):
    """Somebody asked for what their role does not allow. The text is fit to show them."""


class DeliveryError(CohortbookError):
    """A message could not be delivered."""


class Refused(DeliveryError):
    """The platform said no for certain: the message was not posted and a second try is useless."""


class Shut(Refused):
    """Nothing reaches this person or channel, and only people there can change that. A message to them is held."""

    def __init__(self, text: str, why: Literal["not-yet", "closed", "gone", "guest"]) -> None:
        """not-yet: the platform lets them begin; closed: they take none; gone: left or deactivated; guest: see
        `messages.Person`. Of a channel: closed, whatever happened to it."""
        super().__init__(text)
        self.why = why


class Wait(DeliveryError):
    """The platform asks for a pause; the message was not posted.

    `only_this`: the pause concerns this recipient alone, and messages to others may go on.
    """

    def __init__(self, seconds: float, *, only_this: bool = False) -> None:
        super().__init__(f"asked to wait {seconds:g} s")
        self.seconds = seconds
        self.only_this = only_this


class Unknown(DeliveryError):
    """No clear answer: the message may or may not have been posted. Look it up before a second try."""


class Locked(CohortbookError):
    """People's words can be neither kept nor opened now. The message is for the operator; it names the cause."""


class NoProgram(CohortbookError):
    """This release cannot read the program that a cohort runs. The text is fit to show."""


class Unreadable(CohortbookError):
    """One sealed thing does not open: it was changed, moved or damaged. The message never quotes it."""
