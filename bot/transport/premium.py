"""Discord's shop over REST: SKUs, entitlements, consuming (docs: Monetization; SKU and Entitlement resources)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, cast

import discord

from bot.ports.places import Caller
from bot.ports.premium import Bought, PremiumAway, Sku, SkuKind
from bot.transport.executor import Call, Done, Executor, Refused

OnReady = Callable[[], Awaitable[object]]

_AVAILABLE = 1 << 2
_PAGE = 100
_UNKNOWN_ENTITLEMENT = 10029
_OF = "/applications/{application_id}/entitlements"


class DiscordPremium:
    """Our application's shop. `application_id` tells the application's id, 0 before it is known."""

    def __init__(self, executor: Executor, application_id: int = 0) -> None:
        self._executor = executor
        self._application_id = application_id

    async def skus(self) -> tuple[Sku, ...]:
        """Everything our application sells, without the groups that subscriptions bring along."""
        rows = await self._asked("GET", "/applications/{application_id}/skus")
        found = (_sku(row) for row in cast("list[Mapping[str, Any]]", rows))
        return tuple(one for one in found if one is not None and one.kind is not SkuKind.GROUP)

    async def bought(self) -> AsyncIterator[Bought]:
        """Everything people have of us now, oldest first."""
        after = 0
        while True:
            query = {"limit": str(_PAGE), "after": str(after), "exclude_deleted": "true", "exclude_ended": "true"}
            rows = cast("list[Mapping[str, Any]]", await self._asked("GET", _OF, query=query))
            for row in rows:
                yield bought_of(row)
            if len(rows) < _PAGE:
                return
            after = max(int(row["id"]) for row in rows)

    async def one(self, entitlement_id: int) -> Bought | None:
        """One of them; None where there is none any more."""
        outcome = await self._executor.request(await self._call("GET", f"{_OF}/{{entitlement_id}}", entitlement_id))
        if isinstance(outcome, Refused) and (outcome.status == 404 or outcome.code == _UNKNOWN_ENTITLEMENT):
            return None
        return bought_of(cast("Mapping[str, Any]", _body(outcome)))

    async def consume(self, entitlement_id: int) -> None:
        """Say that what was bought was handed out: it can be bought again."""
        call = await self._call("POST", f"{_OF}/{{entitlement_id}}/consume", entitlement_id)
        _body(await self._executor.request(call))

    async def person(self, discord_id: int) -> Caller | None:
        """Who somebody is whom we have not met."""
        outcome = await self._executor.request(Call("GET", "/users/{user_id}", {"user_id": discord_id}))
        if isinstance(outcome, Refused) and outcome.status == 404:
            return None
        row = cast("Mapping[str, Any]", _body(outcome))
        name = str(row.get("global_name") or row["username"])
        return Caller(discord_id=discord_id, username=str(row["username"]), display_name=name)

    async def _asked(self, method: str, path: str, *, query: Mapping[str, str] | None = None) -> object:
        return _body(await self._executor.request(await self._call(method, path, query=query)))

    async def _call(
        self, method: str, path: str, entitlement_id: int = 0, *, query: Mapping[str, str] | None = None
    ) -> Call:
        if not self._application_id:
            known = _body(await self._executor.request(Call("GET", "/applications/@me")))
            self._application_id = int(cast("Mapping[str, str]", known)["id"])
        ids: dict[str, int | str] = {"application_id": self._application_id}
        if entitlement_id:
            ids["entitlement_id"] = entitlement_id
        return Call(method, path, ids, query=query or {})


def hear_of_sales(client: discord.Client, hear: Callable[[int], Awaitable[None]], on_ready: OnReady) -> None:
    """Tell of every entitlement that changes, and of every new session: what happened before it is not replayed."""

    async def changed(entitlement: discord.Entitlement) -> None:
        await hear(entitlement.id)

    for event in ("on_entitlement_create", "on_entitlement_update", "on_entitlement_delete"):
        _listen(client, event, changed)
    _listen(client, "on_ready", on_ready)


def _listen(client: discord.Client, event: str, heard: Callable[..., Awaitable[object]]) -> None:
    cast("Any", client).add_listener(heard, event)


def bought_of(row: Mapping[str, Any]) -> Bought:
    """An entitlement as Discord's JSON has it."""
    return Bought(
        id=int(row["id"]),
        sku_id=int(row["sku_id"]),
        discord_user_id=_id(row.get("user_id")),
        guild_id=_id(row.get("guild_id")),
        type=int(row["type"]),
        starts_at=_moment(row.get("starts_at")),
        ends_at=_moment(row.get("ends_at")),
        is_consumed=bool(row.get("consumed")),
        is_deleted=bool(row.get("deleted")),
    )


def _sku(row: Mapping[str, Any]) -> Sku | None:
    try:
        kind = SkuKind(int(row["type"]))
    except ValueError:
        return None
    return Sku(int(row["id"]), str(row["name"]), kind, bool(int(row.get("flags", 0)) & _AVAILABLE))


def _body(outcome: object) -> object:
    if isinstance(outcome, Done):
        return outcome.body
    if isinstance(outcome, Refused):
        raise PremiumAway(f"Discord refused ({outcome.status}, {outcome.code})")
    raise PremiumAway(f"Discord did not answer ({type(outcome).__name__})")


def _id(value: object) -> int | None:
    return None if value is None else int(str(value))


def _moment(value: object) -> datetime | None:
    return None if value is None else discord.utils.parse_time(str(value))
