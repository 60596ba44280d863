"""Reporting: the menu on messages, /report, and what became of one's reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.oversight.reporting import ReportCog, ReportMenu

if TYPE_CHECKING:
    from bot.services.cafe import Cafe
    from bot.transport.client import CafeClient

__all__ = ["ReportCog", "ReportMenu", "prepare"]


async def prepare(client: CafeClient, cafe: Cafe) -> None:
    """Give the client the command and the menu."""
    await client.add_cog(ReportCog(cafe))
    await client.add_cog(ReportMenu(client, cafe))
