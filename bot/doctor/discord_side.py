"""Discord: is the token good, which intents are on, what may we do in each server, what time is it there."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import aiohttp
import discord

from bot.doctor.clock import clock_finding
from bot.doctor.findings import Finding, ok, red, warn
from bot.local.datadir import holder
from bot.settings import Settings
from bot.transport.permissions import WANTED

API = "/api/v10"
REAL_DISCORD = "https://discord.com"
TIMEOUT = aiohttp.ClientTimeout(total=10)
MESSAGE_CONTENT_FLAGS = (1 << 18) | (1 << 19)
"""GATEWAY_MESSAGE_CONTENT and its limited form (Discord: Application Flags)."""
SHOWN_SERVERS = 20


async def check(settings: Settings, env_file: Path) -> list[Finding]:
    """Findings about the Discord that the settings name. Reads only."""
    token = settings.discord_token.get_secret_value()
    base = settings.discord_base_url or REAL_DISCORD
    if not token:
        folder = settings.data_dir.absolute()
        path = folder / "discord" / "token"
        if holder(folder) is None or not path.exists():
            return [ok("Discord", "DISCORD_TOKEN is empty, so make start uses the local Discord")]
        token, base = path.read_text("ascii").strip(), f"http://127.0.0.1:{settings.sandbox_port}"
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (botcafe doctor, 1)"}
    try:
        async with aiohttp.ClientSession(base + API + "/", headers=headers, timeout=TIMEOUT) as session:
            return await _examine(session, base)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        advice = "Is this machine online, and does a firewall or DISCORD_BASE_URL stand in the way?"
        return [red("Discord", f"{base} cannot be reached: {type(error).__name__}", advice)]


async def _examine(session: aiohttp.ClientSession, base: str) -> list[Finding]:
    async with session.get("users/@me") as response:
        date = response.headers.get("Date")
        if response.status == 401:
            advice = "Reset it in the Developer Portal (Bot → Reset Token) and write the new one into DISCORD_TOKEN."
            return [red("token", "Discord does not accept DISCORD_TOKEN", advice)]
        response.raise_for_status()
        me: dict[str, Any] = await response.json()
    async with session.get("applications/@me") as response:
        response.raise_for_status()
        application: dict[str, Any] = await response.json()
    async with session.get("users/@me/guilds", params={"limit": "200"}) as response:
        response.raise_for_status()
        guilds: list[dict[str, Any]] = await response.json()
    findings = [
        ok("token", f"good: {me['username']} at {base}"),
        intents_finding(int(application.get("flags", 0))),
        installs_finding(application),
    ]
    findings += server_findings(guilds)
    if date is not None:
        theirs = parsedate_to_datetime(date)
        findings.append(clock_finding("Discord's", (datetime.now(UTC) - theirs).total_seconds()))
    return findings


def intents_finding(flags: int) -> Finding:
    """Whether characters can hear their names."""
    if flags & MESSAGE_CONTENT_FLAGS:
        return ok("intents", "Message Content is on: characters hear their names")
    seen = "Message Content is off: characters answer to mentions, replies and slash commands only"
    return warn("intents", seen, "Developer Portal → Bot → Message Content Intent: on. Then start again.")


def installs_finding(application: dict[str, Any]) -> Finding:
    """Whether people can take characters along, where the bot is no member (Discord: Application, Install Params)."""
    if "1" in (application.get("integration_types_config") or {}):
        return ok("installs", "people can take characters along, for servers and groups without the bot")
    seen = "User Install is off: characters can be used only where the bot is a member, and in direct messages"
    return warn("installs", seen, "Developer Portal → Installation → Installation Contexts → User Install: on.")


def server_findings(guilds: list[dict[str, Any]]) -> list[Finding]:
    """A line per server whose permissions lack something; one line for all that are fine."""
    if not guilds:
        advice = "make start prints the invite link; docs/discord-setup.md shows the way."
        return [warn("permissions", "the application is in no server yet", advice)]
    lacking = [(guild, _missing(int(guild.get("permissions", 0)))) for guild in guilds]
    findings = [
        red("permissions", f"{guild['name']}: {', '.join(missing)} missing", _grant(guild))
        for guild, missing in lacking
        if missing
    ]
    fine = len(guilds) - len(findings)
    shown = findings[:SHOWN_SERVERS]
    if len(findings) > SHOWN_SERVERS:
        seen = f"{len(findings) - SHOWN_SERVERS} more servers lack permissions"
        shown.append(red("permissions", seen, "Invite the application again there; the link asks for all it needs."))
    if fine:
        shown.append(ok("permissions", f"all there in {fine} server{'s' if fine > 1 else ''}"))
    return shown


def _missing(value: int) -> list[str]:
    granted = discord.Permissions(value)
    if granted.administrator:
        return []
    return [name.replace("_", " ") for name, wanted in WANTED if wanted and not getattr(granted, name)]


def _grant(guild: dict[str, Any]) -> str:
    return f"In {guild['name']}: Server Settings → Roles → the application's role, or invite it again by the link."
