"""The forms in which a character is written down. What cannot be used is said, and what was typed is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.characters import Character, CharacterDraft, DetailsDraft, Part, Picture
from bot.services.characters.parts import NAMES
from bot.texts import Say
from bot.transport.views import MendableModal
from cogs.asking import caller_of, plain, say_for
from cogs.characters.panel import show_panel
from cogs.characters.parts import prepared, short
from cogs.naming import names_taken, names_wherever

_LONG = discord.TextStyle.paragraph


class Form(MendableModal):
    """A form of text fields that begins as `typed` says, and goes on from there however often it is mended."""

    def field(
        self,
        name: str,
        label: str,
        hint: str,
        style: discord.TextStyle = discord.TextStyle.short,
        *,
        required: bool = True,
        typed: str = "",
        most: int = int(limits.FORM_FIELD_MAX),
    ) -> discord.ui.TextInput[Self]:
        """One more field. `most` is for numbers: there is nothing in a longer one to keep."""
        # As long as Discord allows, not as long as we do: then our sentence says by how much it is too long, and the
        # text is kept, where Discord's own client would only cut it off.
        field = discord.ui.TextInput[Self](
            custom_id=name,
            style=style,
            placeholder=hint[:100],
            required=required,
            max_length=most,
            default=typed[:most] or None,
        )
        self.add_item(discord.ui.Label(text=label, component=field))
        return field


class CharacterForm(Form):
    """The five fields a character is made of. Subclasses say what becomes of them."""

    def __init__(self, cafe: Cafe, say: Say, title: str, typed: CharacterDraft | None = None) -> None:
        super().__init__(title=title)
        self.cafe = cafe
        self._was = typed or CharacterDraft("")
        self._fields: dict[str, discord.ui.TextInput[Self]] = {}
        self._add("name", say("Name"), say("2 to 32 characters; people call it by this"), required=True)
        self._add("description", say("Description"), say("One or two sentences, up to 300 characters"), _LONG)
        self._add(
            "system_prompt",
            say("Instructions"),
            say("Who it is and how it speaks, up to 4000 characters. “You are …”"),
            _LONG,
            required=typed is None or bool(typed.system_prompt),
        )
        self._add("greeting", say("Greeting"), say("The first thing it says, up to 4000 characters"), _LONG)
        self._add("examples", say("Examples"), say("You: Hello!\nName: Good evening. (up to 8 exchanges)"), _LONG)
        too_long = [name for name in CharacterDraft.__slots__ if name not in self._fields]
        if too_long:
            told = say(
                "Left out here, since it is longer than a form holds: {parts}. Use /character edit with its part.",
                parts=", ".join(say(NAMES[Part(name)]) for name in too_long),
            )
            self.add_item(discord.ui.TextDisplay(told))

    def _add(
        self,
        name: str,
        label: str,
        hint: str,
        style: discord.TextStyle = discord.TextStyle.short,
        *,
        required: bool = False,
    ) -> None:
        """A field, unless what stands there is longer than it could show: it would be cut off when sent."""
        was = getattr(self._was, name)
        if len(was) <= limits.FORM_FIELD_MAX:
            self._fields[name] = self.field(name, label, hint, style, required=required, typed=was)

    def draft(self) -> CharacterDraft:
        """What was typed; what was left out, as it was."""
        return replace(self._was, **{name: field.value for name, field in self._fields.items()})


class NewCharacter(CharacterForm):
    """Makes a character, then opens its panel."""

    def __init__(self, cafe: Cafe, say: Say, picture: discord.Attachment | None = None) -> None:
        super().__init__(cafe, say, say("A new character"))
        self._picture = picture

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep the character, or say what is wrong."""
        self.cafe.characters.check(self.draft())
        await interaction.response.defer(ephemeral=True, thinking=True)
        taken = await names_taken(interaction, self.draft().name)
        picture, trouble = await self._prepared()
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            made = await self.cafe.characters.create(work, user_id, self.draft(), picture=picture, taken=taken)
        await show_panel(interaction, made, _made(made, trouble, say_for(interaction)))

    async def _prepared(self) -> tuple[Picture | None, InvalidInput | None]:
        """The picture, or why there is none: the words are not thrown away because of it."""
        if self._picture is None:
            return None, None
        try:
            return await prepared(self.cafe, self._picture), None
        except InvalidInput as trouble:
            return None, trouble


class ChangedCharacter(CharacterForm):
    """Changes a character. It is opened as the character is, so that nothing has to be typed twice."""

    def __init__(self, cafe: Cafe, say: Say, character_id: UUID, typed: CharacterDraft) -> None:
        super().__init__(cafe, say, say("Change a character"), typed)
        self._character_id = character_id
        self._called = typed.name

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep the changes, or say what is wrong."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        taken = await _taken(interaction, self.cafe, self._character_id, self._called, self.draft().name)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            changed = await self.cafe.characters.edit(work, user_id, self._character_id, self.draft(), taken=taken)
        say = say_for(interaction)
        await show_panel(interaction, changed, say("**{name}** is changed, here and now.", name=plain(changed.name)))


async def _taken(
    interaction: discord.Interaction[Any], cafe: Cafe, character_id: UUID, was: str, name: str
) -> tuple[str, ...]:
    """Whom a changed name must not pass for, wherever the character is. A name that stays was looked at before."""
    if not name.strip() or name.strip() == was:
        return ()
    user_id = await cafe.people.arrive(caller_of(interaction))
    return await names_wherever(interaction, cafe, user_id, character_id, name)


class DetailsForm(Form):
    """Nickname, age and phrases."""

    def __init__(self, cafe: Cafe, say: Say, character_id: UUID, typed: DetailsDraft) -> None:
        super().__init__(title=say("More about it"))
        self._cafe = cafe
        self._character_id = character_id
        self._was = typed.nickname
        self.nickname = self.field(
            "nickname",
            say("Nickname"),
            say("What it is called for short; it listens to this as well"),
            required=False,
            typed=typed.nickname,
        )
        self.age = self.field("age", say("Age"), say("In years, 1 to 200"), required=False, typed=typed.age)
        self.phrases = self.field(
            "phrases",
            say("Phrases"),
            say("What it likes to say, one a line, up to 10"),
            _LONG,
            required=False,
            typed=typed.phrases,
        )

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep them, or say what is wrong."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        draft = DetailsDraft(self.nickname.value, self.age.value, self.phrases.value)
        taken = await _taken(interaction, self._cafe, self._character_id, self._was, draft.nickname)
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            changed = await self._cafe.characters.detail(work, user_id, self._character_id, draft, taken=taken)
        say = say_for(interaction)
        await show_panel(interaction, changed, say("**{name}** is changed, here and now.", name=plain(changed.name)))


def greeted(character: Character, say: Say) -> str:
    """What is said when a greeting was changed."""
    name = plain(character.name)
    if not character.greeting:
        return say("**{name}** comes without a greeting now.", name=name)
    return say("**{name}** greets like this now:", name=name) + f"\n>>> {short(character.greeting, 1800)}"


def _made(made: Character, trouble: InvalidInput | None, say: Say) -> str:
    lines = [say("**{name}** is ready. Only you can summon it.", name=plain(made.name))]
    if trouble is not None:
        lines += [say.error(trouble), say("It has no picture yet: use /character avatar to choose another one.")]
    return "\n".join(lines)
