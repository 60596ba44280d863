"""`admin add|remove|list` and `audit verify|seal`: who steers the house, and the proof over its log."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from uuid import UUID

from bot.clock import SystemClock
from bot.local.errors import StartError
from bot.local.upkeep import reached
from bot.services.keys.vault import VaultError, house_keys
from bot.services.oversight.audit import Oversight
from bot.services.oversight.chain import SealingKeys
from bot.services.oversight.checking import Broken, Fault, Head, Verdict
from bot.services.oversight.sealing import Sealing
from bot.services.oversight.standings import Standings, UserRole
from bot.services.oversight.verifying import verify
from bot.settings import Settings
from db.work import Database

Tell = Callable[[str], None]

FAULTS: dict[Fault, str] = {
    Fault.NUMBER_MISSING: "a batch is missing before it",
    Fault.LINK_BROKEN: "it does not follow the batch before it",
    Fault.LINE_MISSING: "lines are missing from it, or were put in",
    Fault.LINE_CHANGED: "this line was changed after it was sealed",
    Fault.HASH_WRONG: "its hash is not that of its lines and of the batch before it",
    Fault.SIGNATURE_WRONG: "it was not sealed with the house's key (SECRET_KEY)",
    Fault.SIGNATURE_MISSING: "its seal was taken away",
    Fault.BACKDATED: "this line says that it is older than it can be",
    Fault.DETAILS_CHANGED: "the differences beside this line were changed",
    Fault.DETAILS_MISSING: "the differences beside this line are gone, and nobody erased them",
    Fault.UNSEALED: "this line should have been sealed hours ago (does a worker run?)",
    Fault.HEAD_MISSING: "the chain does not hold the head that was given: its end was cut off, or it is another chain",
}


async def decide_role(settings: Settings, discord_id: int, *, is_admin: bool, tell: Tell) -> None:
    """Make somebody an admin, or a member again; by their Discord id, whether they were here before or not."""
    async with _opened(settings) as database:
        standings = Standings(database, Oversight(database), SystemClock())
        role = UserRole.ADMIN if is_admin else UserRole.USER
        was = await standings.crown(discord_id, role)
        staff = await standings.staff()
    if was is role:
        tell(f"{discord_id} is {'an admin' if is_admin else 'a member'} already. Nothing was changed.")
    else:
        tell(f"{discord_id} is {'an admin' if is_admin else 'a member'} now; they sign in on the web anew.")
    if not any(one.role is UserRole.ADMIN for one in staff):
        tell("There is no admin any more. Make one with: python -m bot admin add DISCORD_ID")


async def list_staff(settings: Settings, *, tell: Tell) -> None:
    """Tell who is a moderator or an admin."""
    async with _opened(settings) as database:
        staff = await Standings(database, Oversight(database), SystemClock()).staff()
    for one in staff:
        standing = "" if one.status.value == "active" else f"  ({one.status.value})"
        tell(f"{one.role.value:<10} {one.discord_id or '-':<20} {one.username}{standing}")
    if not staff:
        tell("Nobody has a role. Make an admin with: python -m bot admin add DISCORD_ID")


async def verify_log(settings: Settings, *, head: str | None, as_json: bool, tell: Tell) -> bool:
    """Check every batch and line of the audit log; tell what was checked and, if so, the first broken link."""
    try:
        expected = Head.parse(head) if head else None
    except ValueError as error:
        raise StartError(
            "A head is a number, a colon and 64 digits, as the program's log has it (audit_sealed head=12:9f86…)."
        ) from error
    async with _opened(settings) as database:
        verdict = await verify(database, _keys(settings), expected=expected)
    tell(_for_machines(verdict) if as_json else _told(verdict))
    return verdict.holds


async def seal_log(settings: Settings, *, tell: Tell) -> None:
    """Seal what waits now, without waiting for the hour."""
    async with _opened(settings) as database:
        batches = await Sealing(database, _keys(settings)).run()
    tell(f"Sealed in {batches} batch(es)." if batches else "No line waits to be sealed.")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncGenerator[Database]:
    async with reached(settings) as place:
        database = Database(place.url, pool_size=2, max_overflow=0)
        try:
            yield database
        finally:
            await database.close()


def _keys(settings: Settings) -> SealingKeys:
    try:
        return SealingKeys(house_keys(settings.secret_key.get_secret_value(), settings.data_dir))
    except VaultError as error:
        raise StartError(str(error)) from error


def _told(verdict: Verdict) -> str:
    lines = [
        f"batches   {verdict.batches:>9,}  linked, each hash recomputed",
        f"seals     {verdict.signed:>9,}  signed with the house's key"
        + (f"; {verdict.unknown_key:,} with a key that is not here" if verdict.unknown_key else ""),
        f"lines     {verdict.lines:>9,}  in batches; {verdict.waiting:,} wait for the next one",
        f"details   {verdict.details:>9,}  as they were written; {verdict.erased:,} erased",
    ]
    if verdict.first is not None:
        lines.append(f"BROKEN: {verdict.fault_count:,} fault(s). The first: {_fault(verdict.first)}.")
        lines += [f"  {_fault(one)}" for one in verdict.faults[1:10]]
    else:
        lines.append("The audit log is as it was written.")
    if verdict.head is not None:
        lines.append(f"head      {verdict.head}   (note it elsewhere; later: audit verify --head …)")
    return "\n".join(lines)


def _fault(broken: Broken) -> str:
    where = f"batch {broken.batch}" if broken.batch else "outside of batches"
    line = f", line {broken.line_id}" if broken.line_id is not None else ""
    return f"{where}{line}: {FAULTS[broken.fault]}"


def _for_machines(verdict: Verdict) -> str:
    found = asdict(verdict) | {"head": None if verdict.head is None else str(verdict.head), "holds": verdict.holds}
    return json.dumps(found, default=lambda value: str(value) if isinstance(value, UUID) else repr(value))
