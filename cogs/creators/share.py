"""/share: who else may use, change and look after one's characters and lore books."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.people.grants import May, Shared, Thing, ThingKind, no_such_thing
from bot.services.people.grants_shown import until_of
from bot.texts import N_
from bot.transport import heard
from cogs.asking import Asked, caller_of, is_age_restricted, plain, say_for
from cogs.creators.parts import Suggestions, answer, choice, in_time, show
from cogs.creators.share_panels import everything, may_text, requests_panel, sharing_panel

_L = app_commands.locale_str
_MAY = [
    app_commands.Choice(name=_L("use it"), value=May.READ.value),
    app_commands.Choice(name=_L("change it"), value=May.WRITE.value),
    app_commands.Choice(name=_L("look after it"), value=May.ADMIN.value),
]


class ShareCog(
    commands.GroupCog,
    group_name=_L("share"),
    group_description=_L("Share characters and lore books with others"),
):
    """The commands of /share. Every answer is for the asker's eyes only."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()

    @app_commands.command(name=_L("give"), description=_L("Let somebody use, change or look after something of yours"))
    @app_commands.rename(thing=_L("thing"), person=_L("person"), may=_L("may"), days=_L("days"))
    @app_commands.describe(
        thing=_L("Begin to type the name of a character or lore book of yours"),
        person=_L("Who"),
        may=_L("What they may do; to use it, unless you choose"),
        days=_L("For how many days; empty, until you take it back"),
    )
    @app_commands.choices(may=_MAY)
    async def give(
        self, interaction: Asked, thing: str, person: discord.User, may: str = May.READ.value, days: int | None = None
    ) -> None:
        """Let them in and show with whom it is shared."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if person.bot:
            raise InvalidInput("bot_invited", N_("A bot cannot use it. Choose a person."), field="person")
        until = until_of("" if days is None else str(days), self.cafe.creating.shares.clock)
        guest_id = await self.cafe.people.arrive(heard.caller(person))
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self._meant(work, user_id, thing, May.ADMIN)
            guest = await self.cafe.creating.shares.give(work, user_id, meant, guest_id, May(may), until)
        say = say_for(interaction)
        said = say("{person}: {may}.", person=f"<@{person.id}>", may=may_text(guest.may, say))
        await show(interaction, await sharing_panel(interaction, self.cafe, meant, said=said))

    @app_commands.command(name=_L("list"), description=_L("What you share, and what others share with you"))
    @app_commands.rename(thing=_L("thing"))
    @app_commands.describe(thing=_L("One character or lore book of yours; empty, everything"))
    async def list_(self, interaction: Asked, thing: str = "") -> None:
        """Everything, or one thing with everybody who has a part in it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not thing:
            await show(interaction, await everything(interaction, self.cafe))
            return
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self._meant(work, user_id, thing, May.ADMIN)
        await show(interaction, await sharing_panel(interaction, self.cafe, meant))

    @app_commands.command(name=_L("revoke"), description=_L("Take something back from somebody"))
    @app_commands.rename(thing=_L("thing"), person=_L("person"))
    @app_commands.describe(thing=_L("A character or lore book of yours"), person=_L("From whom"))
    async def revoke(self, interaction: Asked, thing: str, person: discord.User) -> None:
        """Take it back and show with whom it is still shared."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guest_id = await self.cafe.people.arrive(heard.caller(person))
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self._meant(work, user_id, thing, May.ADMIN)
            await self.cafe.creating.shares.revoke(work, user_id, meant, guest_id)
        said = say_for(interaction)("{person} has no part in it any more.", person=f"<@{person.id}>")
        await show(interaction, await sharing_panel(interaction, self.cafe, meant, said=said))

    @app_commands.command(name=_L("leave"), description=_L("Give back what somebody shared with you"))
    @app_commands.rename(thing=_L("thing"))
    @app_commands.describe(thing=_L("Begin to type its name"))
    async def leave(self, interaction: Asked, thing: str) -> None:
        """Have no part in it any more."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self._meant(work, user_id, thing, May.READ)
            name = await self.cafe.creating.shares.leave(work, user_id, meant)
        await answer(interaction, say_for(interaction)("You have no part in **{name}** any more.", name=plain(name)))

    @app_commands.command(name=_L("ask"), description=_L("Ask to change a character or lore book of somebody else"))
    @app_commands.rename(thing=_L("thing"), words=_L("words"))
    @app_commands.describe(thing=_L("Begin to type its name"), words=_L("What you would like to do with it"))
    async def ask(self, interaction: Asked, thing: str, words: str = "") -> None:
        """Ask its maker."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self._meant(work, user_id, thing, May.READ)
            name = await self.cafe.creating.shares.ask(work, user_id, meant, words)
        told = say_for(interaction)("Asked. Who made **{name}** finds it with /share answer.", name=plain(name))
        await answer(interaction, told)

    @app_commands.command(name=_L("answer"), description=_L("Who asks for a part in something of yours"))
    async def answer(self, interaction: Asked) -> None:
        """The requests, with a menu to answer them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show(interaction, await requests_panel(interaction, self.cafe))

    # ------------------------------------------------------------------------------------------------ suggestions

    @give.autocomplete("thing")
    @list_.autocomplete("thing")
    @revoke.autocomplete("thing")
    async def suggest_ruled(self, interaction: Asked, typed: str) -> Suggestions:
        """What one decides about."""
        return await in_time(self._of(interaction, typed, is_granted=False))

    @leave.autocomplete("thing")
    async def suggest_granted(self, interaction: Asked, typed: str) -> Suggestions:
        """What others share with one."""
        return await in_time(self._of(interaction, typed, is_granted=True))

    @ask.autocomplete("thing")
    async def suggest_seen(self, interaction: Asked, typed: str) -> Suggestions:
        """What of others one may see."""
        return await in_time(self._seen(interaction, typed))

    async def _of(self, interaction: Asked, typed: str, *, is_granted: bool) -> Suggestions:
        shares = self.cafe.creating.shares
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            found = await (shares.granted if is_granted else shares.ruled)(work, user_id)
        fitting = [one for one in found if typed.casefold() in one.name.casefold()]
        return [choice(_label(one), one.thing) for one in fitting[: limits.CHOICES_MAX]]

    async def _seen(self, interaction: Asked, typed: str) -> Suggestions:
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            adults = is_age_restricted(interaction)
            characters = await self.cafe.characters.find(work, user_id, typed, adults=adults)
            books = await self.cafe.lore.books.find(work, user_id, typed)
        offered = [choice(one.name, Thing.character(one.id)) for one in characters if not one.is_own]
        return [*offered, *(choice(f"📖 {one.label}", Thing.book(one.id)) for one in books)][: limits.CHOICES_MAX]

    async def _meant(self, work: Any, user_id: UUID, typed: str, may: May) -> Thing:
        """The thing meant by an option: a suggestion, or a name typed in full. Raises `NotFound`."""
        thing = Thing.read(typed)
        if thing is not None:
            return thing
        shares = self.cafe.creating.shares
        listed = await shares.ruled(work, user_id) if may is May.ADMIN else await shares.granted(work, user_id)
        named = [one.thing for one in listed if one.name.casefold() == typed.strip().casefold()]
        if len(named) == 1:
            return named[0]
        with contextlib.suppress(ValueError):
            return Thing(ThingKind.CHARACTER, UUID(typed))
        raise no_such_thing()


def _label(one: Shared) -> str:
    return one.name if one.thing.kind is ThingKind.CHARACTER else f"📖 {one.name}"
