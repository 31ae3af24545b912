"""App Home: the page a person sees on opening the bot, made again after whatever they do."""

from __future__ import annotations

import logging
from collections import OrderedDict

from bot.errors import DeliveryError
from bot.messages import Address, House

from .delivery import with_picture
from .views import home_view
from .workspaces import Workspace

log = logging.getLogger(__name__)

_MOST = 5_000


class Home:
    def __init__(self) -> None:
        self._opened: OrderedDict[Address, None] = OrderedDict()

    async def publish(self, house: House, workspace: Workspace, who: Address) -> None:
        self._opened[who] = None
        self._opened.move_to_end(who)
        while len(self._opened) > _MOST:
            self._opened.popitem(last=False)
        page = await house.home(who)

        async def show(file: str) -> None:
            view = home_view(page, house.commands(), picture=file)
            await workspace.api.views_publish(user_id=who.id, view=view)

        await with_picture(workspace, page.picture, show)

    async def refresh(self, house: House, workspace: Workspace, who: Address) -> None:
        """For those who have opened it since the bot started; for everybody else it is made when they do."""
        if who not in self._opened:
            return
        try:
            await self.publish(house, workspace, who)
        except DeliveryError as problem:
            log.info("App Home stays as it was: %s", problem)
