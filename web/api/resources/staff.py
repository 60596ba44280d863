"""For moderators and admins: people, how they stand, and the audit log. Every look and decision is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from bot import limits
from bot.services.oversight.accounts import Account as AccountSeen
from bot.services.oversight.accounts import PeopleOrder, PersonRow, WantedPeople
from bot.services.oversight.auditing import LogLine, Wanted
from bot.services.oversight.standings import AccountStatus, Standing, UserRole
from web.api.call import Call, after
from web.api.cursors import not_ours
from web.api.kinds import Area, Endpoint, Id, In, Listed, ListQuery, Moment, Out, OutSnowflake, Scope, Words
from web.api.kinds import Standing as Needed

_REASON = Field(max_length=int(limits.REASON_MAX))


class PeopleQuery(ListQuery):
    """Which people, in which order."""

    words: Annotated[Words, Field(max_length=100)] = ""
    """How a name begins, Discord's id, or ours."""
    role: UserRole | None = None
    status: AccountStatus | None = None
    tag: Annotated[Words, Field(max_length=60)] = ""
    order: PeopleOrder = PeopleOrder.NEWEST


class PersonLine(Out):
    """A person in the list."""

    id: UUID
    discord_id: OutSnowflake | None
    username: str
    name: str
    role: UserRole
    status: AccountStatus
    suspended_until: datetime | None
    created_at: datetime


class People(Listed):
    """People."""

    items: tuple[PersonLine, ...]


class Note(Out):
    """What somebody of staff noted. `author` is empty where they left."""

    id: UUID
    text: str
    author: str
    created_at: datetime


class Person(Out):
    """One account: counts and times, tags and notes. No word of theirs."""

    id: UUID
    discord_id: OutSnowflake | None
    username: str
    name: str
    language: str | None
    role: UserRole
    status: AccountStatus
    reason: str
    """What the person reads of why they are kept out."""
    suspended_until: datetime | None
    version: datetime | None
    """Of how they stand: send it with a decision. Null: nobody ever decided anything."""
    created_at: datetime
    characters: int
    public_characters: int
    books: int
    public_books: int
    conversations: int
    turns_30_days: int
    last_turn_at: datetime | None
    sessions_open: int
    login_count: int
    last_login_at: datetime | None
    tokens: int
    tags: tuple[str, ...]
    notes: tuple[Note, ...]


class Decision(In):
    """A decision on how somebody stands."""

    reason: Annotated[Words, _REASON] = ""
    """What the person reads, or for the log why they are let in again."""
    version: Moment | None = None
    """The `version` you saw, null where there was none; where somebody decided meanwhile, yours is refused."""


class Suspension(Decision):
    """Keeping somebody out."""

    until: Moment | None = None
    """Null: until it is lifted."""


class Ban(Decision):
    """Keeping somebody out for good."""

    withdraws: bool = False
    """Whether what they published is to be theirs alone again."""


class Stands(Out):
    """How somebody stands now."""

    role: UserRole
    status: AccountStatus
    reason: str
    suspended_until: datetime | None
    version: datetime | None
    signed_out: int
    """How many browsers this signed out."""
    withdrawn: int
    """How much of what they published this withdrew."""


class AuditQuery(ListQuery):
    """Which lines of the log."""

    actor_id: Id | None = None
    of_user_id: Id | None = None
    action: Annotated[Words, Field(max_length=60)] = ""
    target_id: Annotated[Words, Field(max_length=200)] = ""
    request_id: Annotated[Words, Field(max_length=200)] = ""
    since: Moment | None = None
    until: Moment | None = None


