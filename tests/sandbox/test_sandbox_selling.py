"""SKUs and entitlements as the real discord.py sees them: listed, bought, consumed, ended; events and interactions."""

from typing import Any

import aiohttp
import discord
import pytest

from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person


async def pulled(sandbox: Sandbox, path: str, **form: object) -> Any:
    """Pull one of the sandbox's handles."""
    async with aiohttp.ClientSession() as client, client.post(f"{sandbox.url}/sandbox/{path}", json=form) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


def sku(sandbox: Sandbox, name: str) -> str:
    """The id of something on sale."""
    return next(one.id for one in sandbox.world.skus if one.name == name)


async def test_skus_are_listed(bot: Bot, sandbox: Sandbox) -> None:
    found = await bot.fetch_skus()
    kinds = {one.name: {other.type for other in found if other.name == one.name} for one in found}
    assert kinds["A pot"] == {discord.SKUType.consumable}
    # A subscription comes with the group that Discord makes around it.
    assert kinds["Starter"] == {discord.SKUType.subscription, discord.SKUType.subscription_group}


async def test_buying_consuming_and_buying_again(bot: Bot, sandbox: Sandbox, robin: Person) -> None:
    form = {"user_id": robin.id, "sku_id": sku(sandbox, "A pot")}
    bought = await pulled(sandbox, "purchases", **form)
    async with aiohttp.ClientSession() as client:
        again = await client.post(f"{sandbox.url}/sandbox/purchases", json=form)
        assert again.status == 400
        await again.release()
    found = [one async for one in bot.entitlements(user=discord.Object(int(robin.id)))]
    assert [str(one.id) for one in found] == [bought["id"]]
    await found[0].consume()
    assert (await bot.fetch_entitlement(found[0].id)).consumed
    second = await pulled(sandbox, "purchases", **form)
    await pulled(sandbox, f"purchases/{second['id']}/refund")
    assert [str(one.id) async for one in bot.entitlements()] == [bought["id"]]
    await bot.until("entitlement_delete")
    heard = [(name, str(args[0].id)) for name, args in bot.heard if name.startswith("entitlement_")]
    assert heard == [
        ("entitlement_create", bought["id"]),
        ("entitlement_update", bought["id"]),
        ("entitlement_create", second["id"]),
        ("entitlement_delete", second["id"]),
    ]


async def test_only_what_was_bought_once_is_consumed(bot: Bot, sandbox: Sandbox, robin: Person) -> None:
    form = {"user_id": robin.id, "sku_id": sku(sandbox, "Starter")}
    bought = await pulled(sandbox, "purchases", **form)
    one = await bot.fetch_entitlement(int(bought["id"]))
    with pytest.raises(discord.HTTPException):
        await one.consume()
    with pytest.raises(discord.NotFound):
        await bot.fetch_entitlement(5)


async def test_a_subscription_ends_with_its_month(bot: Bot, sandbox: Sandbox, robin: Person) -> None:
    starter = sku(sandbox, "Starter")
    bought = await pulled(sandbox, "purchases", user_id=robin.id, sku_id=starter)
    listed = next(one for one in await bot.fetch_skus() if str(one.id) == starter)
    (running,) = [one async for one in listed.subscriptions(user=discord.Object(int(robin.id)))]
    assert running.status is discord.SubscriptionStatus.active
    await pulled(sandbox, f"purchases/{bought['id']}/cancel")
    (ending,) = [one async for one in listed.subscriptions(user=discord.Object(int(robin.id)))]
    # Discord's number for a subscription that ends; discord.py 2.7.1 takes it for one that has ended.
    assert ending.status.value == 2
    one = await bot.fetch_entitlement(int(bought["id"]))
    assert one.ends_at is None
    await pulled(sandbox, "clock", advance=31 * 86_400)
    assert (await bot.fetch_entitlement(int(bought["id"]))).ends_at is not None
    left = [one async for one in bot.entitlements(exclude_ended=True)]
    assert left == []


async def test_test_entitlements(bot: Bot, sandbox: Sandbox, robin: Person) -> None:
    starter = discord.Object(int(sku(sandbox, "Starter")))
    await bot.create_entitlement(starter, discord.Object(int(robin.id)), discord.EntitlementOwnerType.user)
    (made,) = [one async for one in bot.entitlements()]
    await made.delete()
    assert [one async for one in bot.entitlements()] == []
    pot = discord.Object(int(sku(sandbox, "A pot")))
    with pytest.raises(discord.HTTPException):
        await bot.create_entitlement(pot, discord.Object(int(robin.id)), discord.EntitlementOwnerType.user)
