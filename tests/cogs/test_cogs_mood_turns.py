"""/mood where presses follow each other faster than they are saved."""

from uuid import UUID

import pytest
from sqlalchemy import text

from bot.services.wellbeing.entries import CheckIn
from bot.services.wellbeing.moods import Moods
from db.work import Work
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import last
from tests.cogs.test_cogs_mood import press, say_yes
from tests.services.test_services_turns import rows

_LOCKS = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()")


async def test_what_is_pressed_is_added_to_what_stands_and_not_to_what_stood(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say_yes(town, town.robin)
    made = await press(town, town.robin)
    ((entry,),) = await rows(town.program, "SELECT id FROM mood_entries")
    held: list[int] = []
    one = Moods.one

    async def watched(self: Moods, work: Work, user_id: UUID, entry_id: UUID) -> CheckIn:
        held.append(int(await work.session.scalar(_LOCKS) or 0))
        return await one(self, work, user_id, entry_id)

    monkeypatch.setattr(Moods, "one", watched)
    await town.robin.select(last(made), ["4"], custom_id=f"moods:set:{entry}:energy")
    assert held[0] == 1, "read behind the lock: a press right after this one waits, and sees it"
    form = await town.robin.click(last(made), label="Note and more…")
    held.clear()
    await town.robin.submit_modal(form, {"tags": "sea"})
    assert held[0] == 1
