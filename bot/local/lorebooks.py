"""`lore publish|withdraw|curate|feature`: what only who runs the program decides about a lore book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import NotFound
from bot.local.errors import StartError
from bot.local.upkeep import reached
from bot.services.lore.publishing import Publishing
from bot.settings import Settings
from db.work import Database

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a word changes of a book (None: nothing), and what is said of it."""

    said: str
    visibility: str | None = None
    is_curated: bool | None = None
    is_featured: bool | None = None


DEEDS = {
    "publish": Decision("Everybody may read the lore book {code} now.", visibility="public"),
    "withdraw": Decision("The lore book {code} is its owner's now, and of whom they let in.", visibility="private"),
    "curate": Decision("The lore book {code} is marked as looked over.", is_curated=True),
    "uncurate": Decision("The lore book {code} is not marked as looked over any more.", is_curated=False),
    "feature": Decision("The lore book {code} comes first among the public ones now.", is_featured=True),
    "unfeature": Decision("The lore book {code} stands among the others again.", is_featured=False),
}
"""The words of the command line."""


async def decide(settings: Settings, deed: str, code: str, notes: str | None, *, tell: Tell) -> None:
    """Do one of `DEEDS` to the book with this code. Raises `StartError` where there is none."""
    what = DEEDS[deed]
    async with reached(settings) as place:
        database = Database(place.url, pool_size=1, max_overflow=0)
        try:
            await Publishing(database).publish(
                code,
                visibility=what.visibility,
                is_curated=what.is_curated,
                is_featured=what.is_featured,
                notes=notes,
            )
        except NotFound as error:
            raise StartError(f"{error} Nothing was changed. Its owner sees the code with /lore book edit.") from error
        finally:
            await database.close()
    tell(what.said.format(code=code.strip().lower()))
