"""People who keep check-ins, for tests."""

from collections.abc import Sequence
from uuid import UUID

from bot.services.keys.vault import Vault
from bot.services.wellbeing.consent import VERSION
from bot.services.wellbeing.entries import CheckIn, CheckInDraft
from bot.services.wellbeing.moods import Moods
from db import functions
from db.models import MoodSource, SaidIn
from db.work import Actor, Database
from tests.fakes.clock import FakeClock

KEY = bytes(range(32))


class Diary:
    """One person and their check-ins, each act in a work of its own."""

    def __init__(self, database: Database, moods: Moods, user_id: UUID) -> None:
        self.database, self.moods, self.id = database, moods, user_id

    @property
    def me(self) -> Actor:
        return Actor.user(self.id)

    async def add(self, draft: CheckInDraft | str, *, once: str = "", source: MoodSource = MoodSource.WEB) -> CheckIn:
        chosen = CheckInDraft(draft) if isinstance(draft, str) else draft
        async with self.database.work(self.me) as work:
            return await self.moods.add(work, self.id, chosen, source=source, once=once)

    async def all(self) -> Sequence[CheckIn]:
        async with self.database.work(self.me) as work:
            return await self.moods.everything(work, self.id)


async def diary(
    database: Database,
    clock: FakeClock,
    *,
    discord_id: int = 501,
    zone: str = "",
    moods: Moods | None = None,
    opted_in: bool = True,
) -> Diary:
    """Somebody who said yes."""
    moods = moods or Moods(clock, Vault([KEY]))
    async with database.work(Actor.job("test")) as work:
        user_id = await functions.arrive(
            work.session, discord_id=discord_id, username=f"p{discord_id}", display_name=f"P{discord_id}"
        )
    async with database.work(Actor.user(user_id)) as work:
        if opted_in:
            await moods.opt_in(work, user_id, version=VERSION, said_in=SaidIn.WEB)
            if zone:
                await moods.set_time_zone(work, user_id, zone)
    return Diary(database, moods, user_id)
