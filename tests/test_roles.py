"""Every facilitator's button and form in other hands: refused, and nothing changes."""

from __future__ import annotations

import pytest

from bot.features import broadcasts, facilitation, setup
from bot.messages import Errors, Form, Outgoing, Press, Submission
from tests.town import Town, text_of
from tests.ways import entries, first_week, kept, share, stranger, write

WHO_IS_WHO = ("tenant", "workspace", "person", "account", "role")
"""What a first meeting writes."""

FORMS = {
    "facilitation.save-change": {"what": "skip"},
    "setup.create": {"program": "leep", "name": "Mine", "start": "2027-01-04", "zone": "UTC"},
    "setup.save-roster": {
        "channel": "1|recorder|room|channel|sample-cohort",
        "members": ["1|recorder|room|person|kwame"],
    },
    "setup.save-leader": {"whom": ["1|recorder|room|person|kwame"]},
    "setup.save-hand-over": {"whom": ["1|recorder|room|person|kwame"]},
    "broadcasts.preview": {"text": "Hello all."},
    "broadcasts.correct": {"text": "Changed."},
}


def facilitators_actions() -> list[tuple[str, bool]]:
    """(action, whether it is a form) of the features that are for facilitators."""
    features = (facilitation.feature, setup.feature, broadcasts.feature)
    return [(f"{one.name}.{action}", False) for one in features for action in one.presses] + [
        (f"{one.name}.{action}", True) for one in features for action in one.submissions
    ]


async def values(town: Town, cohort: str) -> dict[str, str]:
    """What a real button of each action carries."""
    form = await town.act("imani", Press("broadcasts.write", cohort))
    shown = await town.submit("imani", form, {"text": "Words of a facilitator."})
    assert isinstance(shown, Outgoing)
    broadcast = shown.options[0].value
    await town.press("imani", shown, "Send it now")
    per_message = ("send", "discard", "open", "edit", "withdraw", "correct")
    per_unit = ("change", "save-change")
    return dict.fromkeys(per_message, broadcast) | dict.fromkeys(per_unit, f"{cohort}:3")


@pytest.mark.parametrize(("action", "is_form"), facilitators_actions())
@pytest.mark.parametrize("who", ["kwame", "yusuf", "imani's peer elsewhere"])
async def test_only_the_cohorts_facilitator_may(town: Town, action: str, is_form: bool, who: str) -> None:
    """A member, somebody of no cohort, and a facilitator of another workspace, with the real values."""
    cohort = await first_week(town, ["renata", "kwame"])
    value = (await values(town, cohort)).get(action.partition(".")[2], cohort)
    elsewhere = who not in town.chat.people
    if elsewhere and action in ("setup.new", "setup.create", "facilitation.home"):
        return  # in their own workspace these are theirs
    rows, sent = kept(town, *WHO_IS_WHO), len(town.chat.delivered)
    what = Submission("a form", action, value, FORMS.get(action, {})) if is_form else Press(action, value)
    reply = await stranger(town, what) if elsewhere else await town.act(who, what)
    assert isinstance(reply, Errors if is_form else Outgoing)
    said = text_of(reply)
    assert "nothing was" in said.lower() or "for facilitators" in said
    assert "Words of a facilitator." not in said
    assert kept(town, *WHO_IS_WHO) == rows
    assert len(town.chat.delivered) == sent


async def test_a_facilitator_of_one_cohort_has_no_say_in_another(town: Town) -> None:
    """The role belongs to the cohort."""
    one = await town.found_cohort(["renata"], name="One")
    other = await found_second(town)
    form = await town.act("imani", Press("setup.add-leader", one))
    await town.submit("imani", form, {"whom": [str(town.chat.who("yusuf"))]})
    assert "Facilitators:" in text_of(await town.act("yusuf", Press("setup.people", one)))
    assert "of its cohort and its facilitators" in text_of(await town.act("yusuf", Press("setup.people", other)))


async def found_second(town: Town) -> str:
    form = await town.act("imani", Press("setup.new"))
    made = await town.submit("imani", form, {"program": "leep", "name": "Other", "start": "2026-11-30"})
    assert isinstance(made, Outgoing)
    return made.options[0].value


@pytest.mark.parametrize(
    "action",
    [
        "journal.read",
        "journal.edit",
        "journal.delete",
        "sharing.choose",
        "sharing.give",
        "sharing.take-back",
        "shared-with-me.read",
        "shared-with-me.list",
        "weekly.show-step",
        "weekly.outcome",
        "weekly.skip",
        "weekly.reading",
        "reflections.open",
        "reflections.other",
        "reflections.current",
        "requests.read",
        "requests.done",
        "membership.start",
        "pausing.leave",
        "own-clock.settings",
        "conversation.keep",
        "conversation.look",
    ],
)
async def test_ids_of_this_workspace_mean_nothing_in_another(town: Town, action: str) -> None:
    """Every id a member has, pressed from elsewhere: nothing is shown and nothing changes."""
    cohort = await first_week(town, ["renata", "kwame"])
    await write(town, "renata", hope="A secret hope.", step="A secret step.")
    (entry,) = await entries(town, "renata")
    await town.press("renata", await share(town, "renata", entry, "cohort"), "Share it")
    form = await town.act("renata", Press("requests.open"))
    assert isinstance(form, Form)
    whom = form.fields[0].choices[0][0]
    await town.submit("renata", form, {"whom": whom, "text": "A secret question."})
    held = await town.say("renata", "A secret thought.")
    assert isinstance(held, Outgoing)
    ids = [cohort, f"{cohort}:0", f"{cohort}:0:done", entry, held.options[0].value]
    ids += [str(row[1]) for table in ("share", "request") for row in kept(town)[table]]
    await stranger(town, Press("membership.help"))  # the first meeting makes rows of their own
    before = kept(town, "inbox")
    for value in ids:
        assert "secret" not in text_of(await stranger(town, Press(action, value)))
    assert kept(town, "inbox") == before
