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


def test_only_transport_touches_webhooks() -> None:
    uses = {name(path): webhook_uses(path.read_text("utf-8")) for path in modules(*ROOMS)}
    allowed = ("bot/transport/", "bot/redaction.py")
    assert {path: found for path, found in uses.items() if found and not path.startswith(allowed)} == {}
    assert any(found for path, found in uses.items() if path.startswith("bot/transport/")), "the check sees nothing"


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


def test_nobody_allows_every_mention() -> None:
    """allowed_mentions names who may be pinged; `AllowedMentions.all()` would let a character ping everyone."""
    offenders = [
        f"{name(path)}:{node.lineno}"
        for path in modules(*ROOMS)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "all" and "AllowedMentions" in ast.unparse(node.value)
    ]
    assert offenders == []


def test_broad_excepts_stand_at_borders_and_say_so() -> None:
    offenders: list[str] = []
    for path in modules(*ROOMS, "sandbox"):
        lines = path.read_text("utf-8").splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception"):
                around = "\n".join(lines[max(0, node.lineno - 3) : node.lineno + 2])
                if "border" not in around.lower():
                    offenders.append(f"{name(path)}:{node.lineno}")
    assert offenders == []


def test_files_stay_readable() -> None:
    """450 is where a smell becomes a wall; house style aims at 400."""
    sizes = {name(path): len(path.read_text("utf-8").splitlines()) for path in modules(*ROOMS, "sandbox")}
    assert {path: size for path, size in sizes.items() if size > 450} == {}
