"""What characters may be told of how somebody is: one line, where that person switched it on and nobody else reads.

Only in a direct message with the bot: what is said in a thread, however private, its server's moderators can read. Only
while no persona is worn: a mask tells nothing of who is behind it. Row security says the same of the switch: a turn
reads no check-in of anybody who has not thrown it. The line goes to the model, and is not kept with the prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from bot.services.keys.vault import Vault, VaultError
from bot.services.wellbeing.choices import STEPS
from bot.services.wellbeing.consent import VERSION
from bot.services.wellbeing.entries import Sealed
from bot.services.wellbeing.entries_kept import words_in
from bot.services.wellbeing.sealing import PersonSeals
from db.direct import Direct
from db.queries.wellbeing import moods as queries

NEWEST_WITHIN = timedelta(days=2)
"""An older check-in says nothing of today."""

WEEK = timedelta(days=7)
WEEK_LEAST = 3
"""Fewer check-ins than that are no week."""

NOTE_MOST = 600
"""Characters of a note that go along: a paragraph."""


class MoodsInPrompts:
    """Reads it, in a turn's own work, on behalf of whom the turn answers."""

    def __init__(self, vault: Vault) -> None:
        self._seals = PersonSeals(vault)

    async def told(self, direct: Direct, user_id: UUID, now: datetime) -> str:
        """The line; empty where there is nothing to tell, or nothing may be."""
        found = await queries.for_prompts(direct, user_id, version=VERSION, since=now - WEEK, until=now)
        if found is None:
            return ""
        try:
            seal = self._seals.opened(user_id, found.sealed_key)
        except VaultError:
            return ""
        opened = [(felt_at, words_in(seal, entry_id, sealed)) for entry_id, felt_at, sealed in found.entries]
        return line([(felt_at, words) for felt_at, words in opened if words is not None], now)


def line(entries: Sequence[tuple[datetime, Sealed]], now: datetime) -> str:
    """What a model is told of check-ins, newest first, in one line of plain English. Pure."""
    if not entries or entries[0][0] < now - NEWEST_WITHIN:
        return ""
    felt_at, newest = entries[0]
    said = [f"In their own diary, {_ago(now - felt_at)}: {newest.name} ({newest.score} of 5, {STEPS[newest.score]})."]
    if newest.energy is not None:
        said.append(f"Energy {newest.energy} of 5.")
    if newest.sleep_quality is not None:
        said.append(f"Sleep {newest.sleep_quality} of 5.")
    note = " ".join(" ".join((newest.title, newest.note)).split())
    if note:
        shown = note if len(note) <= NOTE_MOST else f"{note[:NOTE_MOST].rstrip()} […]"
        said.append(f"They wrote: “{shown}”")
    if len(entries) >= WEEK_LEAST:
        middle = median(words.score for _, words in entries)
        said.append(f"The week's {len(entries)} check-ins: {middle:g} of 5 in the middle.")
    said.append(
        "They let you know this; it is private. Be considerate, and leave it to them to speak of it. Do not assess, "
        "diagnose, treat or advise: you are no therapist."
    )
    return " ".join(" ".join(said).split())


def _ago(past: timedelta) -> str:
    hours = int(past.total_seconds() // 3600)
    if hours < 1:
        return "within the last hour"
    if hours < 24:
        return f"{hours} hours ago" if hours > 1 else "an hour ago"
    return "yesterday"
