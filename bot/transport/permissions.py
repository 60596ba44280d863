"""What the application asks for in a server; docs/discord-setup.md says what each is for."""

from __future__ import annotations

import discord

from bot.ports import Place

WANTED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    manage_webhooks=True,
    read_message_history=True,
    embed_links=True,
    attach_files=True,
    use_external_emojis=True,
    add_reactions=True,
)


def needed_to_speak(place: Place) -> tuple[str, ...]:
    """The permissions without which no character speaks in a place of a server, by discord.py's names."""
    in_thread = ("send_messages_in_threads",) if place.channel_id != place.webhook_channel_id else ()
    return "view_channel", "manage_webhooks", "read_message_history", *in_thread
