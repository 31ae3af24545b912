"""What one person alone sees: answers, receipts, own words, open forms. In memory, and gone at the end."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from bot.messages import Address, Form

from .history import Body
from .wire import offers

Room: TypeAlias = Literal["channel", "me", "home"]
LONGEST = 300
"""How many views, and how many forms, are remembered for one person."""


@dataclass(frozen=True, slots=True)
class View:
    id: str
    room: Room
    after: int
    """The number of the newest stored message when this was shown: it gives its place among them."""
    count: int
    author: str
    at: datetime
    body: Body
    only_you: bool
    cause: str = ""
    """What the person did to get it, for example the command."""


@dataclass(frozen=True, slots=True)
class OpenForm:
    form: Form
    where: Address
    opened_on: str
    """The id of the message whose button opened it, or ""."""


class Views:
    def __init__(self) -> None:
        self._count = 0
        self._views: dict[str, OrderedDict[str, View]] = defaultdict(OrderedDict)
        self._covers: dict[tuple[str, str], Body] = {}
        self._offered: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        self._said: dict[str, OrderedDict[str, int]] = defaultdict(OrderedDict)
        self._forms: dict[str, OrderedDict[str, OpenForm]] = defaultdict(OrderedDict)

    # --- only-you messages ---------------------------------------------------------------------

    def add(
        self, person: str, room: Room, after: int, author: str, at: datetime, body: Body,
        only_you: bool = False, cause: str = "",
    ) -> View:  # fmt: skip
        self._count += 1
        view = View(f"v{self._count}", room, after, self._count, author, at, body, only_you, cause)
        own = self._views[person]
        own[view.id] = view
        self.offer(person, view.id, body)
        while len(own) > LONGEST:
            oldest, _ = own.popitem(last=False)
            self._offered.pop((person, oldest), None)
        return view

    def get(self, person: str, id_: str) -> View | None:
        return self._views[person].get(id_)

    def replace(self, person: str, id_: str, body: Body, only_you: bool) -> View | None:
        view = self._views[person].get(id_)
        if view is None:
            return None
        changed = replace(view, body=body, only_you=only_you)
        self._views[person][id_] = changed
        self.offer(person, id_, body)
        return changed

    def remove(self, person: str, id_: str) -> bool:
        return self._views[person].pop(id_, None) is not None

    def room(self, person: str, room: Room) -> list[View]:
        return [view for view in self._views[person].values() if view.room == room]

    # --- a stored private message, as its reader sees it after a press --------------------------

    def cover(self, person: str, id_: str, body: Body) -> None:
        self._covers[person, id_] = body
        self.offer(person, id_, body)

    def covered(self, person: str, id_: str) -> Body | None:
        return self._covers.get((person, id_))

    def uncover(self, person: str, id_: str) -> None:
        self._covers.pop((person, id_), None)

    # --- what may be pressed --------------------------------------------------------------------

    def offer(self, person: str, id_: str, body: Body) -> None:
        """Buttons once shown stay pressable, so that a tab left open gets the house's own answer."""
        self._offered[person, id_] |= offers(body)

    def offered(self, person: str, id_: str) -> set[tuple[str, str]]:
        return self._offered.get((person, id_), set())

    # --- what was said already ------------------------------------------------------------------

    def first(self, person: str, event: str) -> bool:
        """Whether this event is new, so that a double click posts once."""
        own = self._said[person]
        own[event] = own.get(event, 0) + 1
        if len(own) > LONGEST:
            own.popitem(last=False)
        return own[event] == 1

    # --- forms ----------------------------------------------------------------------------------

    def open(self, person: str, form: OpenForm) -> None:
        own = self._forms[person]
        own[form.form.id] = form
        own.move_to_end(form.form.id)
        if len(own) > LONGEST:
            own.popitem(last=False)

    def form(self, person: str, id_: str) -> OpenForm | None:
        """Kept after a success too: a second submission must reach the house, which knows the first."""
        return self._forms[person].get(id_)
