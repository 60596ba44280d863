"""Entries in and out of their seal: what a row holds, and what becomes of it opened. For use in threads: no I/O."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from pydantic import ValidationError

from bot.services.keys.vault import VaultError
from bot.services.wellbeing.entries import UNREADABLE, CheckedEntry, CheckIn, Sealed, mood_of
from bot.services.wellbeing.sealing import PersonSeal
from db.ids import new_id
from db.models import MoodSource
from db.queries.wellbeing.moods import EntryRow, NewEntry

Shown = Callable[[str], str]
"""How a face shows a name of the house's own (`Say`); anybody else's name comes back as it is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries a list is to show. Empty: all. `words` were folded by `searchable`."""

    words: tuple[str, ...] = ()
    scores: frozenset[int] = frozenset()
    moods: frozenset[str] = frozenset()
    first: date | None = None
    last: date | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self == Wanted()

    def takes(self, entry: CheckIn, shown: Shown = str) -> bool:
        """Whether an entry is wanted. What cannot be opened is shown only where everything of its days is."""
        if (self.first and entry.day < self.first) or (self.last and entry.day > self.last):
            return False
        if not entry.is_readable:
            return not (self.words or self.scores or self.moods)
        if self.scores and entry.score not in self.scores:
            return False
        if self.moods and entry.mood.id not in self.moods:
            return False
        return not self.words or self._says(entry, shown)

    def _says(self, entry: CheckIn, shown: Shown) -> bool:
        names = (entry.mood.name, *entry.activities)
        said = (*names, *(shown(one) for one in names), *entry.tags, *entry.triggers, entry.title, entry.note)
        everything = searchable("\n".join(said))
        return all(word in everything for word in self.words)


def searchable(text: str) -> str:
    """A text as it is searched: without capitals and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def place_of(entry_id: UUID) -> bytes:
    """The place for which an entry's words are sealed."""
    return b"mood_entries:" + str(entry_id).encode()


def written(words: Sealed) -> bytes:
    """The words as they are sealed: equal words, equal bytes."""
    return words.model_dump_json(exclude_defaults=True).encode()


def moment_bytes(moment: datetime) -> bytes:
    """A moment as fingerprints know it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").encode()


def new_entry(
    seal: PersonSeal, user_id: UUID, checked: CheckedEntry, *, source: MoodSource, once: str = ""
) -> NewEntry:
    """A new row. `once` names what submitted it; without, the moment and the words do."""
    entry_id, words = new_id(), written(checked.words)
    told = (b"once", once.encode()) if once else (b"said", moment_bytes(checked.felt_at), words)
    sealed = seal.seal(words, place_of(entry_id))
    return NewEntry(entry_id, user_id, checked.felt_at, sealed, seal.fingerprint(*told), source)


def opened(seal: PersonSeal | None, row: EntryRow) -> CheckIn:
    """One entry, opened; where its key is gone, without words."""
    words = None if seal is None else words_in(seal, row.id, row.sealed)
    if words is None:
        return CheckIn(
            id=row.id,
            felt_at=row.felt_at,
            time_zone="UTC",
            mood=UNREADABLE,
            source=row.source,
            created_at=row.created_at,
            updated_at=row.updated_at,
            is_readable=False,
        )
    return CheckIn(
        id=row.id,
        felt_at=row.felt_at,
        time_zone=words.zone,
        mood=mood_of(words),
        intensity=words.intensity,
        energy=words.energy,
        sleep_quality=words.sleep_quality,
        sleep_hours=words.sleep_hours,
        weather=words.weather,
        activities=words.activities,
        tags=words.tags,
        triggers=words.triggers,
        title=words.title,
        note=words.note,
        source=row.source,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def words_in(seal: PersonSeal, entry_id: UUID, sealed: bytes) -> Sealed | None:
    """What an entry says; None where it cannot be opened."""
    try:
        return Sealed.model_validate_json(seal.open(sealed, place_of(entry_id)))
    except (VaultError, ValidationError):
        return None


def all_opened(seal: PersonSeal | None, rows: Sequence[EntryRow], wanted: Wanted, shown: Shown = str) -> list[CheckIn]:
    """Those of many entries that are wanted, in their order."""
    return [entry for entry in (opened(seal, row) for row in rows) if wanted.is_all or wanted.takes(entry, shown)]


def wanted_of(
    search: str,
    scores: Collection[int] = (),
    moods: Collection[str] = (),
    first: date | None = None,
    last: date | None = None,
) -> Wanted:
    """What was asked for, as `Wanted`."""
    return Wanted(tuple(searchable(search).split()), frozenset(scores), frozenset(moods), first, last)
