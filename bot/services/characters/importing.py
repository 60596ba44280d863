"""Characters out of cards: made anew, or one's own brought up to date with what differs.

Everything is read and refused before anything is written. The card itself is kept with the character, so that what
nobody here knows goes out again with it; its lore book becomes one of its owner's, in force wherever it speaks.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import Conflict, InvalidInput, NotFound, UserError
from bot.services.characters import Character, CharacterDraft, Characters, DetailsDraft, Picture
from bot.services.characters.cards import told
from bot.services.characters.cards.card import Card, JsonObject, read_card
from bot.services.characters.cards.columns import Columns, Fitted, fitted
from bot.services.characters.cards.containers import unwrapped
from bot.services.characters.parts import CardFields
from bot.services.characters.rows import columns_of
from bot.services.lore.transfer.importing import Choice, LoreImports, Progress
from bot.services.lore.transfer.parsing import parse_card, read_file
from bot.services.money.limits_of import Limits
from bot.texts import N_, Say
from db.models import ImportState, LoreImport
from db.queries.lore import files
from db.work import Actor, Database, Work

CARD = "card"
"""What a waiting import is marked with that is a character's, not a book's."""

_ASSET_BYTES = 100_000
_PART_OF_FORM = frozenset({"name", "description"})


class Difference(StrEnum):
    """How a card and a character differ in one field."""

    CHANGED = "changed"
    """The card says something new."""
    BOTH = "both"
    """The card says something new, and the character was changed here."""
    OURS = "ours"
    """The character was changed here only."""


@dataclass(frozen=True, slots=True)
class CardRead:
    """A card, read and made to fit. `data` is the file it came in; `has_book`: a lore book with entries is in it."""

    card: Card
    made: Fitted
    data: bytes
    file_name: str
    picture: Picture | None
    has_book: bool
    report: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What became of a card. `book` tells of its lore book, `book_refused` why there is none though the card has one.

    `waits` is the import that its maker has to decide about, `differ` what it is about, by field.
    """

    character: Character
    report: tuple[str, ...]
    book: Progress | None = None
    book_refused: str | None = None
    waits: UUID | None = None
    differ: Mapping[str, Difference] | None = None


