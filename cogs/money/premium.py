"""Ways to buy, as buttons: what Discord sells for us itself, and the page where a card pays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import discord

from bot.services.cafe import Cafe
from bot.texts import Say

_A_ROW = 5
"""Buttons in a row (Discord's own number)."""

PLAN, WALLET = "/plan", "/wallet"


def buying(cafe: Cafe, skus: Iterable[int | None], path: str, say: Say) -> list[discord.ui.Item[Any]]:
    """A row of buttons, or nothing where nothing is sold. `skus` are those of the plans or packages that are shown.

    A premium button names and prices itself: Discord does that. It takes only SKUs it sells for us now.
    """
    buttons: list[discord.ui.Button[Any]] = []
    page = cafe.paying.payments.page(path)
    if page is not None:
        label = say("Pay with play money") if cafe.paying.payments.is_play else say("Pay by card")
        buttons.append(discord.ui.Button(label=label[:80], url=page))
    on_sale = cafe.paying.entitlements.on_sale
    wanted = dict.fromkeys(sku for sku in skus if sku is not None and sku in on_sale)
    buttons += [discord.ui.Button(style=discord.ButtonStyle.premium, sku_id=sku) for sku in wanted]
    return [discord.ui.ActionRow(*buttons[:_A_ROW])] if buttons else []
