"""Which parts of the house are open, as far as an admin decided."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import FeatureSwitch


async def every(session: AsyncSession) -> Sequence[FeatureSwitch]:
    """Every switch an admin touched."""
    return (await session.scalars(select(FeatureSwitch).order_by(FeatureSwitch.name))).all()


async def put(session: AsyncSession, name: str, *, is_on: bool, note: str, by: UUID) -> None:
    """Turn one on or off."""
    values = {"is_on": is_on, "note": note, "updated_by": by}
    await session.execute(
        insert(FeatureSwitch)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_={**values, "updated_at": func.now()})
    )
