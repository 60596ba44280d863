"""Where a book is in force: a server, a channel, a conversation, wherever a character speaks, or with a persona.

Who may attach it: in a server and its channels who manages the server (Discord's Manage Server); to a character its
maker; to a persona its owner; to a conversation who arranges that (who began it, its moderators, Manage Messages).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bot import limits
from bot.errors import Conflict, LimitReached, NotAllowed, NotFound
from bot.ports import Place, Via
from bot.services.characters import not_found
from bot.services.lore.access import may_of, opened
from bot.services.lore.fields import Field, Kind, Section, written
from bot.services.lore.forms import read_typed
from bot.services.lore.shown import May
from bot.services.people.personas import no_such_persona
from bot.services.talk.conversations.seats import Asking, Deed, Seats, active, nobody_here
from bot.texts import N_
from db import functions_lore as functions
from db.functions_lore import AttachedRow
from db.models import AttachmentOverrides, LoreAttachment, LoreScope
from db.queries import characters, people
from db.queries.lore import attachments, books
from db.queries.talk import conversations
from db.work import Actor, Database, Work

__all__ = ["OVERRIDES", "Attached", "LoreAttachments", "LoreScope", "Target"]

JOB = "lore"

OVERRIDES: Mapping[str, Field] = {
    one.name: one
    for one in (
        Field("scan_depth", N_("Scan depth"), Kind.NUMBER, Section.SCAN, N_("Here; empty: as the book."),
              least=0, most=int(limits.LORE_SCAN_DEPTH_MAX), is_optional=True),
        Field("token_budget", N_("Budget in tokens"), Kind.NUMBER, Section.BUDGET, N_("Here; empty: as the book."),
              least=0, most=int(limits.LORE_BUDGET_MAX), is_optional=True),
        Field("recursion", N_("Entries wake each other"), Kind.CHOICE, Section.WAKING, N_("Here; empty: as the book."),
              choices=(("yes", N_("Yes")), ("no", N_("No"))), is_optional=True),
        Field("place", N_("Place among the books here"), Kind.NUMBER, Section.ORDER, N_("Lower comes first."),
              default=0, least=0, most=1000),
    )
}  # fmt: skip
"""What a book may do otherwise where it is attached."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a book is attached to. Without an id: the server, channel or conversation it is asked from."""

    scope: LoreScope
    id: UUID | None = None
    channel_id: int | None = None

    @classmethod
    def server(cls) -> Target:
        """The server it is asked from."""
        return cls(LoreScope.SERVER)

    @classmethod
    def channel(cls, channel_id: int | None = None) -> Target:
        """A channel of that server; without an id the one it is asked from."""
        return cls(LoreScope.CHANNEL, channel_id=channel_id)

    @classmethod
    def conversation(cls) -> Target:
        """The conversation that goes on where it is asked from."""
        return cls(LoreScope.CONVERSATION)

    @classmethod
    def character(cls, character_id: UUID) -> Target:
        """Wherever a character speaks."""
        return cls(LoreScope.CHARACTER, character_id)

    @classmethod
    def persona(cls, persona_id: UUID) -> Target:
        """Wherever its owner wears a persona."""
        return cls(LoreScope.PERSONA, persona_id)


@dataclass(frozen=True, slots=True)
class Attached:
    """A book in force somewhere. `book_may` is what the one who looks may do with it, None: not even read it.

    `target_name` is the name of the character or persona; empty else. `may_detach`: the one who looks may take it away.
    """

    id: UUID
    book_id: UUID
    book_name: str
    book_may: May | None
    scope: LoreScope
    guild_id: int | None
    channel_id: int | None
    character_id: UUID | None
    persona_id: UUID | None
    conversation_id: UUID | None
    target_name: str
    attached_by: UUID
    is_enabled: bool
    overrides: AttachmentOverrides
    place: int
    entries: int
    tokens: int
    may_detach: bool = False

    def typed(self) -> dict[str, str]:
        """What a form shows of its overrides."""
        own = self.overrides
        recursion = None if own.recursion is None else "yes" if own.recursion else "no"
        values = {
            "scan_depth": own.scan_depth, "token_budget": own.token_budget, "recursion": recursion, "place": self.place,
        }  # fmt: skip
        return {name: written(one, values[name]) for name, one in OVERRIDES.items()}


