"""What `start` prints once everything runs: what runs where, who speaks, how to stop."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Scene:
    """What the banner needs to know. `discord_url` is the local Discord's, None when the real one is connected."""

    discord_url: str | None
    invite_url: str | None
    guilds: int
    reads_messages: bool
    web_url: str
    voice: str
    database: str
    data_dir: Path


def banner(scene: Scene) -> str:
    """The banner's text, ending without a line break."""
    rows = [
        ("Discord", _discord(scene)),
        *([] if scene.reads_messages else [("", _NO_CONTENT)]),
        *([("Invite", scene.invite_url)] if scene.invite_url else []),
        ("Web", scene.web_url),
        ("Who speaks", scene.voice),
        ("Database", scene.database),
        ("Kept in", str(scene.data_dir)),
        ("To stop", "Ctrl-C"),
    ]
    return "\n".join(["", "BotCafé is open.", "", *(_row(name, words) for name, words in rows), ""])


_NO_CONTENT = (
    "Characters answer to mentions, replies and slash commands only: the Message Content intent is off. "
    "Turn it on in the Developer Portal (Bot) to let them hear their names, then start again."
)


def _discord(scene: Scene) -> str:
    if scene.discord_url is not None:
        return f"{scene.discord_url}  (a local one; open it and write: Hello Mira)"
    servers = "1 server" if scene.guilds == 1 else f"{scene.guilds} servers"
    return f"connected, in {servers}"


def _row(name: str, words: str) -> str:
    return textwrap.fill(
        words,
        WIDTH,
        initial_indent=f"  {name:<12}",
        subsequent_indent=" " * 14,
        break_long_words=False,
        break_on_hyphens=False,
    )
