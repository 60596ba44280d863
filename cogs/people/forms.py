"""The forms in which people write down a persona or themselves. What cannot be used is kept, to be mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import discord

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.characters import Picture
from bot.services.people.drafts import PersonaDraft, ProfileDraft
from bot.services.people.personas import Persona, Pronouns
from bot.services.people.profiles import Profile
from bot.texts import N_, Say
from bot.transport.views import MendableModal
from cogs.asking import caller_of

Shows = Callable[[discord.Interaction[Any], Persona, InvalidInput | None], Awaitable[None]]
"""Shows a persona once its form is kept, and why its picture was not."""

ShowsProfile = Callable[[discord.Interaction[Any], Profile], Awaitable[None]]

_LONG = discord.TextStyle.paragraph


class _Form(MendableModal):
    """A form of text fields."""

    def _field(
        self,
        name: str,
        label: str,
        hint: str,
        typed: str = "",
        *,
        style: discord.TextStyle = discord.TextStyle.short,
        required: bool = False,
    ) -> discord.ui.TextInput[Any]:
        # As long as Discord allows, not as long as we do: then our sentence says by how much it is too long.
        field = discord.ui.TextInput[Any](
            custom_id=name,
            style=style,
            placeholder=hint[:100],
            default=typed or None,
            required=required,
            max_length=int(limits.FORM_FIELD_MAX),
        )
        self.add_item(discord.ui.Label(text=label, component=field))
        return field


class PersonaForm(_Form):
    """Who the persona is. With a `persona` it is edited, else a new one is made."""

    def __init__(
        self,
        cafe: Cafe,
        say: Say,
        shows: Shows,
        *,
        persona: Persona | None = None,
        picture: discord.Attachment | None = None,
    ) -> None:
        super().__init__(title=say("A persona of yours"))
        self._cafe, self._shows, self._picture = cafe, shows, picture
        self._id: UUID | None = persona.id if persona else None
        typed = persona.draft() if persona else PersonaDraft("")
        self.name = self._field(
            "name", say("Name"), say("2 to 32 characters; what characters call you"), typed.name, required=True
        )
        self.description = self._field(
            "description",
            say("Description"),
            say("Who this persona is, up to 1000 characters"),
            typed.description,
            style=_LONG,
            required=True,
        )
        self.appearance = self._field(
            "appearance",
            say("Appearance"),
            say("What it looks like, up to 500 characters"),
            typed.appearance,
            style=_LONG,
        )
        self.topics = self._field(
            "topics",
            say("Topics"),
            say("One a line; a minus before what to avoid: - spiders"),
            typed.topics,
            style=_LONG,
        )
        self.custom_instructions = self._field(
            "custom_instructions",
            say("Wishes"),
            say("How characters should treat this persona, up to 1000 characters"),
            typed.custom_instructions,
            style=_LONG,
        )

    def draft(self) -> PersonaDraft:
        """What was typed."""
        fields = (self.name, self.description, self.appearance, self.topics, self.custom_instructions)
        return PersonaDraft(*(field.value for field in fields))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep the persona, or say what is wrong."""
        self._cafe.personas.check(self.draft())
        await interaction.response.defer(ephemeral=True, thinking=True)
        picture, trouble = await prepared(self._cafe, self._picture)
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            if self._id is None:
                kept = await self._cafe.personas.create(work, user_id, self.draft(), picture=picture)
            else:
                kept = await self._cafe.personas.edit(work, user_id, self._id, self.draft())
        await self._shows(interaction, kept, trouble)


class DetailsForm(_Form):
    """A persona's age, and pronouns in words of one's own."""

    def __init__(self, cafe: Cafe, say: Say, shows: Shows, persona: Persona) -> None:
        super().__init__(title=say("Age and pronouns"))
        self._cafe, self._shows, self._id = cafe, shows, persona.id
        self.age = self._field(
            "age", say("Age"), say("1 to 10000; empty: nothing is said of it"), str(persona.age or "")
        )
        own = persona.custom_pronouns if persona.pronouns is Pronouns.OTHER else ""
        self.custom_pronouns = self._field(
            "custom_pronouns", say("Pronouns of your own"), say("Such as xe/xem; empty: those from the list"), own
        )

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep both, or say what is wrong."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            kept = await self._cafe.personas.set_details(
                work, user_id, self._id, age=self.age.value, custom_pronouns=self.custom_pronouns.value
            )
        await self._shows(interaction, kept, None)


class ProfileForm(_Form):
    """What characters shall know of a person."""

    def __init__(self, cafe: Cafe, say: Say, shows: ShowsProfile, profile: Profile) -> None:
        super().__init__(title=say("What characters know of you"))
        self._cafe, self._shows = cafe, shows
        typed = profile.draft()
        self.name = self._field("name", say("Name"), say("In place of your Discord name"), typed.name)
        self.nickname = self._field("nickname", say("Nickname"), say("What characters call you"), typed.nickname)
        self.custom_pronouns = self._field(
            "custom_pronouns",
            say("Pronouns of your own"),
            say("Such as xe/xem; empty: those from the list"),
            typed.custom_pronouns,
        )
        self.description = self._field(
            "description", say("About you"), say("Up to 1000 characters"), typed.description, style=_LONG
        )
        self.time_zone = self._field("time_zone", say("Time zone"), say("Such as Europe/Madrid"), typed.time_zone)

    def draft(self) -> ProfileDraft:
        """What was typed."""
        fields = (self.name, self.nickname, self.custom_pronouns, self.description, self.time_zone)
        return ProfileDraft(*(field.value for field in fields))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it, or say what is wrong."""
        self._cafe.profiles.check(self.draft())
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            kept = await self._cafe.profiles.edit(work, user_id, self.draft())
        await self._shows(interaction, kept)


async def prepared(cafe: Cafe, attachment: discord.Attachment | None) -> tuple[Picture | None, InvalidInput | None]:
    """A picture ready to be kept, or why there is none: words are not thrown away because of it."""
    if attachment is None:
        return None, None
    try:
        return await cafe.characters.pictures.prepare(await attachment.read()), None
    except InvalidInput as trouble:
        return None, trouble
    except (discord.HTTPException, OSError):
        return None, InvalidInput(
            "picture_not_fetched",
            N_("The picture could not be fetched from Discord. Choose it again."),
            field="picture",
        )
