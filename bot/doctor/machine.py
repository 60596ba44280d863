"""Settings, storage: what is on this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import tempfile
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from bot.doctor.findings import Finding, ok, red, warn
from bot.local.datadir import SPACE_NEEDED_BYTES
from bot.services.keys.vault import VaultError, parse_keys
from bot.settings import ModelChoice, Settings

COMFORTABLE_SPACE_BYTES = 5 * SPACE_NEEDED_BYTES


async def settings(chosen: Settings, env_file: Path) -> list[Finding]:
    """Names nobody reads, files that are not there, combinations that cannot work."""
    return await asyncio.to_thread(_settings, chosen, env_file)


async def storage(chosen: Settings, env_file: Path) -> list[Finding]:
    """Whether the data directory can be written to, has room, and keeps its secrets to its owner."""
    return await asyncio.to_thread(_storage, chosen)


def _settings(chosen: Settings, env_file: Path) -> list[Finding]:
    known = {name.upper() for name in type(chosen).model_fields}
    written = set(dotenv_values(env_file)) if env_file.exists() else set[str]()
    findings = [_unknown(name, known, env_file) for name in sorted(written - known)]
    findings += _exposed(env_file)
    for name, path in (("PG_BIN", chosen.pg_bin), ("LOCAL_MODEL", chosen.local_model)):
        if path is not None and not path.exists():
            findings.append(
                red("settings", f"{name} names {path}, which is not there", f"Mend {name}, or leave it empty.")
            )
    try:
        parse_keys(chosen.secret_key.get_secret_value())
    except VaultError as error:
        seen, _, advice = str(error).partition(". ")
        findings.append(red("settings", seen, advice))
    if chosen.model is ModelChoice.OPENAI and not chosen.house_model:
        advice = "Write the provider's name of the model into HOUSE_MODEL."
        findings.append(red("settings", "MODEL=openai, but HOUSE_MODEL is empty", advice))
    if chosen.public_url.startswith("http://"):
        advice = "Discord fetches pictures over https; put a certificate in front and write https:// in PUBLIC_URL."
        findings.append(warn("settings", "PUBLIC_URL is not https", advice))
    ours = len(written & known)
    return findings or [
        ok("settings", f"{ours} set in {env_file.name}, all understood" if ours else "all as delivered")
    ]


def _unknown(name: str, known: set[str], env_file: Path) -> Finding:
    near = get_close_matches(name, known, n=1)
    advice = f"Did you mean {near[0]}?" if near else "See .env.example for the names there are."
    return warn("settings", f"{env_file.name} sets {name}, which nothing reads", advice)


def _exposed(env_file: Path) -> list[Finding]:
    if env_file.exists() and env_file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        seen = f"others on this machine can read {env_file.name}, which may hold secrets"
        return [warn("settings", seen, f"chmod 600 {env_file}")]
    return []


def _storage(chosen: Settings) -> list[Finding]:
    folder = chosen.data_dir.absolute()
    if not folder.exists():
        return [_space(folder, _nearest(folder)), ok("storage", f"{folder} will be made at the first start")]
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            pass
    except OSError as error:
        advice = "Make it writable for the user that runs BotCafé, or set DATA_DIR to another folder."
        return [red("storage", f"{folder} cannot be written to: {error.strerror}", advice)]
    readable = [
        str(path.relative_to(folder))
        for path in (*folder.glob("*key*"), *folder.glob("*/token"), *folder.glob("*/password"))
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if readable:
        advice = "Close them: chmod 600 " + " ".join(readable)
        return [_space(folder, folder), red("storage", f"others can read {', '.join(readable)} in {folder}", advice)]
    return [_space(folder, folder)]


def _nearest(folder: Path) -> Path:
    return next(parent for parent in folder.parents if parent.exists())


def _space(folder: Path, existing: Path) -> Finding:
    free = shutil.disk_usage(existing).free
    seen = f"{folder}: {free / 1e9:.1f} GB free"
    if not os.access(existing, os.W_OK):
        return red(
            "storage", f"{existing} cannot be written to", "Make it writable, or set DATA_DIR to another folder."
        )
    if free < SPACE_NEEDED_BYTES:
        return red("storage", seen, "Free some space or set DATA_DIR to another disk: a full disk stops the database.")
    if free < COMFORTABLE_SPACE_BYTES:
        return warn("storage", seen, "That is soon full: pictures, logs and the database grow. Free some space.")
    return ok("storage", seen)
