"""Who can read what, made from the settings that are in force: what is promised cannot drift from what is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import tally, words
from bot.keeping import UNSAVED
from bot.releases import FEWEST, FLOOR

_PLATFORMS = {"web": "this page, on the computer it runs on", "slack": "Slack", "discord": "Discord"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What of the settings members have a right to know."""

    runs_it: str
    platforms: tuple[str, ...] = ()
    database_server: bool = False
    """The data is on a database server, and not in a file beside the bot."""
    kept_days: int = 90
    """After a program's last day."""


def text(facts: Facts, leaders: Sequence[str]) -> str:
    """`leaders`: the facilitators of the reader's cohorts, by name."""
    named = f" Yours: {words.listed(leaders)}." if leaders else ""
    hours = UNSAVED // timedelta(hours=1)
    where = "on a database server" if facts.database_server else "in a file beside the bot"
    return (
        "• You: everything you wrote, in /journal. A form that you sent and that could not be saved waits there for "
        f"{hours} hours, sealed.\n"
        f"• Facilitators: counts only, and only for groups of {FLOOR} or more. Never your words, unless you "
        f"share an entry with them. Never a list of who answered.{named}\n"
        f"• Ratings and choices: counted for the whole cohort when a prompt's week has closed, from {FEWEST} answers "
        "on, and only where no answer of one person follows. Until then yours waits under a code in place of your "
        "name.\n"
        "• Other members: only what you share with the cohort, or without your name once five have shared. On a team, "
        "your teammates see your name and what you write for the team; its form names them. Where a program allows it, "
        "a copy without writers' names goes to the cohort once everybody on the team has agreed.\n"
        "• A coach: only what you give to them or ask them.\n"
        f"• Around events: what you write before one is yours alone. Facilitators read exit notes without names, from "
        f"{FLOOR} writers on. The web address of your calendar, if you make one, shows titles and times.\n"
        f"• Whoever runs the server ({facts.runs_it}): they hold its keys and could read what is stored, "
        f"{where}, if they chose to.\n"
        f"• This chat platform{_called(facts)}: ordinary messages, also those you write to me, stay with it. Its "
        "owners may be able to export them. What you write in a form is not a message.\n"
        "• Nobody: your questions. They are answered and not kept, unless you pass one on without your name to whoever "
        "looks after the entries.\n\n"
        f"How long: until {facts.kept_days} days after your program's last day, or until a day that you choose; you "
        "are told two weeks before. You can erase everything at any time, and take it along; what you wrote for "
        "a team stays with it then, without your name. Under each prompt you can "
        "also choose to think and store nothing.\n\n"
        "What facilitators do, and what was refused to anybody, is recorded by ids, without words. You can read what "
        "of it is about you.\n\n"
        "I look for words that may mean danger in what you write to me as a message, only to show you a help "
        "card. Nobody is told."
    )


def short(*, counted: bool) -> str:
    """For the welcome, under everything. `counted`: the program has weeks that close."""
    told = f" {tally.TOLD}" if counted else ""
    return f"Whoever runs the server holds its keys. Ordinary messages stay with this chat platform.{told}"


def _called(facts: Facts) -> str:
    names = [_PLATFORMS[one] for one in facts.platforms if one in _PLATFORMS]
    return f" ({words.listed(names)})" if names else ""