class CardImports:
    """Brings cards in."""

    def __init__(
        self,
        database: Database,
        characters: Characters,
        books: LoreImports,
        clock: Clock | None = None,
        *,
        plan_limits: Limits | None = None,
    ) -> None:
        self._database = database
        self._characters = characters
        self._books = books
        self._clock = clock or SystemClock()
        self._plan_limits = plan_limits or Limits()

    async def read(
        self, data: bytes, file_name: str, say: Say, *, name: str | None = None, otherwise: str | None = None
    ) -> CardRead:
        """The card in a file, made to fit. `name` is wished for in place of its own, `otherwise` where that cannot be.

        Raises `InvalidInput` that says what is wrong with it.
        """
        found = await asyncio.to_thread(unwrapped, data)
        raw = await parse_card(found.json)
        face = found.picture or _face_of(read_card(raw))
        dropped = _slimmed(raw)
        has_book = await self._has_book(data, read_card(raw), say.language)
        if has_book:
            # It is written anew from the lore book it becomes.
            cast(JsonObject, raw["data"])["character_book"] = None
        card = read_card(raw)
        made = fitted(card, name=name) if otherwise is None else _fitted(card, otherwise)
        report = [*told.lines(card, made, found.assets, say)]
        report += [say("{path}: a file beside the card; not taken over.", path=one) for one in dropped]
        picture = None
        if face is not None:
            try:
                # The card counts as one file, whatever is in it.
                picture = replace(await self._characters.pictures.prepare(face), size_bytes=0)
            except InvalidInput as error:
                report.append(say.error(error))
        return CardRead(card, made, data, file_name, picture, has_book, tuple(report))

    async def create(self, user_id: UUID, read: CardRead, say: Say, *, taken: Iterable[str] = ()) -> BroughtIn:
        """A new private character. Raises `InvalidInput`, `LimitReached` or `Conflict`."""
        columns, taken = read.made.columns, tuple(taken)
        draft = CharacterDraft(columns.name, columns.description)
        async with self._database.work(Actor.user(user_id)) as work:
            await self._plan_limits.upload(work, user_id, len(read.data))
            made = await self._characters.create(
                work, user_id, draft, picture=read.picture, taken=taken, card=read.made.fields
            )
            await self._rest(work, user_id, made.id, columns, {field.name for field in fields(Columns)}, taken)
            character = await self._characters.get(work, made.id)
        return await self._with_book(BroughtIn(character, read.report), user_id, read, say)

    async def compare(self, user_id: UUID, character_id: UUID, read: CardRead, say: Say) -> BroughtIn:
        """One's own character beside a card: what differs, and an import that waits for `choose`, if anything does.

        Raises `NotFound` or `NotAllowed`.
        """
        async with self._database.work(Actor.user(user_id)) as work:
            character, ours, base = await self._ours(work, user_id, character_id)
            differ = _differ(ours, base, read.made.columns)
            report = read.report
            if not differ and not read.has_book:
                return BroughtIn(character, report, differ=differ)
            await self._plan_limits.upload(work, user_id, len(read.data))
            row = LoreImport(
                user_id=user_id, file_name=read.file_name[: limits.FILE_NAME_MAX], format=CARD, content=read.data,
                choices={"character_id": str(character_id), "language": say.language},
                report={"name": character.name},
            )  # fmt: skip
            await files.add(work.session, row)
            return BroughtIn(character, report, waits=row.id, differ=differ)

    async def choose(
        self, user_id: UUID, import_id: UUID, choice: Choice, say: Say, *, taken: Iterable[str] = ()
    ) -> BroughtIn:
        """Do what `compare` found. Raises `UserError`; a card that was decided about already is a `Conflict`."""
        async with self._database.work(Actor.user(user_id)) as work:
            row = await _waiting(work, import_id)
            data, file_name, character_id = cast(bytes, row.content), row.file_name, UUID(row.choices["character_id"])
            named = (await self._characters.get(work, character_id)).name
        read = await self.read(data, file_name, say, otherwise=named)
        async with self._database.work(Actor.user(user_id)) as work:
            _, ours, base = await self._ours(work, user_id, character_id)
            differ = _differ(ours, base, read.made.columns)
            wanted = {
                name for name, how in differ.items() if choice is Choice.THEIRS or how is Difference.CHANGED
            }  # fmt: skip
            await self._renew(work, user_id, character_id, read, wanted, tuple(taken))
            if read.picture is not None and choice is Choice.THEIRS:
                await self._characters.wear(work, user_id, character_id, read.picture)
            row = await _waiting(work, import_id)
            row.state, row.content, row.finished_at = ImportState.DONE, None, self._clock.now()
            character = await self._characters.get(work, character_id)
            books = await files.books_of_character(work.session, user_id, character_id)
        brought = BroughtIn(character, read.report, differ=differ)
        return await self._with_book(brought, user_id, read, say, books[0].id if books else None, choice)

    async def leave(self, user_id: UUID, import_id: UUID) -> None:
        """Change nothing. Raises `NotFound` or `Conflict`."""
        async with self._database.work(Actor.user(user_id)) as work:
            row = await _waiting(work, import_id)
            row.state, row.content, row.finished_at = ImportState.CANCELLED, None, self._clock.now()

    # ------------------------------------------------------------------------------------------------ written

    async def _renew(
        self, work: Work, user_id: UUID, character_id: UUID, read: CardRead, wanted: set[str], taken: tuple[str, ...]
    ) -> None:
        columns = read.made.columns
        if _PART_OF_FORM & wanted:
            draft = await self._characters.draft_of(work, user_id, character_id)
            changes = {name: getattr(columns, name) for name in _PART_OF_FORM & wanted}
            await self._characters.edit(work, user_id, character_id, replace(draft, **changes), taken=taken)
        every = read.made.fields
        kept = {_FIELD_OF.get(name, name) for name in wanted} | {"card", "card_spec"}
        some = {one.name: getattr(every, one.name) for one in fields(CardFields) if one.name in kept}
        await self._characters.fill(work, user_id, character_id, CardFields(**some))
        await self._rest(work, user_id, character_id, columns, wanted, taken)

    async def _rest(
        self, work: Work, user_id: UUID, character_id: UUID, columns: Columns, wanted: set[str], taken: Iterable[str]
    ) -> None:
        """What is kept by forms and menus of its own."""
        if wanted & {"nickname", "age", "phrases"}:
            known = await self._characters.details_of(work, user_id, character_id)
            details = DetailsDraft(
                columns.nickname if "nickname" in wanted else known.nickname,
                ("" if columns.age is None else str(columns.age)) if "age" in wanted else known.age,
                "\n".join(columns.phrases) if "phrases" in wanted else known.phrases,
            )
            await self._characters.detail(work, user_id, character_id, details, taken=taken)
        if "tags" in wanted and columns.tags:
            await self._characters.tag(work, user_id, character_id, ", ".join(columns.tags))
        if "chosen" in wanted:
            for field, value in columns.chosen.items():
                await self._characters.choose(work, user_id, character_id, field, value)

    async def _ours(self, work: Work, user_id: UUID, character_id: UUID) -> tuple[Character, Columns, Columns | None]:
        """The character, what its columns say, and what its card made of them when it came."""
        await self._characters.draft_of(work, user_id, character_id)
        row = await files.character(work.session, character_id)
        assert row is not None
        base = None if row.card is None else _fitted(read_card(row.card), row.name).columns
        return await self._characters.get(work, character_id), columns_of(row), base

    async def _with_book(
        self,
        brought: BroughtIn,
        user_id: UUID,
        read: CardRead,
        say: Say,
        book_id: UUID | None = None,
        choice: Choice | None = None,
    ) -> BroughtIn:
        if not read.has_book:
            return brought
        try:
            book = await self._books.begin(
                user_id, read.data, read.file_name, say.language, book_id=book_id,
                character_id=brought.character.id, called=brought.character.name,
            )  # fmt: skip
            if book.waits and choice is not None:
                book = await self._books.choose(user_id, book.id, choice)
        except UserError as error:
            return replace(brought, book_refused=say.error(error))
        return replace(brought, book=book)

    async def _has_book(self, data: bytes, card: Card, language: str) -> bool:
        """Whether there are entries. Raises `InvalidInput` where they cannot be imported, so before anything is."""
        if card.book is None or not isinstance(card.raw.get("data"), dict):
            return False
        try:
            await read_file(data, card.name, language)
        except InvalidInput as error:
            if error.code in {"book_without_entries", "card_without_book", "not_a_lore_book"}:
                return False
            raise
        return True


