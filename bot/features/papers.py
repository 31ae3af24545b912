"""What a team writes together: reading it, writing a part, a comment, earlier versions. For its members alone."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose_paper, papers, team_news, words
from bot.errors import NotAllowed
from bot.messages import Errors, Field, Form, Option, Outgoing, Quote, Reply
from bot.papers import Standing
from bot.programs import Artifact
from bot.store import teams
from bot.store.teams import Team
from bot.vault import papers as vault
from bot.vault import team_copies
from bot.vault.papers import COMMENT, TEXT, Part
from bot.visit import Feature, Visit

_LINES, _SECTIONS = 8, 20
_LIMIT = 3000
_TEAM_CHANGED = "Your team has changed while this was open. Nothing was saved: please copy your text and open it anew."
_WRITTEN_MEANWHILE = (
    "A teammate has written this part while you did. Nothing is lost: please copy your text and open it anew, so that "
    "neither takes the place of the other."
)
_STAYS = "It stays with the team, also when you leave. If you erase your data, the text stays without your name."
_MAY_GO = "A copy without your name goes to the cohort only if everybody who is on the team then agrees. "


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit)


def _home(tx: Connection, visit: Visit) -> Reply:
    cohort, which = choose_paper.team(tx, visit, visit.value)
    written = papers.of_team(visit.services.program(tx, cohort), which)
    if len(written) == 1:
        return _paper(tx, visit, which, written[0])
    return Outgoing(
        "What would you like to read?" if written else "Teams of this kind have nothing to write together.",
        title=which.name,
        options=tuple(Option(one.title, "papers.open", f"{which.team}:{one.id}") for one in written),
    )


async def open_(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    _, which, artifact = choose_paper.artifact(tx, visit)
    return _paper(tx, visit, which, artifact)


def _paper(tx: Connection, visit: Visit, which: Team, artifact: Artifact) -> Outgoing:
    found = papers.standing(tx, visit.vault, which, artifact, visit.who)
    closed = sum(one.closed for one in found)
    lines = [f"• {one.section.title}: {_state(one)}" for one in found]
    if closed:
        lines += ["", f"{_parts(closed)} written before you came. A teammate who can read them can open them to you."]
    here = f"{which.team}:{artifact.id}"
    waits = papers.later(tx, visit.vault, which, artifact.id, visit.who)
    new = (Option("Open earlier parts to newer teammates", "versions.widen", here),) if waits else ()
    return Outgoing(
        "\n".join([artifact.about, "", *lines] if artifact.about else lines),
        title=f"{artifact.title} · {which.name}",
        note=f"Only this team can read it: {choose_paper.readers(tx, visit, which)}."
        + _copied(tx, visit, which, artifact),
        options=(
            *(
                Option(words.cut(one.section.title, 75), "papers.section", f"{here}:{one.section.id}")
                for one in found[:_SECTIONS]
            ),
            Option("Versions that were kept", "versions.list", here),
            *((Option("Share with the cohort", "agreeing.page", here),) if artifact.shared_with else ()),
            *new,
        ),
    )


def _copied(tx: Connection, visit: Visit, which: Team, artifact: Artifact) -> str:
    copy = team_copies.of_team(tx, visit.vault, which, artifact.id, visit.who) if artifact.shared_with else None
    if copy is None or not copy.agreed:
        return ""
    return f" The cohort can read a copy of {words.local_day(copy.at, visit.who.zone)}."


def _state(one: Standing) -> str:
    if not one.lines:
        return "still empty" if not one.closed else "written before you came"
    comments = f", {len(one.comments)} comments" if len(one.comments) > 1 else ", 1 comment" if one.comments else ""
    return (f"{len(one.lines)} notes" if len(one.lines) > 1 else f"by {_by(one.lines[0])}") + comments


def _parts(count: int) -> str:
    return "1 part was" if count == 1 else f"{count} parts were"


def _by(part: Part) -> str:
    return part.name or "somebody who is no longer here"


async def section(visit: Visit) -> Reply:
    return await visit.read(_section_page, visit)


def _section_page(tx: Connection, visit: Visit) -> Reply:
    _, which, artifact, asked = choose_paper.section(tx, visit)
    found = papers.standing(tx, visit.vault, which, artifact, visit.who)
    one = next(each for each in found if each.section.id == asked.id)
    here = f"{which.team}:{artifact.id}:{asked.id}"
    shown = sorted([*one.lines, *one.comments], key=lambda part: part.number)[-_LINES:]
    left = len(one.lines) + len(one.comments) - len(shown)
    new = "Add a note" if asked.collects == "all" else "Write it anew"
    options = [] if which.closed else [Option(new, "papers.write", here, "primary")]
    options += (
        [Option("Comment", "papers.comment", here)] if artifact.comments and one.lines and not which.closed else []
    )
    options += [
        Option(
            f"Take out mine of {words.local_day(part.at, visit.who.zone)}",
            "papers.take-out",
            part.part,
            "danger",
            "Take this out for everybody? It cannot be brought back. Whoever has read it may remember it.",
        )
        for part in shown
        if part.writer == visit.who.person
    ]
    options.append(Option("Back to the whole", "papers.open", f"{which.team}:{artifact.id}"))
    closed = f" {_parts(one.closed)} written before you came." if one.closed else ""
    return Outgoing(
        (asked.hint if shown else f"Nothing is here yet. {asked.hint}".strip())
        + (f"\n\nThe newest {_LINES} are shown; {left} are older." if left else ""),
        title=asked.title,
        quotes=tuple(_quote(visit, part) for part in shown),
        note=f"Only this team can read it: {choose_paper.readers(tx, visit, which)}.{closed}",
        options=tuple(options),
    )


def _quote(visit: Visit, part: Part) -> Quote:
    what = "Comment by " if part.kind == COMMENT else ""
    return Quote(part.text, title=f"{what}{_by(part)}", as_of=words.local_day(part.at, visit.who.zone))


# --- writing -----------------------------------------------------------------------------------------


async def write(visit: Visit) -> Reply:
    return await visit.read(_form, visit, TEXT)


async def comment(visit: Visit) -> Reply:
    return await visit.read(_form, visit, COMMENT)


def _form(tx: Connection, visit: Visit, kind: str) -> Reply:
    _, which, artifact, asked = choose_paper.section(tx, visit)
    choose_paper.must_be_open(which)
    initial, base = "", vault.newest(tx, which, artifact.id)
    if kind == TEXT and asked.collects == "latest":
        found = papers.standing(tx, visit.vault, which, artifact, visit.who)
        stands = next(each for each in found if each.section.id == asked.id)
        initial = stands.lines[0].text if stands.lines else ""
    label = "Your comment" if kind == COMMENT else asked.title
    box = Field("text", label, required=True, initial=initial, hint=words.cut(asked.hint, 100), limit=_LIMIT, lines=6)
    return Form(
        visit.services.ids(),
        words.cut(asked.title, 45),
        "papers.save-comment" if kind == COMMENT else "papers.save",
        (box,),
        f"{which.team}:{artifact.id}:{asked.id}:{base}:{papers.audience(teams.readers(tx, which, visit.who.person))}",
        intro=f"Who can read it? You and your team: {choose_paper.readers(tx, visit, which)}. People who join later "
        f"can read it only when one of you opens it to them. {_MAY_GO if artifact.shared_with else ''}{_STAYS}",
    )


async def save(visit: Visit) -> Reply:
    return await visit.once(_save, visit, TEXT)


async def save_comment(visit: Visit) -> Reply:
    return await visit.once(_save, visit, COMMENT)


def _save(tx: Connection, visit: Visit, kind: str) -> Reply:
    cohort, which, artifact, asked = choose_paper.section(tx, visit)
    base, shown = words.whole_number(visit.value.split(":")[-2]) or 0, visit.value.split(":")[-1]
    text = visit.field("text")
    if not text:
        return Errors({"text": "One line is enough. To leave it as it is, close this form."})
    if words.length(text) > _LIMIT:
        return Errors({"text": f"At most {_LIMIT} characters fit. Nothing is lost: please shorten it."})
    papers.keep(tx, visit.services, cohort, which, artifact, visit.now)
    which = teams.find(tx, which.tenant, which.team) or which  # as it is now that nobody else can change it
    if which.closed:
        return Errors({"": choose_paper.CLOSED})
    there = teams.readers(tx, which, visit.who.person)
    if papers.audience(there) != shown:
        return Errors({"": _TEAM_CHANGED})
    found = papers.standing(tx, visit.vault, which, artifact, visit.who)
    stands = next(each for each in found if each.section.id == asked.id)
    if kind == TEXT and asked.collects == "latest" and any(one.number > base for one in stands.lines):
        return Errors({"text": _WRITTEN_MEANWHILE})
    vault.add(
        tx, visit.vault, which, artifact.id, asked.id, kind, visit.who, text, there, visit.now, visit.services.ids
    )
    team_news.tell(tx, which, visit.who.person, there, visit.now)
    return Outgoing(
        f"Saved for the team. {choose_paper.readers(tx, visit, which)} can read it.",
        options=(Option("See the part", "papers.section", f"{which.team}:{artifact.id}:{asked.id}"),),
    )


async def take_out(visit: Visit) -> Reply:
    return await visit.write(_take_out, visit)


def _take_out(tx: Connection, visit: Visit) -> Reply:
    found = vault.find(tx, visit.who, visit.value)
    if found is None:
        return Outgoing("This is not there any more. Nothing else was changed.")
    team, name, number = found
    which = teams.find(tx, visit.who.tenant, team)
    if which is None:
        raise NotAllowed(choose_paper.OUT_OF_DATE)
    cohort, _ = choose_paper.team(tx, visit, team)
    written = papers.of_team(visit.services.program(tx, cohort), which)
    artifact = next((one for one in written if one.id == name), None)
    if artifact and number <= papers.keep(tx, visit.services, cohort, which, artifact, visit.now):
        return Outgoing("This belongs to a version that was kept, and those stay as they are. You can write it anew.")
    vault.take_out(tx, visit.vault, visit.who, visit.value)
    teams.hold(tx, which)
    copies = team_copies.remove_holding(tx, visit.vault, which, visit.value)
    also = " The copy for the cohort held it too, so that is taken back." if copies else ""
    return Outgoing(f"Taken out. Nobody can read it here any more.{also}", options=(_back(which, name),))


def _back(which: Team, artifact: str) -> Option:
    return Option("Back to the whole", "papers.open", f"{which.team}:{artifact}")


feature = Feature(
    "papers",
    presses={"home": home, "open": open_, "section": section, "write": write, "comment": comment}
    | {"take-out": take_out},
    submissions={"save": save, "save-comment": save_comment},
)
