"""The local Discord as `start` runs it."""

from __future__ import annotations

from pathlib import Path

from bot.local.local_discord import LocalDiscord


async def test_a_token_that_begins_with_a_hyphen_is_a_token(tmp_path: Path) -> None:
    folder = tmp_path / "discord"
    folder.mkdir()
    (folder / "token").write_text("-TExMTExMTExMTExMTExMTEx.abcdef.abcdefghijklmnopqrstuvwxyz0123456789ab", "ascii")
    discord = LocalDiscord(folder, tmp_path / "discord.log", 0)
    try:
        await discord.start()
        assert discord.url.startswith("http://127.0.0.1:")
    finally:
        await discord.stop()