class AuditLine(Out):
    """One line. Names are empty where somebody left; `details` is null where they were erased."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor: str
    action: str
    target_kind: str
    target_id: str
    of_user_id: UUID | None
    of: str
    request_id: str
    batch: int | None
    """The sealed batch it stands in; null: in none yet."""
    details: dict[str, Any] | None


class AuditLines(Listed):
    """Lines of the audit log, the newest first."""

    items: tuple[AuditLine, ...]


# ------------------------------------------------------------------------------------------------ people


async def search_people(call: Call) -> People:
    """Who is here."""
    asked = call.query(PeopleQuery)
    wanted = WantedPeople(asked.words, asked.role, asked.status, asked.tag)
    found = await call.desk.oversight.accounts.search(
        call.me, wanted, order=asked.order, after=call.table_mark(), limit=asked.limit + 1
    )
    shown = found[: asked.limit]
    last = (shown[-1].username, shown[-1].id) if len(found) > asked.limit else None
    return People(items=tuple(_line(one) for one in shown), next=after(last))


async def get_person(call: Call) -> Person:
    """One account. That you looked is written down, and shown to them."""
    user_id, rules = call.id("user_id"), call.desk.oversight
    async with rules.oversight.at_work(call.me, "user.looked_at", "user", user_id, of=user_id) as work:
        return _person(await rules.accounts.look(work, user_id))


async def suspend_person(call: Call) -> Stands:
    """Keep somebody out for a time; they read why. Their browsers are signed out, their tokens refused."""
    sent = call.body(Suspension)
    decided = await call.desk.oversight.standings.suspend(
        call.me, call.id("user_id"), reason=sent.reason, until=sent.until, seen=sent.version
    )
    return _stands(decided.after, decided.signed_out, decided.withdrawn)


async def ban_person(call: Call) -> Stands:
    """Keep somebody out for good; they read why."""
    sent = call.body(Ban)
    decided = await call.desk.oversight.standings.ban(
        call.me, call.id("user_id"), reason=sent.reason, withdraws=sent.withdraws, seen=sent.version
    )
    return _stands(decided.after, decided.signed_out, decided.withdrawn)


async def restore_person(call: Call) -> Stands:
    """Let somebody in again."""
    sent = call.body(Decision)
    decided = await call.desk.oversight.standings.restore(
        call.me, call.id("user_id"), why=sent.reason, seen=sent.version
    )
    return _stands(decided.after, decided.signed_out, decided.withdrawn)


async def search_audit(call: Call) -> AuditLines:
    """What was done, by whom, to what and for whose data."""
    asked, found = call.query(AuditQuery), call.mark(datetime, UUID)
    mark = None
    if found is not None:
        at, one = found
        if not isinstance(at, datetime) or not isinstance(one, UUID):
            raise not_ours()
        mark = at, one
    wanted = Wanted(
        asked.actor_id, asked.of_user_id, asked.action, asked.target_id, asked.request_id, asked.since, asked.until
    )
    lines = await call.desk.oversight.log.search(call.me, wanted, after=mark, limit=asked.limit + 1)
    shown = lines[: asked.limit]
    last = (shown[-1].at, shown[-1].id) if len(lines) > asked.limit else None
    return AuditLines(items=tuple(_logged(one) for one in shown), next=after(last))


# ------------------------------------------------------------------------------------------------ within


def _line(one: PersonRow) -> PersonLine:
    return PersonLine(
        id=one.id,
        discord_id=None if one.discord_id is None else str(one.discord_id),
        username=one.username,
        name=one.display_name,
        role=one.role,
        status=one.status,
        suspended_until=one.suspended_until,
        created_at=one.created_at,
    )


def _person(one: AccountSeen) -> Person:
    counts = one.counts
    return Person(
        id=one.id,
        discord_id=None if one.discord_id is None else str(one.discord_id),
        username=one.username,
        name=one.display_name,
        language=one.locale,
        role=one.standing.role,
        status=one.standing.status,
        reason=one.standing.reason,
        suspended_until=one.standing.suspended_until,
        version=one.standing.version,
        created_at=one.created_at,
        characters=counts.characters,
        public_characters=counts.public_characters,
        books=counts.books,
        public_books=counts.public_books,
        conversations=counts.conversations,
        turns_30_days=counts.turns_30_days,
        last_turn_at=counts.last_turn_at,
        sessions_open=counts.sessions_open,
        login_count=counts.login_count,
        last_login_at=counts.last_login_at,
        tokens=counts.tokens,
        tags=one.tags,
        notes=tuple(
            Note(id=note.id, text=note.text, author=note.author, created_at=note.created_at) for note in one.notes
        ),
    )


def _stands(one: Standing, signed_out: int, withdrawn: int) -> Stands:
    return Stands(
        role=one.role,
        status=one.status,
        reason=one.reason,
        suspended_until=one.suspended_until,
        version=one.version,
        signed_out=signed_out,
        withdrawn=withdrawn,
    )


def _logged(one: LogLine) -> AuditLine:
    return AuditLine(
        id=one.id,
        at=one.at,
        actor_kind=one.actor_kind,
        actor_id=one.actor_id,
        actor=one.actor,
        action=one.action,
        target_kind=one.target_kind,
        target_id=one.target_id,
        of_user_id=one.of_user_id,
        of=one.of,
        request_id=one.request_id,
        batch=one.batch,
        details=None if one.details is None else dict(one.details),
    )


_AREA, _STAFF = Area.STAFF, Scope.STAFF
_MODERATOR, _ADMIN = Needed.MODERATOR, Needed.ADMIN

ENDPOINTS = (
    Endpoint(
        "GET", "/staff/people", search_people, _AREA, "Who is here", People, _STAFF, _MODERATOR, query=PeopleQuery
    ),
    Endpoint("GET", "/staff/people/{user_id}", get_person, _AREA, "One account", Person, _STAFF, _MODERATOR),
    Endpoint(
        "POST", "/staff/people/{user_id}/suspend", suspend_person, _AREA, "Keep somebody out for a time", Stands,
        _STAFF, _MODERATOR, body=Suspension,
    ),
    Endpoint(
        "POST", "/staff/people/{user_id}/ban", ban_person, _AREA, "Keep somebody out for good", Stands, _STAFF, _ADMIN,
        body=Ban,
    ),
    Endpoint(
        "POST", "/staff/people/{user_id}/restore", restore_person, _AREA, "Let somebody in again", Stands, _STAFF,
        _MODERATOR, body=Decision,
    ),
    Endpoint(
        "GET", "/staff/audit", search_audit, _AREA, "The audit log", AuditLines, _STAFF, _ADMIN, query=AuditQuery
    ),
)  # fmt: skip
