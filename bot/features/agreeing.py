"""A team decides together whether the cohort may read a copy of what it wrote. One no is enough, and has no name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from bot import choose_paper, papers, words
from bot.errors import NotAllowed
from bot.messages import Option, Outgoing, Quote, Reply
from bot.programs import Artifact
from bot.store import cohorts, people, teams
from bot.store.cohorts import Cohort
from bot.store.teams import Team
from bot.vault import team_copies
from bot.vault.team_copies import Copy
from bot.visit import Feature, Visit

_QUOTES = 8
_LAW = "One no is enough to stop it. Nobody needs a reason, and nobody is told whose no it was."
_MAY_REMAIN = "Whoever has read it may remember it or may have copied it, and taking it back cannot undo that."
_GONE = (
    "There is nothing to answer here now: somebody on the team may have stopped it, or it was asked before you came. "
    "Nothing was changed."
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What would be asked about now."""

    lines: tuple[tuple[str, str], ...]
    holds: tuple[str, ...]
    left_out: int
    asked: tuple[str, ...]
    readers: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Whoever asks the team means the words and people that they were shown."""
        return papers.audience([*self.holds, "", *self.asked, "", *self.readers])


async def page(visit: Visit) -> Reply:
    return await visit.read(_page, visit)


def _page(tx: Connection, visit: Visit) -> Reply:
    cohort, which, artifact = _artifact(tx, visit)
    first = words.whole_number([*visit.value.split(":"), "", ""][2]) or 0
    return _shown(tx, visit, cohort, which, artifact, first)


def _shown(tx: Connection, visit: Visit, cohort: Cohort, which: Team, artifact: Artifact, first: int = 0) -> Outgoing:
    found = team_copies.of_team(tx, visit.vault, which, artifact.id, visit.who)
    if found is not None:
        return _decided(visit, cohort, which, found, first)
    choose_paper.must_be_open(which)
    draft = _draft(tx, visit, cohort, which, artifact)
    here = f"{which.team}:{artifact.id}"
    if not draft.lines:
        return Outgoing(
            "There is nothing yet that everybody on the team can read, so there is nothing to share.",
            title=f"{artifact.title} · {which.name}",
            options=(_back(here),),
        )
    asking = Option("Ask my team", "agreeing.ask", f"{here}:{draft.mark}", "primary")
    left = f" Left out: {_parts(draft.left_out)} that not everybody on the team can read." if draft.left_out else ""
    return Outgoing(
        f"Only your team can read this now. If all of you agree, a copy of these words goes to {_audience(draft)} in "
        f"{cohort.name}: those who are there now. Whoever comes later cannot read it. It shows the team's name and "
        f"not who wrote what. Names inside the words stay there, so please read them once more.{left}\n\n"
        f"Your teammates are asked when they next open My teams. No message is sent. {_LAW}",
        title=f"Share with the cohort? {artifact.title} · {which.name}",
        quotes=_quotes(draft.lines, first),
        note=_MAY_REMAIN,
        options=(*_after_reading(here, draft.lines, first, asking), _back(here)),
    )


def _decided(visit: Visit, cohort: Cohort, which: Team, found: Copy, first: int) -> Outgoing:
    """The page of a copy that the team is asked about, or that the cohort can read."""
    here = f"{which.team}:{found.artifact}"
    day = words.local_day(found.at, visit.who.zone)
    stop = Option("Stop it", "agreeing.stop", found.part, "danger")
    if found.agreed:
        say = f"Everybody agreed. {words.people(len(found.readers))} in {cohort.name} can read this copy of {day}."
        stop = Option("Take it back", "agreeing.stop", found.part, "danger", f"Take it back? {_MAY_REMAIN}")
        answers: tuple[Option, ...] = (stop,)
    elif visit.who.person not in found.asked:
        say = "Your teammates are asked whether to share what was written before you came. You were not asked. " + _LAW
        answers = (stop,)
    elif visit.who.person in found.yes:
        say = (
            "You said yes. Nobody outside of the team can read it before everybody has said yes who was on the team "
            f"on {day}. If one of them has left since, please stop it and ask anew. {_LAW}"
        )
        answers = (stop,)
    else:
        say = (
            f"Somebody on your team asks: may {words.people(len(found.readers))} in {cohort.name}, facilitators "
            f"included, read this copy of {day}? It shows the name of the team and not who wrote what. It is shared "
            f"only when everybody says yes. {_LAW}"
        )
        yes = Option("Yes, share it", "agreeing.yes", found.part, "primary")
        answers = (
            *_after_reading(here, found.lines, first, yes),
            Option("No, keep it in the team", "agreeing.stop", found.part),
        )
    return Outgoing(
        say,
        title=found.title or which.name,
        quotes=_quotes(found.lines, first),
        note=_MAY_REMAIN,
        options=(*answers, _back(here)),
    )


def _after_reading(here: str, lines: tuple[tuple[str, str], ...], first: int, last: Option) -> tuple[Option, ...]:
    """All of it is shown before anybody says yes to it."""
    then = first + _QUOTES
    return (Option("Read on", "agreeing.page", f"{here}:{then}", "primary"),) if then < len(lines) else (last,)


def _quotes(lines: tuple[tuple[str, str], ...], first: int) -> tuple[Quote, ...]:
    return tuple(Quote(text, title=section) for section, text in lines[first : first + _QUOTES])


def _draft(tx: Connection, visit: Visit, cohort: Cohort, which: Team, artifact: Artifact) -> _Draft:
    """Only what everybody who is asked can read: nobody answers for words that they have not seen."""
    asked = teams.members(tx, which)
    found = papers.standing(tx, visit.vault, which, artifact, visit.who)
    lines = [(one.section.title, line) for one in found for line in one.lines]
    open_to_all = [(title, line) for title, line in lines if set(asked) <= set(line.readers)]
    leaders = people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR)
    everybody = dict.fromkeys([*leaders, *(one.person for one in cohorts.members(tx, cohort))])
    return _Draft(
        tuple((title, line.text) for title, line in open_to_all),
        tuple(line.part for _, line in open_to_all),
        len(lines) - len(open_to_all) + sum(one.closed for one in found),
        tuple(asked),
        tuple(everybody),
    )


def _audience(draft: _Draft) -> str:
    return f"{words.people(len(draft.readers))}, your team and the facilitators included,"


def _parts(count: int) -> str:
    return "1 part" if count == 1 else f"{count} parts"


# --- asking and answering ----------------------------------------------------------------------------


async def ask(visit: Visit) -> Reply:
    return await visit.write(_ask, visit)


def _ask(tx: Connection, visit: Visit) -> Reply:
    cohort, which, artifact = _artifact(tx, visit)
    teams.hold(tx, which)
    draft = _draft(tx, visit, cohort, which, artifact)
    there = team_copies.of_team(tx, visit.vault, which, artifact.id, visit.who)
    if there is not None or not draft.lines or visit.value.split(":")[-1] != draft.mark:
        return _shown(tx, visit, cohort, which, artifact)
    choose_paper.must_be_open(teams.find(tx, which.tenant, which.team) or which)
    made = team_copies.propose(
        tx,
        visit.vault,
        which,
        artifact.id,
        visit.who,
        f"{artifact.title} · {which.name}",
        draft.lines,
        draft.holds,
        draft.asked,
        draft.readers,
        visit.now,
        visit.services.ids,
    )
    return _answer(which, made)


async def yes(visit: Visit) -> Reply:
    return await visit.write(_yes, visit)


def _yes(tx: Connection, visit: Visit) -> Reply:
    which = _team(tx, visit)
    if which is None:
        return Outgoing(_GONE, replaces=True)
    teams.hold(tx, which)
    agreed = team_copies.agree(tx, visit.vault, visit.who, visit.value)
    return Outgoing(_GONE, replaces=True) if agreed is None else _answer(which, agreed)


def _answer(which: Team, made: Copy) -> Outgoing:
    said = (
        f"Everybody agreed, so it is shared: {words.people(len(made.readers))} find it under Shared with me. "
        "Each of you can take it back at any time, under My teams."
        if made.agreed
        else f"You said yes. It is shared when the others have said yes too. {_LAW}"
    )
    return Outgoing(said, options=(_back(f"{which.team}:{made.artifact}"),), replaces=True)


async def stop(visit: Visit) -> Reply:
    return await visit.write(_stop, visit)


def _stop(tx: Connection, visit: Visit) -> Reply:
    which = _team(tx, visit)
    if which is None:
        return Outgoing(_GONE, replaces=True)
    teams.hold(tx, which)
    found = team_copies.named(tx, visit.vault, visit.who, visit.value)
    if found is None or not team_copies.remove(tx, visit.vault, which, visit.value):
        return Outgoing(_GONE, replaces=True)
    said = (
        f"Taken back: nobody outside of the team can open it here any more. {_MAY_REMAIN}"
        if found.agreed
        else "Stopped. Nobody outside of the team has read it. No reason is needed, and nobody is told who it was."
    )
    return Outgoing(said, options=(_back(f"{which.team}:{found.artifact}"),), replaces=True)


def _team(tx: Connection, visit: Visit) -> Team | None:
    """The team that a copy is of, for whoever sits there; None when the copy is gone."""
    named = team_copies.team_of(tx, visit.who.tenant, visit.value)
    return choose_paper.team(tx, visit, named)[1] if named else None


def _artifact(tx: Connection, visit: Visit) -> tuple[Cohort, Team, Artifact]:
    cohort, which, artifact = choose_paper.artifact(tx, visit)
    if not artifact.shared_with:
        raise NotAllowed(choose_paper.OUT_OF_DATE)
    return cohort, which, artifact


def _back(here: str) -> Option:
    return Option("Back to the whole", "papers.open", here)


feature = Feature("agreeing", presses={"page": page, "ask": ask, "yes": yes, "stop": stop})
