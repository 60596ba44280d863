"""Rules that only reading the source can hold."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "cogs", "db", "web")
WEBHOOK_NAMES = {
    "Webhook",
    "SyncWebhook",
    "create_webhook",
    "webhooks",
    "fetch_webhook",
    "edit_webhook",
    "delete_webhook",
}
WEBHOOK_MODULES = {"discord.webhook", "discord.webhook.async_"}


def modules(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def webhook_uses(source: str) -> list[str]:
    """Where a source reaches for Discord's webhooks: discord.py's classes and methods, or the addresses themselves."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="discord"), attr=attr) if attr in WEBHOOK_NAMES:
                found.append(f"discord.{attr}")
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in WEBHOOK_NAMES - {"Webhook"}:
                found.append(f".{attr}()")
            case ast.ImportFrom(module=str(module), names=names) if module in {"discord", *WEBHOOK_MODULES}:
                found += [alias.name for alias in names if alias.name in WEBHOOK_NAMES or module in WEBHOOK_MODULES]
            case ast.Constant(value=str(text)) if "/webhooks/" in text and " " not in text:
                found.append(text)
            case _:
                pass
    return found


@pytest.mark.parametrize("path", modules(*ROOMS), ids=name)
def test_only_transport_touches_webhooks(path: Path) -> None:
    if not name(path).startswith(("bot/transport/", "bot/redaction.py")):
        assert webhook_uses(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import discord\nhook = discord.Webhook.from_url(url)",
        "await channel.create_webhook(name='x')",
        "await channel.webhooks()",
        "from discord import Webhook",
        "url = f'/webhooks/{id}/{token}'",
    ],
)
def test_the_control_finds_a_webhook(source: str) -> None:
    assert webhook_uses(source if "await" not in source else f"async def f():\n    {source}")


@pytest.mark.parametrize("path", modules(*ROOMS, "sandbox"), ids=name)
def test_every_send_and_edit_of_transport_and_cogs_may_ping_nobody_unasked(path: Path) -> None:
    """allowed_mentions is set once for the client; nobody may widen it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert not (node.func.attr == "all" and ast.unparse(node.func.value).endswith("AllowedMentions"))


@pytest.mark.parametrize("path", modules(*ROOMS, "sandbox"), ids=name)
def test_broad_excepts_stand_at_borders_and_say_so(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception"):
            around = "\n".join(lines[max(0, node.lineno - 3) : node.lineno + 2])
            assert "border" in around.lower(), f"{name(path)}:{node.lineno}"


@pytest.mark.parametrize("path", modules(*ROOMS, "sandbox"), ids=name)
def test_files_stay_readable(path: Path) -> None:
    """450 is where a smell becomes a wall; house style aims at 400."""
    assert len(path.read_text("utf-8").splitlines()) <= 450
