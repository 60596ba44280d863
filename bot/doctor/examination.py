"""The order in which the doctor looks at things."""

from __future__ import annotations

from pathlib import Path

import structlog

from bot.doctor import database, discord_side, embeddings, machine, model, payments
from bot.doctor.findings import Finding, red
from bot.settings import ENV_FILE, Settings

log = structlog.get_logger(__name__)

SECTIONS = (
    ("settings", machine.settings),
    ("storage", machine.storage),
    ("database", database.check),
    ("Discord", discord_side.check),
    ("model", model.check),
    ("meaning", embeddings.check),
    ("payments", payments.check),
)


async def examine(settings: Settings, *, env_file: Path = ENV_FILE) -> list[Finding]:
    """Every finding, in the order of the report. One broken check never hides the others."""
    findings: list[Finding] = []
    for name, check in SECTIONS:
        try:
            findings += await check(settings, env_file)
        except Exception as error:  # a border: a check that breaks is a finding, not the end of the report
            log.exception("a check broke", check=name)
            findings.append(
                red(
                    name,
                    f"this check itself broke: {type(error).__name__}",
                    "Please report it with the traceback above.",
                )
            )
    return findings
