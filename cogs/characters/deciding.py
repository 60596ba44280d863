"""What is asked before it is done: publishing and deleting a character, and taking a deletion back."""

from __future__ import annotations

import discord

from bot.services.cafe import Cafe
from bot.services.characters import Character, Deleted
from bot.texts import Say
from bot.transport.views import CafeView
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.characters.parts import BUTTON, NO_PINGS, CharacterButton, view_of


class PublishButton(CharacterButton, template=BUTTON + r"publish:(?P<more>[01])"):
    """Publishes the character that was explained above."""

    verb = "publish:"
    style = discord.ButtonStyle.primary

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Publish."""
        await interaction.response.defer()
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            published = await cafe.characters.publish(work, user_id, self.character_id, is_adult=self.more == "1")
        say = say_for(interaction)
        told = say("**{name}** is published. Everybody finds it with /discover.", name=plain(published.name))
        if not published.is_public:
            told = say(
                "**{name}** waits for staff to look at it; then everybody finds it with /discover. "
                "Nothing else changed.",
                name=plain(published.name),
            )
        await interaction.edit_original_response(content=told, view=None, allowed_mentions=NO_PINGS)


class DeleteButton(CharacterButton, template=BUTTON + r"delete"):
    """Deletes the character that was named above."""

    verb = "delete"
    style = discord.ButtonStyle.danger

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Delete, and offer to undo it."""
        await interaction.response.defer()
        user_id = await cafe.people.arrive(caller_of(interaction))
        gone = await cafe.farewells.delete(user_id, self.character_id)
        say = say_for(interaction)
        await interaction.edit_original_response(
            content=_gone(gone, say), view=view_of(RestoreButton(gone.id, say("Undo"))), allowed_mentions=NO_PINGS
        )


class KeepButton(CharacterButton, template=BUTTON + r"keep"):
    """Leaves everything as it is."""

    verb = "keep"

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Say so."""
        told = say_for(interaction)("Nothing was changed.")
        await interaction.response.edit_message(content=told, view=None, allowed_mentions=NO_PINGS)


class RestoreButton(CharacterButton, template=BUTTON + r"restore"):
    """Takes a deletion back."""

    verb = "restore"

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Bring it back."""
        await interaction.response.defer()
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            back = await cafe.characters.restore(work, user_id, self.character_id)
        await interaction.edit_original_response(
            content=restored(back, say_for(interaction)), view=None, allowed_mentions=NO_PINGS
        )


ITEMS = (PublishButton, DeleteButton, KeepButton, RestoreButton)


def explained(one: Character, say: Say, *, is_adult: bool) -> tuple[str, CafeView]:
    """What becomes visible when a character is published, and the button that does it."""
    lines = [
        say("**{name}** will be found by everybody who uses this BotCafé, in every server.", name=plain(one.name)),
        say(
            "They see its name, nickname, picture, description, greetings, tags, traits, likes, your notes for them, "
            "and you as its maker."
        ),
        say("Nobody but you sees its instructions, examples, phrases and model, and only you can change it."),
    ]
    if is_adult:
        lines.append(say("It is for adults: it is shown and speaks in age-restricted channels only."))
    else:
        lines.append(say("It is for everybody. If it is not, use the option adults_only."))
    lines.append(say("You can take it back with /character unpublish."))
    button = PublishButton(one.id, say("Publish {name}", name=one.name), more="1" if is_adult else "0")
    return "\n".join(lines), view_of(button, KeepButton(one.id, say("Not now")))


def asked(one: Character, say: Say) -> tuple[str, CafeView]:
    """The question before a deletion."""
    question = say(
        "Delete **{name}**? It leaves every channel at once. For a day you can have it back, then it is gone for good, "
        "with what people liked and rated.",
        name=plain(one.name),
    )
    delete = DeleteButton(one.id, say("Delete {name}", name=one.name))
    return question, view_of(delete, KeepButton(one.id, say("Keep it")))


def _gone(gone: Deleted, say: Say) -> str:
    return say(
        "**{name}** is deleted. You can have it back until {until}, with the button or /character restore.",
        name=plain(gone.name),
        until=f"<t:{int(gone.until.timestamp())}:f>",
    )


def restored(one: Character, say: Say) -> str:
    """What is said when a character is back."""
    return say("**{name}** is back as it was. Summon it again where you want it.", name=plain(one.name))