class LoreAttachments:
    """Which books count where. Each method works in the name of who asks: `work` is theirs."""

    def __init__(self, database: Database) -> None:
        self._seats = Seats(database)

    async def attach(self, work: Work, asking: Asking, book_id: UUID, target: Target) -> Attached:
        """Let a book that one may read count somewhere. It does as long as who attached it may read it.

        Raises `NotFound`, `NotAllowed`, `Conflict` (it is attached there already) or `LimitReached`.
        """
        await opened(work, asking.by, book_id)
        where = await self._where(work, asking, target)
        there = await self._rows(work, **where)
        if any(one.book_id == book_id for one in there):
            raise _attached_already()
        if len(there) >= limits.LORE_ATTACHED_MAX:
            raise LimitReached(
                "too_many_attached",
                N_("{maximum} lore books are attached there, which is as many as can be. Detach one first."),
                maximum=int(limits.LORE_ATTACHED_MAX),
            )
        row = LoreAttachment(
            book_id=book_id, attached_by=asking.by, place=max((one.place for one in there), default=-1) + 1,
            scope=target.scope, overrides=AttachmentOverrides(), **_columns(where),
        )  # fmt: skip
        try:
            await attachments.add(work.session, row)
        except IntegrityError as error:
            # Two commands at once both passed the check above.
            raise _attached_already() from error
        return await self._one(work, asking, row.id)

    async def detach(self, work: Work, asking: Asking, attachment_id: UUID) -> Attached:
        """The book counts there no more. Also for whoever rules over the book. Raises `NotFound` or `NotAllowed`."""
        found = await self._one(work, asking, attachment_id)
        if not found.may_detach:
            raise _not_yours()
        job = await work.become(Actor.job(JOB))
        await functions.detach(job.session, attachment_id)
        await work.become(work.actor)
        return found

    async def switch(self, work: Work, asking: Asking, attachment_id: UUID, is_enabled: bool) -> Attached:
        """Let it rest there, or count again. Raises `NotFound` or `NotAllowed`."""
        await self._ruled(work, asking, attachment_id)
        return await self._arrange(work, asking, attachment_id, is_enabled=is_enabled)

    async def override(self, work: Work, asking: Asking, attachment_id: UUID, typed: Mapping[str, str]) -> Attached:
        """What it does otherwise there (`OVERRIDES`), as typed; empty: as the book. Raises `InvalidInput`, …"""
        values = read_typed(OVERRIDES, typed)
        found = await self._ruled(work, asking, attachment_id)
        place = values.pop("place", None)
        if "recursion" in values:
            values["recursion"] = None if values["recursion"] is None else values["recursion"] == "yes"
        overrides = AttachmentOverrides.model_validate({**found.overrides.model_dump(), **values})
        return await self._arrange(
            work, asking, attachment_id, overrides=overrides, place=None if place is None else int(str(place))
        )

    async def here(self, work: Work, asking: Asking) -> tuple[Attached, ...]:
        """The books attached to this server, channel and conversation, its characters, and the persona one wears."""
        place = asking.place
        conversation_id = await active(work, asking.by, place)
        characters_here: list[UUID] = []
        personas: list[UUID] = []
        if conversation_id is not None:
            turn = await work.become(Actor.turn(conversation_id, asking.by))
            present = await conversations.present(turn.session, conversation_id)
            characters_here = [one.character_id for one in present]
            await work.become(work.actor)
            worn = await people.asker(await work.direct(), asking.by, conversation_id)
            personas = [worn.persona.id] if worn is not None and worn.persona is not None else []
        rows = await self._rows(
            work,
            guild_id=place.guild_id,
            channel_ids=list({place.channel_id, place.webhook_channel_id}),
            conversation_id=conversation_id,
            character_ids=characters_here,
            persona_ids=personas,
        )
        return await self._shown(work, asking, rows)

    async def of_book(self, work: Work, asking: Asking, book_id: UUID) -> tuple[Attached, ...]:
        """Where a book is attached: anywhere for who rules over it, else where one attached it oneself.

        As many as a menu shows (`LORE_ATTACHED_MAX`); `LoreBook.attached` counts all.
        """
        found = await opened(work, asking.by, book_id)
        rules = may_of(asking.by, found).includes(May.ADMIN)
        most = int(limits.LORE_ATTACHED_MAX)
        ids = await attachments.of_book(work.session, book_id, None if rules else asking.by, limit=most)
        job = await work.become(Actor.job(JOB))
        rows = [row for one in ids for row in await functions.attached(job.session, attachment_id=one)]
        await work.become(work.actor)
        return await self._shown(work, asking, rows)

    # ------------------------------------------------------------------------------------------------ who may

    async def _where(self, work: Work, asking: Asking, target: Target) -> dict[str, object]:
        place = asking.place
        match target.scope:
            case LoreScope.SERVER:
                _refuse_no_manager(asking)
                return {"guild_id": place.guild_id}
            case LoreScope.CHANNEL:
                if not _is_own_dm(place):
                    _refuse_no_manager(asking)
                return {"channel_ids": [target.channel_id or place.channel_id]}
            case LoreScope.CHARACTER:
                await self._refuse_no_maker(work, asking.by, target.id)
                return {"character_ids": [target.id]}
            case LoreScope.PERSONA:
                if target.id is None or await people.persona(work.session, asking.by, target.id) is None:
                    raise no_such_persona()
                return {"persona_ids": [target.id]}
            case LoreScope.CONVERSATION:
                conversation_id = target.id or await active(work, asking.by, place)
                if conversation_id is None:
                    raise nobody_here()
                await self._refuse_no_arranger(work, asking, conversation_id)
                return {"conversation_id": conversation_id}

    async def _refuse_no_maker(self, work: Work, user_id: UUID, character_id: UUID | None) -> None:
        row = None if character_id is None else await characters.by_id(work.session, character_id)
        if row is None:
            raise not_found()
        if row.character.owner_id != user_id:
            raise NotAllowed(
                "not_your_character_to_equip",
                N_("Only who made {name} can attach lore to it. Attach the book to this conversation instead."),
                name=row.character.name,
            )

    async def _refuse_no_arranger(self, work: Work, asking: Asking, conversation_id: UUID) -> None:
        turn = await work.become(Actor.turn(conversation_id, asking.by))
        await self._seats.at(turn, asking, Deed.ARRANGE, conversation_id)
        await work.become(work.actor)

    async def _rules(self, work: Work, asking: Asking, row: AttachedRow) -> bool:
        """Whether who asks decides what holds where this is attached."""
        if row.attached_by == asking.by:
            return True
        place, manages = asking.place, asking.rights.may_administer
        match row.scope:
            case LoreScope.SERVER:
                return manages and row.guild_id == place.guild_id
            case LoreScope.CHANNEL:
                here = {place.channel_id, place.webhook_channel_id}
                return row.channel_id in here and (manages or _is_own_dm(place))
            case LoreScope.CHARACTER:
                found = None if row.character_id is None else await characters.by_id(work.session, row.character_id)
                return found is not None and found.character.owner_id == asking.by
            case LoreScope.PERSONA:
                return False
            case LoreScope.CONVERSATION:
                if row.conversation_id is None or row.conversation_id != await active(work, asking.by, place):
                    return False
                try:
                    await self._refuse_no_arranger(work, asking, row.conversation_id)
                except (NotAllowed, NotFound):
                    await work.become(work.actor)
                    return False
                return True

    async def _ruled(self, work: Work, asking: Asking, attachment_id: UUID) -> AttachedRow:
        rows = await self._rows(work, attachment_id=attachment_id)
        if not rows or not await self._is_known(work, asking, rows[0]):
            raise _no_such_attachment()
        if not await self._rules(work, asking, rows[0]):
            raise _not_yours()
        return rows[0]

    async def _is_known(self, work: Work, asking: Asking, row: AttachedRow) -> bool:
        """Whether who asks may know of it: it is theirs, or in force here, or of a book they rule over."""
        if row.attached_by == asking.by or await self._rules(work, asking, row):
            return True
        if row.owner_id == asking.by or any(one.id == row.id for one in await self.here(work, asking)):
            return True
        found = await books.by_id(work.session, asking.by, row.book_id)
        return found is not None and may_of(asking.by, found).includes(May.ADMIN)

    # ------------------------------------------------------------------------------------------------ within

    async def _rows(self, work: Work, **where: object) -> Sequence[AttachedRow]:
        job = await work.become(Actor.job(JOB))
        rows = await functions.attached(job.session, **where)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        await work.become(work.actor)
        return rows

    async def _arrange(
        self,
        work: Work,
        asking: Asking,
        attachment_id: UUID,
        *,
        is_enabled: bool | None = None,
        overrides: AttachmentOverrides | None = None,
        place: int | None = None,
    ) -> Attached:
        job = await work.become(Actor.job(JOB))
        await functions.arrange(job.session, attachment_id, is_enabled=is_enabled, overrides=overrides, place=place)
        await work.become(work.actor)
        return await self._one(work, asking, attachment_id)

    async def _one(self, work: Work, asking: Asking, attachment_id: UUID) -> Attached:
        rows = await self._rows(work, attachment_id=attachment_id)
        if not rows or not await self._is_known(work, asking, rows[0]):
            raise _no_such_attachment()
        return (await self._shown(work, asking, rows))[0]

    async def _shown(self, work: Work, asking: Asking, rows: Sequence[AttachedRow]) -> tuple[Attached, ...]:
        found = await books.by_ids(work.session, asking.by, list({row.book_id for row in rows}))
        names = dict(await people.persona_names(work.session, asking.by)) if any(r.persona_id for r in rows) else {}
        shown: list[Attached] = []
        for row in rows:
            book = found.get(row.book_id)
            may = None if book is None else may_of(asking.by, book)
            rules_book = may is not None and may.includes(May.ADMIN)
            shown.append(
                Attached(
                    row.id, row.book_id, row.book_name, may, row.scope, row.guild_id, row.channel_id, row.character_id,
                    row.persona_id, row.conversation_id,
                    row.target_name or (names.get(row.persona_id, "") if row.persona_id else ""), row.attached_by,
                    row.is_enabled, row.overrides, row.place, row.entries, row.tokens,
                    may_detach=rules_book or await self._rules(work, asking, row),
                )
            )  # fmt: skip
        return tuple(shown)


