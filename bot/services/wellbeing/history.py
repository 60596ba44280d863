"""What a person limited and what came of it: their own history, page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from bot.errors import InvalidInput
from bot.texts import N_
from db.models import LimitEventKind, SaidIn, SelfRules
from db.queries.wellbeing import history as queries
from db.work import Work

PAGE = 10
_MARK = re.compile(r"(?P<at>[0-9]{10,17})-(?P<id>[0-9a-f]{8}-[0-9a-f-]{27})")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Either `rules` (and those `before` them) from `holds_from` on, or an `event`.

    `replaced_at`: it was changed again before it began.
    """

    at: datetime
    rules: SelfRules | None = None
    before: SelfRules | None = None
    said_in: SaidIn | None = None
    holds_from: datetime | None = None
    replaced_at: datetime | None = None
    event: LimitEventKind | None = None
    trigger_id: UUID | None = None
    until: datetime | None = None

    @property
    def waited(self) -> bool:
        """Whether it did not hold at once."""
        return self.holds_from is not None and self.holds_from > self.at


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some lines, the newest first. `next` is where the next page begins; None: there is none."""

    lines: tuple[Line, ...]
    next: str | None


class LimitHistory:
    """Reads it, in the person's own name."""

    async def page(self, work: Work, user_id: UUID, after: str | None = None, most: int = PAGE) -> LinePage:
        """One page. Raises `InvalidInput` for a mark that is none."""
        rows = await queries.page(work.session, user_id, None if after is None else _read(after), most + 1)
        shown = rows[:most]
        more = f"{_micros(shown[-1].at)}-{shown[-1].id}" if len(rows) > most else None
        return LinePage(tuple(_line(one) for one in shown), more)


def _line(row: queries.HistoryRow) -> Line:
    before = SelfRules() if row.rules is not None and row.before is None else row.before
    return Line(
        row.at, row.rules, before, row.said_in, row.holds_from, row.replaced_at, row.event, row.trigger_id, row.until
    )


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def _read(mark: str) -> tuple[datetime, UUID]:
    found = _MARK.fullmatch(mark)
    try:
        if found is not None:
            seconds, micros = divmod(int(found["at"]), 1_000_000)
            at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)
            return at, UUID(found["id"])
    except (ValueError, OverflowError, OSError):
        pass
    raise InvalidInput("no_such_page", N_("There is no such page. Begin again from the first one."))
