"""What the application asks for in a server; docs/discord-setup.md says what each is for."""

from __future__ import annotations

import discord

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
