"""App Home: the page a person sees on opening the bot, made again after whatever they do.

Slack is told only what is new, and by one call however many things were done at once.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import OrderedDict
from dataclasses import dataclass

from bot.errors import DeliveryError, Refused
from bot.messages import Address, Outgoing
from bot.seam import House

from .delivery import with_picture
from .views import home_view
from .workspaces import Workspace

log = logging.getLogger(__name__)

_MOST = 5_000


@dataclass(slots=True)
class _Page:
    """What Slack shows somebody, as far as is known here."""

    words: str = ""
    hash: str = ""
    making: bool = False
    again: bool = False
    """Something was done while the page was being made."""


class Home:
    def __init__(self) -> None:
        self._opened: OrderedDict[Address, _Page] = OrderedDict()

    async def opened(self, house: House, workspace: Workspace, who: Address, shown: str) -> None:
        """`shown`: Slack's hash of the page that is there; empty for none."""
        page = self._opened.setdefault(who, _Page())
        self._opened.move_to_end(who)
        while len(self._opened) > _MOST:
            self._opened.popitem(last=False)
        if not shown or shown != page.hash:
            page.words = ""
        page.hash = shown
        await self._make(house, workspace, who, page)

    async def refresh(self, house: House, workspace: Workspace, who: Address) -> None:
        """For those who have opened it since the bot started; for everybody else it is made when they do."""
        page = self._opened.get(who)
        if page is None:
            return
        try:
            await self._make(house, workspace, who, page)
        except DeliveryError as problem:
            log.info("App Home stays as it was: %s", problem)

    async def _make(self, house: House, workspace: Workspace, who: Address, page: _Page) -> None:
        page.again = True
        if page.making:
            return
        page.making = True
        try:
            while page.again:
                page.again = False
                await self._publish(house, workspace, who, page)
        finally:
            page.making = False

    async def _publish(self, house: House, workspace: Workspace, who: Address, page: _Page) -> None:
        made = await house.home(who)
        words = _words(made, house)
        if words == page.words:
            return

        async def show(file: str) -> str:
            view = home_view(made, house.commands(), picture=file)
            told = await workspace.api.views_publish(user_id=who.id, view=view, hash=page.hash or None)
            return str((told.get("view") or {}).get("hash") or "")

        try:
            page.hash = await with_picture(workspace, made.picture, show)
        except Refused as refusal:
            if "hash_conflict" not in str(refusal) or not page.hash:
                raise
            # Another process was faster, with what was true then.
            page.hash, page.again = "", True
            return
        page.words = words


def _words(page: Outgoing, house: House) -> str:
    picture = hashlib.sha256(page.picture.data).hexdigest() if page.picture else ""
    return hashlib.sha256(json.dumps([home_view(page, house.commands()), picture]).encode()).hexdigest()
