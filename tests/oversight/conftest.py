"""People, staff among them, on a real database."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from bot.services.oversight.audit import Oversight
from bot.services.oversight.chain import SealingKeys
from db import functions
from db import functions_oversight as oversight_functions
from db.models import AccountStatus, UserRole
from db.work import Actor, Database

KEYS = SealingKeys([bytes(range(32))])


@dataclass(frozen=True)
class House:
    """An admin, a moderator, and two members."""

    database: Database
    oversight: Oversight
    admin: UUID
    moderator: UUID
    robin: UUID
    sasha: UUID


async def arrive(database: Database, discord_id: int, name: str) -> UUID:
    async with database.work(Actor.job("arrive")) as work:
        return await functions.arrive(work.session, discord_id=discord_id, username=name, display_name=name.title())


async def crown(database: Database, user_id: UUID, role: UserRole) -> None:
    async with database.work(Actor.job("crown")) as work:
        await oversight_functions.put_standing(
            work.session, user_id, role=role, status=AccountStatus.ACTIVE, reason="", until=None
        )


@pytest.fixture
async def house(database: Database) -> House:
    people = [await arrive(database, 100 + number, name) for number, name in enumerate(("ada", "mo", "robin", "sasha"))]
    await crown(database, people[0], UserRole.ADMIN)
    await crown(database, people[1], UserRole.MODERATOR)
    return House(database, Oversight(database), *people)
