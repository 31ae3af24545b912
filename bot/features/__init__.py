"""The features in their order. Order decides who gets a typed message, so it is written down, not found.

Features never import platforms nor each other; a button leads from one to the next by its action's name.
"""

from bot.features import (
    adding,
    broadcasts,
    channels,
    conversation,
    curating,
    doors,
    edition,
    entries,
    facilitation,
    journal,
    keeping,
    membership,
    own_clock,
    papers,
    passing_on,
    pausing,
    privacy,
    reflections,
    requests,
    resources,
    seating,
    setup,
    shared_with_me,
    sharing,
    support,
    teams,
    thinking,
    versions,
    weekly,
)
from bot.visit import Feature

ROUTE: tuple[Feature, ...] = (
    support.feature,  # a sign of danger comes before everything
    membership.feature,
    own_clock.feature,
    pausing.feature,
    teams.feature,
    papers.feature,
    adding.feature,
    versions.feature,
    resources.feature,
    reflections.feature,
    thinking.feature,
    journal.feature,
    sharing.feature,
    shared_with_me.feature,
    weekly.feature,
    facilitation.feature,
    edition.feature,
    broadcasts.feature,
    setup.feature,
    channels.feature,
    seating.feature,
    requests.feature,
    passing_on.feature,
    curating.feature,
    entries.feature,
    privacy.feature,
    keeping.feature,
    doors.feature,
    conversation.feature,  # whatever nobody else took: it asks before doing anything
)