def _columns(where: Mapping[str, object]) -> dict[str, object]:
    """The one column of an attachment that says where."""
    one = {"channel_ids": "channel_id", "character_ids": "character_id", "persona_ids": "persona_id"}
    return {one.get(name, name): value[0] if isinstance(value, list) else value for name, value in where.items()}


def _is_own_dm(place: Place) -> bool:
    return place.guild_id is None and place.via is Via.BOT


def _refuse_no_manager(asking: Asking) -> None:
    if asking.place.guild_id is None:
        raise NotAllowed(
            "no_server_here", N_("There is no server here. Attach the book to the conversation, or to a character.")
        )
    if not asking.rights.may_administer:
        raise NotAllowed(
            "not_server_manager",
            N_(
                "Only who may manage this server decides which lore counts in it. Attach the book to a conversation "
                "you began, or to a character you made."
            ),
        )


def _attached_already() -> Conflict:
    return Conflict(
        "attached_already",
        N_("This lore book is attached there already. /lore book here changes how it counts; nothing was changed."),
    )


def _no_such_attachment() -> NotFound:
    return NotFound(
        "no_such_attachment", N_("No such lore book is attached here. See /lore book here for those that are.")
    )


def _not_yours() -> NotAllowed:
    return NotAllowed(
        "not_yours_to_detach",
        N_("Only who attached this lore book, who rules over this place, and the book's owner can do that."),
    )
