"""Who can read what, in plain words; taking everything out; erasing everything."""

from __future__ import annotations

import io
import json
import zipfile
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import erasure, reflection_form
from bot.messages import File, Option, Outgoing, Reply
from bot.store import cohorts
from bot.vault import private, requests, shared
from bot.visit import Feature, Visit
from bot.words import CROWD

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
            Option("Download my data", "privacy.download"),
            _ERASE,
        ),
    )


async def who(visit: Visit) -> Reply:
    return Outgoing(
        "• You: everything you wrote, in /journal.\n"
        f"• Facilitators: counts only, and only for groups of {CROWD} or more. Never your words, unless you "
        "share an entry with them. Never a list of who answered.\n"
        "• Other members: only what you share with the cohort.\n"
        f"• Whoever runs the server ({visit.services.runs_it}): they hold its keys and could read what is "
        "stored, if they chose to.\n"
        "• This chat platform: ordinary messages, also those you write to me, stay with it. Its owners may be "
        "able to export them. What you write in a form is not a message.\n"
        "• Nobody: your questions. They are answered and not kept.\n\n"
        "I look for words that may mean danger in what you write to me as a message, only to show you a help "
        "card. Nobody is told.",
        title="Who can read what",
        options=(Option("Download my data", "privacy.download"), _ERASE),
    )


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
    await visit.write(erasure.erase, visit.vault, visit.who, profile.zone or "UTC")
    return Outgoing(
        "Erased: your journal, what you shared, what you asked people, your settings, and your place in your "
        "cohorts. "
        "Backups made by whoever runs this server may hold older copies until they are replaced. Messages in "
        "this chat stay until you delete them.",
        replaces=True,
    )


feature = Feature(
    "privacy",
    commands={"privacy": (home, "Who can read what; download or erase your data")},
    presses={"home": home, "who": who, "download": download, "erase": erase},
)
