"""What a conversation is called and how it is kept: title, tags, settings, quiet, roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput, NotFound
from bot.ports import Offer
from bot.services.characters.details import clean_tags
from bot.services.characters.drafts import clean_text
from bot.services.characters.voices import chosen_offer
from bot.services.money.limits_of import Limits
from bot.services.talk.conversations.seats import Asking, Deed, Opened, Seats
from bot.services.talk.listening import Listening, announce
from bot.services.talk.turns import Turns
from bot.texts import N_
from db.models import Conversation, ConversationKind, ConversationSettings, ParticipantRole
from db.queries.talk import conversations

__all__ = [
    "RETENTION_DAYS",
    "Arrangements",
    "ConversationKind",
    "ConversationSettings",
    "Named",
    "ParticipantRole",
    "clean_title",
    "named",
]

RETENTION_DAYS = (1, 7, 30, 90, 365)
"""For how long what is said can be kept; for ever is None."""


@dataclass(frozen=True, slots=True)
class Named:
    """A conversation by what people call it: its title, else its characters."""

    id: UUID
    title: str
    characters: tuple[str, ...]


async def named(opened: Opened) -> Named:
    """What an opened conversation is called."""
    one = opened.conversation
    return Named(one.id, one.title, tuple(await conversations.cast_names(opened.work.session, one.id)))


class Arrangements:
    """Everything that may be decided about a conversation. `offers` are the models there are to choose from."""

    def __init__(
        self,
        seats: Seats,
        *,
        listening: Listening,
        turns: Turns,
        offers: Callable[[], tuple[Offer, ...]],
        plan_limits: Limits,
    ) -> None:
        self._seats = seats
        self._plan_limits = plan_limits
        self._listening = listening
        self._turns = turns
        self.offers = offers

    def check(self, title: str, tags: str) -> None:
        """Raise `InvalidInput` where either cannot be kept. Touches nothing."""
        clean_title(title)
        clean_tags(tags)

    async def entitle(self, asking: Asking, typed: str, which: str | None = None) -> Named:
        """Give a conversation a title; empty takes it away. Raises `InvalidInput`, `NotFound` or `NotAllowed`."""
        title = clean_title(typed)
        async with self._seats.opened(asking, Deed.ARRANGE, which) as opened:
            await conversations.change(opened.work.session, opened.conversation.id, title=title)
            opened.conversation.title = title
            return await named(opened)

    async def tag(self, asking: Asking, typed: str, which: str | None = None) -> tuple[Named, tuple[str, ...]]:
        """Tag a conversation; empty takes all tags away. Raises `InvalidInput`, `NotFound` or `NotAllowed`."""
        tags = clean_tags(typed)
        async with self._seats.opened(asking, Deed.ARRANGE, which) as opened:
            await conversations.change(opened.work.session, opened.conversation.id, tags=list(tags))
            return await named(opened), tags

    async def mute(self, asking: Asking, which: str | None = None, *, is_muted: bool) -> Named:
        """Nobody answers in the conversation until it may speak again; what is being said there is broken off.

        Raises `NotFound` or `NotAllowed`.
        """
        async with self._seats.opened(asking, Deed.ARRANGE, which) as opened:
            one = opened.conversation
            await conversations.change(opened.work.session, one.id, is_muted=is_muted)
            await announce(opened.work, one.id, one.channel_id)
            found = await named(opened)
        await self._heard(one)
        if is_muted:
            self._turns.hush(one.id)
        return found

    # -------------------------------------------------------------------------------------------- settings

    async def settings(self, asking: Asking, which: str | None = None) -> tuple[Named, ConversationSettings]:
        """How a conversation is kept, for who may change it. Raises `NotFound` or `NotAllowed`."""
        async with self._seats.opened(asking, Deed.ARRANGE, which) as opened:
            return await named(opened), opened.conversation.settings

    async def set_files(self, asking: Asking, which: str | None, *, allowed: bool) -> ConversationSettings:
        """Whether what comes with messages is taken in. Raises `NotFound` or `NotAllowed`."""
        return await self._set(asking, which, allow_files=allowed)

    async def set_retention(self, asking: Asking, which: str | None, days: int | None) -> ConversationSettings:
        """After how many days messages are forgotten; None: never. Raises `InvalidInput`, `NotFound`, `NotAllowed`."""
        if days is not None and not 1 <= days <= limits.RETENTION_DAYS_MAX:
            raise InvalidInput(
                "retention_out_of_range",
                N_("Days: choose a whole number from 1 to {maximum}; you chose {days}."),
                field="days",
                maximum=int(limits.RETENTION_DAYS_MAX),
                days=days,
            )
        return await self._set(asking, which, retention_days=days)

    async def set_history(self, asking: Asking, which: str | None, *, keeps: bool) -> ConversationSettings:
        """Whether what was said stays when the conversation ends. Raises `NotFound` or `NotAllowed`."""
        return await self._set(asking, which, keeps_history=keeps)

    async def set_model(self, asking: Asking, which: str | None, typed: str | None) -> ConversationSettings:
        """The model all its characters speak with; None: each with its own.

        Raises `InvalidInput` for one that is not offered, `NotFound`, or `NotAllowed` (also where it is in another plan
        than that of who asks).
        """
        offer = None if typed is None else chosen_offer(typed, self.offers())
        provider, model = (None, None) if offer is None else (offer.provider, offer.model)
        return await self._set(asking, which, offer=offer, provider=provider, model=model)

    async def _set(
        self, asking: Asking, which: str | None, *, offer: Offer | None = None, **values: object
    ) -> ConversationSettings:
        async with self._seats.opened(asking, Deed.ARRANGE, which) as opened:
            one = opened.conversation
            if offer is not None:
                await self._plan_limits.check_offer(opened.work, asking.by, offer, self.offers()[0])
            settings = ConversationSettings.model_validate({**one.settings.model_dump(), **values})
            await conversations.change(opened.work.session, one.id, settings=settings)
            await announce(opened.work, one.id, one.channel_id)
        await self._heard(one)
        return settings

    # -------------------------------------------------------------------------------------------- roles

    async def cast(
        self, asking: Asking, character: str, role: ParticipantRole, which: str | None = None
    ) -> tuple[str, ParticipantRole]:
        """Give a character a role; a new primary takes the place of the old one. Returns its name and what it is now.

        `character` is an id or a name typed in full. Somebody must answer first: the only one there stays primary.
        Raises `NotFound` or `NotAllowed`.
        """
        async with self._seats.opened(asking, Deed.ARRANGE, which) as opened:
            one, session = opened.conversation, opened.work.session
            here = await conversations.present(session, one.id)
            typed = character.strip().casefold()
            meant = next((it for it in here if typed in {str(it.character_id), it.name.casefold()}), None)
            if meant is None:
                raise NotFound("not_here", N_("No such character is in this conversation."))
            await conversations.set_character_role(session, one.id, meant.character_id, role)
            now = await conversations.present(session, one.id)
            await announce(opened.work, one.id, one.channel_id)
        await self._heard(one)
        return meant.name, next(it.role for it in now if it.character_id == meant.character_id)

    async def appoint(self, asking: Asking, discord_id: int, which: str | None = None, *, moderates: bool) -> None:
        """Let a person who takes part moderate the conversation, or no longer. Raises `NotFound` or `NotAllowed`."""
        async with self._seats.opened(asking, Deed.APPOINT, which) as opened:
            role = ParticipantRole.MODERATOR if moderates else ParticipantRole.PRIMARY
            if not await conversations.set_user_role(opened.work.session, opened.conversation.id, discord_id, role):
                raise NotFound(
                    "takes_no_part",
                    N_(
                        "That person takes no part in this conversation yet. Once they have said something to one of "
                        "its characters, they can be its moderator."
                    ),
                )

    async def _heard(self, one: Conversation) -> None:
        await self._listening.refresh(one.id, one.channel_id)


def clean_title(typed: str) -> str:
    """A title as it is kept: one line. Raises `InvalidInput`."""
    return " ".join(clean_text("title", N_("Title"), typed, limits.TITLE_MAX).split())
