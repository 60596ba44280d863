"""`keys rotate`: what an old key of the house sealed is sealed with the new one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.local.errors import StartError
from bot.local.upkeep import reached
from bot.services.keys.vault import VaultError, open_vault
from bot.services.talk.stores import Webhooks
from bot.services.wellbeing.sealing import PersonSeals
from bot.settings import Settings
from db.work import Database

Tell = Callable[[str], None]


async def rotate(settings: Settings, *, tell: Tell) -> bool:
    """Seal people's keys and webhooks' tokens anew. False where some could be opened with no key that is here."""
    try:
        secret = settings.secret_key.get_secret_value()
        vault = await asyncio.to_thread(open_vault, secret, settings.data_dir)
    except VaultError as error:
        raise StartError(str(error)) from error
    async with reached(settings) as place:
        database = Database(place.url, pool_size=2, max_overflow=0)
        try:
            people = await PersonSeals(vault).rotate(database)
            webhooks = await Webhooks(database, vault).rotate()
        finally:
            await database.close()
    tell(f"Sealed anew: the keys of {people.done} people, the tokens of {webhooks} webhooks.")
    if people.lost:
        tell(
            f"The keys of {people.lost} people were sealed with a key that is not here: what they wrote cannot be "
            "opened. Add that key behind the others in SECRET_KEY, then repeat this."
        )
        return False
    tell("No key but the first of SECRET_KEY is needed to open what is sealed. Older signatures of the audit log need")
    tell("theirs to be checked: keep it where backups are, or behind the new one.")
    return True
