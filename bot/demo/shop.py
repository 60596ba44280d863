"""Lets the local Discord sell plans and packages, where they are tried: each SKU stands for what is called as it is."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from db import functions
from db.models import Plan, TokenPackage
from db.work import Actor, Database


async def stand_for(database: Database, skus: Mapping[str, int], admin_discord_id: int) -> None:
    """Let SKUs, by name, stand for the plans and packages of the same names, unless others do already."""
    async with database.work(Actor.job("demo")) as work:
        admin_id = await functions.user_of(work.session, admin_discord_id)
    if admin_id is None:
        return
    async with database.work(Actor.admin(admin_id)) as work:
        for model in (Plan, TokenPackage):
            rows = await work.session.execute(select(model.id, model.name).where(model.name.in_(skus)))
            for row_id, name in rows.all():
                sku = update(model).where(model.id == row_id).values(discord_sku_id=skus[name])
                await work.session.execute(sku)
