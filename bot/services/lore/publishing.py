"""The operator's word on a book: whether everybody may read it, whether it was looked over, whether it is shown."""

from __future__ import annotations

from uuid import UUID

from bot.errors import NotFound
from bot.services.lore.sharing import JOB
from bot.texts import N_
from db import functions_lore as functions
from db.models import Visibility
from db.work import Actor, Database


class Publishing:
    """What nobody does from Discord: only who runs the program makes a book public, curated or featured."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(
        self,
        code: str,
        *,
        visibility: str | None = None,
        is_curated: bool | None = None,
        is_featured: bool | None = None,
        notes: str | None = None,
    ) -> UUID:
        """Change any of these of the book with this code; its id. Raises `NotFound`, ValueError for a visibility."""
        async with self._database.work(Actor.job(JOB)) as work:
            found = await functions.publish(
                work.session,
                code.strip().lower(),
                visibility=None if visibility is None else Visibility(visibility).value,
                curated=is_curated,
                featured=is_featured,
                notes=notes,
            )
        if found is None:
            raise NotFound("no_such_code", N_("No lore book has the code {code}."), code=code[:20])
        return found
