"""Characters as cards again, each with its lore book: JSON of two specifications, or a picture that carries both."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot import limits
from bot.errors import LimitReached
from bot.services.characters import Characters
from bot.services.characters.cards.card import Card, Spec, written_card
from bot.services.characters.cards.columns import Columns, card_of
from bot.services.characters.cards.containers import with_card
from bot.services.characters.cards.json_files import JsonObject, as_bytes
from bot.services.characters.rows import columns_of
from bot.services.lore.formats.reading import Format
from bot.services.lore.formats.writing import written_book
from bot.services.lore.transfer.apart import apart
from bot.services.lore.transfer.exporting import GoingOut, LoreExports, slug, with_leaves
from bot.texts import N_
from db.queries.lore import files
from db.work import Actor, Database

_SIDE = 512
_PLAIN = (200, 118, 58, 255)
"""What a character without a face is drawn as: one colour."""


class CardFormat(StrEnum):
    """What a character can be written as."""

    PNG = "png"
    JSON_V3 = "json-v3"
    JSON_V2 = "json-v2"


@dataclass(frozen=True, slots=True)
class ExportedCard:
    """A card for its maker. `entries` counts those of the lore book in it."""

    name: str
    file_name: str
    data: bytes
    entries: int


class CardExports:
    """Writes characters as cards."""

    def __init__(self, database: Database, characters: Characters, books: LoreExports) -> None:
        self._database = database
        self._characters = characters
        self._books = books

    async def export(self, user_id: UUID, character_id: UUID, kind: CardFormat) -> ExportedCard:
        """One's own character as a card. Raises `NotFound`, `NotAllowed`, or `LimitReached` for a file too large."""
        async with self._database.work(Actor.user(user_id)) as work:
            await self._characters.draft_of(work, user_id, character_id)
            seen = await self._characters.get(work, character_id)
            row = await files.character(work.session, character_id)
            assert row is not None
            columns, raw = columns_of(row), row.card
            books = await files.books_of_character(work.session, user_id, character_id)
        going = await self._books.going(user_id, books[0].id) if books else None
        face = await self._characters.pictures.read(seen.picture_sha256) if seen.picture_sha256 else None
        heavy = going is not None and going.is_heavy
        data, entries = await apart(written_apart, columns, raw, going, kind, face, heavy=heavy)
        if len(data) > limits.EXPORT_BYTES_MAX:
            raise LimitReached(
                "export_card_too_large",
                N_("The card has {size} MB with its lore book; at most {maximum} can be sent. Export the book alone."),
                size=f"{len(data) / 1_000_000:.1f}",
                maximum=f"{limits.EXPORT_BYTES_MAX / 1_000_000:.0f}",
            )
        ending = "png" if kind is CardFormat.PNG else f"{kind.value[-2:]}.json"
        file_name = f"{slug(columns.name, 'character')}.{ending}"
        return ExportedCard(columns.name, file_name, data, entries)


def written_apart(
    columns: Columns, raw: JsonObject | None, going: GoingOut | None, kind: CardFormat, face: bytes | None
) -> tuple[bytes, int]:
    """The card, and how many entries are in its book. For `apart`."""
    shelf = None if going is None else with_leaves(going.shelf, going.pages)
    card = card_of(columns, raw, None if shelf is None else written_book(shelf, Format.CHARACTER_BOOK))
    entries = 0 if shelf is None else len(shelf.leaves)
    if kind is not CardFormat.PNG:
        return _json(card, Spec.V3 if kind is CardFormat.JSON_V3 else Spec.V2, indent=True), entries
    # Whoever reads only the older one finds that, too.
    carried = {"chara": _json(card, Spec.V2), "ccv3": _json(card, Spec.V3)}
    return with_card(face or _plain_picture(), carried), entries


def _json(card: Card, spec: Spec, *, indent: bool = False) -> bytes:
    return as_bytes(written_card(card, spec), indent=indent)


def _plain_picture() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGBA", (_SIDE, _SIDE), _PLAIN).save(out, "PNG", optimize=True)
    return out.getvalue()