_FIELD_OF = {"creator": "card_creator", "version": "card_version"}
"""Columns of a card that `CardFields` calls otherwise."""


def _differ(ours: Columns, base: Columns | None, theirs: Columns) -> dict[str, Difference]:
    """Field by field; what is the same is left out."""
    found: dict[str, Difference] = {}
    for one in fields(Columns):
        mine, new = getattr(ours, one.name), getattr(theirs, one.name)
        was = mine if base is None else getattr(base, one.name)
        if mine == new:
            continue
        if base is not None and new == was:
            found[one.name] = Difference.OURS
        else:
            found[one.name] = Difference.CHANGED if base is not None and mine == was else Difference.BOTH
    return found


def _fitted(card: Card, name: str) -> Fitted:
    try:
        return fitted(card)
    except InvalidInput:
        return fitted(card, name=name)


def _slimmed(raw: JsonObject) -> list[str]:
    """Take files written into the card itself out of it, where they are large; their names."""
    data: Any = raw.get("data")
    assets: Any = cast(JsonObject, data).get("assets") if isinstance(data, dict) else None
    if not isinstance(assets, list):
        return []
    large = [one for one in cast("list[Any]", assets) if len(_uri(one)) > _ASSET_BYTES]
    if large:
        cast(JsonObject, data)["assets"] = [one for one in cast("list[Any]", assets) if one not in large]
    return [f"{one.get('type')}/{one.get('name')}"[:80] for one in large]


def _face_of(card: Card) -> bytes | None:
    """The picture that a card brings within itself."""
    icons = [one for one in card.assets if one.get("type") == "icon" and _uri(one).startswith("data:image/")]
    icon = next((one for one in icons if one.get("name") == "main"), icons[0] if icons else None)
    if icon is None:
        return None
    try:
        return base64.b64decode(_uri(icon).partition(",")[2], validate=False)
    except binascii.Error:
        return None


def _uri(asset: object) -> str:
    uri = cast(JsonObject, asset).get("uri") if isinstance(asset, dict) else None
    return uri if isinstance(uri, str) else ""


async def _waiting(work: Work, import_id: UUID) -> LoreImport:
    row = await files.one(work.session, import_id)
    if row is None or row.format != CARD:
        raise NotFound("no_such_import", N_("There is no such card any more. Send it again with /character import."))
    if row.state is not ImportState.WAITING or row.content is None:
        raise Conflict("card_decided", N_("This was decided already. Send the card again with /character import."))
    return row
