"""Who can read what, in plain words; taking everything out; erasing everything."""

from __future__ import annotations

import io
import json
import zipfile
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import audit, choose, consent, counting, deeds, erasure, overview, reflection_form
from bot.messages import File, Option, Outgoing, Quote, Reply
from bot.store import cohorts, people
from bot.vault import private, requests, shared
from bot.visit import Feature, Visit

_ERASE = Option(
    "Erase my data",
    "privacy.erase",
    "",
    "danger",
    "Erase everything you wrote here, in every cohort? It cannot be brought back. You also leave your cohorts.",
)


async def home(visit: Visit) -> Reply:
    return Outgoing(
        "What you write in a form is yours. You can read who can see what, take a copy, or erase it.",
        title="Privacy",
        options=(
            Option("Who can read what?", "privacy.who", style="primary"),
            Option("What do facilitators see?", "privacy.mirror"),
            Option("Who did what about me?", "privacy.record"),
            Option("Download my data", "privacy.download"),
            _ERASE,
        ),
    )


async def who(visit: Visit) -> Reply:
    return Outgoing(
        consent.text(visit.services.facts, await visit.read(_leaders, visit)),
        title="Who can read what",
        options=(
            Option("What do facilitators see?", "privacy.mirror"),
            Option("Who did what about me?", "privacy.record"),
            Option("Download my data", "privacy.download"),
            _ERASE,
        ),
    )


def _leaders(tx: Connection, visit: Visit) -> list[str]:
    found = [
        one
        for cohort, _ in cohorts.of_person(tx, visit.who)
        for one in people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR)
    ]
    return people.names(tx, visit.who.tenant, list(dict.fromkeys(found)))


async def mirror(visit: Visit) -> Reply:
    return await visit.read(_mirror, visit)


def _mirror(tx: Connection, visit: Visit) -> Reply:
    """Through a facilitator's eyes: made by what makes her own pages, and nothing is left out."""
    found = choose.my_cohort(tx, visit, "privacy.mirror", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, _ = found
    given = [one for one in shared.of_writer(tx, visit.vault, visit.who) if one.cohort == cohort.cohort]
    return Outgoing(
        overview.text(tx, visit, cohort),
        title=f"What facilitators see of {cohort.name}",
        quotes=(
            Quote(overview.ratings(tx, visit, cohort), title="Ratings and choices"),
            Quote(
                "\n".join(f"{one.title}: shared with the {one.audience}" for one in given)
                or "Nothing. You have shared no entry here.",
                title="Of what you wrote",
            ),
        ),
        note="They also see your name among the members, and a question that you put to them yourself.",
        options=(Option("Who did what about me?", "privacy.record"),),
    )


async def record(visit: Visit) -> Reply:
    return await visit.read(_record, visit)


def _record(tx: Connection, visit: Visit) -> Reply:
    head = audit.head(tx, visit.who.tenant)
    code = (
        f"Entry {head.number} of the whole record has the code {head.code}. It may grow and never change: who kept an "
        "older code can have it checked."
        if head
        else ""
    )
    return Outgoing(deeds.about(tx, visit), title="Who did what about me", note=code)


async def download(visit: Visit) -> Reply:
    data = await visit.read(_archive, visit)
    return Outgoing(
        "Here is everything you wrote, as a file to keep. It is readable by whoever opens it, so choose where "
        "you store it.",
        file=File("my-cohortbook.zip", data, "application/zip"),
        note="Only you see this.",
    )


def _archive(tx: Connection, visit: Visit) -> bytes:
    """journal.json for machines, journal.md for people."""
    entries, lines = [], [f"# Journal of {visit.who.name}", ""]
    for entry in private.everything(tx, visit.vault, visit.who):
        title, pairs = _readable(tx, visit, entry)
        saved = entry.saved_at.astimezone(ZoneInfo(visit.who.zone))
        entries.append(
            {
                "title": title,
                "saved": saved.isoformat(timespec="seconds"),
                "revision": entry.revision,
                "answers": [{"question": ask, "answer": answer} for ask, answer in pairs],
                "shared_with": [one.audience for one in shared.of_entry(tx, visit.vault, visit.who, entry.entry)],
            }
        )
        lines += [f"## {title}", f"Saved {saved:%Y-%m-%d %H:%M}", ""]
        for ask, answer in pairs:
            lines += [f"**{ask}**" if ask else "", "", answer, ""]
    asked = requests.of_asker(tx, visit.vault, visit.who)
    for one in asked:
        at = one.at.astimezone(ZoneInfo(visit.who.zone))
        lines += [f"## Asked {one.name}", f"Sent {at:%Y-%m-%d %H:%M}", "", one.text, ""]
    questions = [
        {
            "to": one.name,
            "sent": one.at.astimezone(ZoneInfo(visit.who.zone)).isoformat(timespec="seconds"),
            "text": one.text,
        }
        for one in asked
    ]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "journal.json",
            json.dumps(
                {"format": "cohortbook journal 1", "entries": entries, "asked": questions}, ensure_ascii=False, indent=2
            ),
        )
        archive.writestr("journal.md", "\n".join(lines))
    return held.getvalue()


def _readable(tx: Connection, visit: Visit, entry: private.Entry) -> tuple[str, list[tuple[str, str]]]:
    cohort = cohorts.find(tx, visit.who.tenant, entry.cohort) if entry.number >= 0 else None
    if cohort is None:
        return "Note", [("", str(entry.words.answers.get("note", "")))]
    unit = visit.services.program(tx, cohort).unit(entry.number)
    return f"{cohort.name}: {unit.title}", reflection_form.pairs(unit, entry.words)


async def erase(visit: Visit) -> Reply:
    profile = await visit.services.directory.person(visit.incoming.who)
    await visit.write(_erase, visit, profile.zone or "UTC")
    return Outgoing(
        "Erased: your journal, what you shared, what you asked people, your settings, and your place in your "
        "cohorts. "
        "Backups made by whoever runs this server may hold older copies until they are replaced. Messages in "
        "this chat stay until you delete them.",
        replaces=True,
    )


def _erase(tx: Connection, visit: Visit, zone: str) -> None:
    counting.forget(tx, visit)
    erasure.erase(tx, visit.vault, visit.who, zone)


feature = Feature(
    "privacy",
    commands={"privacy": (home, "Who can read what; download or erase your data")},
    presses={
        "home": home,
        "who": who,
        "mirror": mirror,
        "record": record,
        "download": download,
        "erase": erase,
    },
)
