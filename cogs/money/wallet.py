"""/wallet: what one has, what waits, what came and went."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.money.gifts import Gift
from bot.services.money.ledger import History, Movement
from bot.services.money.packages import PackageSeen
from bot.services.money.wallets import KINDS, WalletSeen
from bot.texts import Say
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.money.gift_panel import settle_elsewhere, told
from cogs.money.plan import show_plan
from cogs.money.premium import WALLET, buying
from cogs.money.services import cafe_of
from cogs.money.wording import day, grouped, price, tokens
from cogs.panels import answer, line, panel, redraw, row, short, show, words

_FOR_ME_SHOWN = 12
"""Each takes two of the 25 options of a menu."""
_FROM_ME_SHOWN = 25
_MESSAGE_SHOWN = 80


class WalletButton(LastingButton, template=r"wallet:(?P<deed>plan|look|history)(?::(?P<after>[0-9a-f-]{36}))?"):
    """Opens the plan, the wallet again, or a page of its history."""

    def __init__(self, deed: str, label: str, after: str | None = None) -> None:
        custom_id = f"wallet:{deed}" if after is None else f"wallet:{deed}:{after}"
        super().__init__(discord.ui.Button(label=label[:80], custom_id=custom_id))
        self.deed = deed
        self.after = after

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["deed"], "…", match["after"])

    async def pressed(self, interaction: Asked) -> None:
        """Show the presser's own, in place of what was there."""
        cafe = cafe_of(interaction)
        if self.deed == "plan":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await show_plan(interaction, cafe)
            return
        await interaction.response.defer()
        if self.deed == "look":
            await redraw(interaction, await wallet_of(interaction, cafe))
            return
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            page = await cafe.money.wallets.history(work, user_id, self.after)
        await redraw(interaction, history_panel(page, is_first=self.after is None, say=say_for(interaction)))


class GiftsSelect(LastingSelect, template=r"wallet:gifts:(?P<whose>mine|theirs)"):
    """Answers a gift that waits, or takes one back."""

    @classmethod
    def of(cls, whose: str, options: list[discord.SelectOption], placeholder: str) -> Self:
        """The menu."""
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"wallet:gifts:{whose}", options=options, placeholder=placeholder
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Do it, say so, and show the wallet anew."""
        await interaction.response.defer()
        cafe = cafe_of(interaction)
        deed, _, which = self.item.values[0].partition(":")
        gift = await settle_elsewhere(interaction, cafe, UUID(which), deed)
        await redraw(interaction, await wallet_of(interaction, cafe))
        await answer(interaction, told(gift, say_for(interaction)))


ITEMS = (WalletButton, GiftsSelect)


async def show_wallet(interaction: Asked, cafe: Cafe) -> None:
    """Answer a deferred interaction with the wallet of who asks, for them only."""
    await show(interaction, await wallet_of(interaction, cafe))


async def wallet_of(interaction: Asked, cafe: Cafe) -> discord.ui.LayoutView:
    """The wallet of who asks."""
    say = say_for(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        seen = await cafe.money.wallets.look(work, user_id)
        packages = await cafe.money.packages.list(work)
        owed = await cafe.paying.payments.owed(work, user_id)
    buttons = buying(cafe, [one.discord_sku_id for one in packages], WALLET, say)
    return drawn(seen, Shop(packages if buttons else (), owed, buttons), say)


@dataclass(frozen=True, slots=True)
class Shop:
    """What is sold, what is owed of what was bought, and the buttons by which to buy."""

    packages: tuple[PackageSeen, ...] = ()
    owed: int = 0
    buttons: list[discord.ui.Item[Any]] = field(default_factory=list[discord.ui.Item[Any]])


def drawn(seen: WalletSeen, shop: Shop, say: Say) -> discord.ui.LayoutView:
    """The wallet. Pure."""
    balance = seen.balance
    title = say("You can spend {tokens}", tokens=tokens(balance.free, say))
    items: list[discord.ui.Item[Any]] = [words(f"### {title}"), words("\n".join(_parts(seen, say)))]
    if seen.gifts_for_me:
        shown = seen.gifts_for_me[:_FOR_ME_SHOWN]
        lines = "\n".join(_waiting(one, say) for one in shown)
        items += [line(), words(f"**{say('Gifts for you')}**\n{lines}")]
        items.append(row(GiftsSelect.of("theirs", _answers(shown, say), say("Accept or decline…"))))
    if seen.gifts_from_me:
        shown = seen.gifts_from_me[:_FROM_ME_SHOWN]
        lines = "\n".join(_waiting(one, say) for one in shown)
        items += [line(), words(f"**{say('Gifts from you that wait')}**\n{short(lines, 1200)}")]
        options = [_option("back", one, say("Take back: {gift}", gift=_named(one, say))) for one in shown]
        items.append(row(GiftsSelect.of("mine", options, say("Take one back…"))))
    items.append(row(WalletButton("history", say("History")), WalletButton("plan", say("Your plan"))))
    if shop.owed:
        items.append(
            words(
                say("{tokens} of a refund are still owed: the next you buy settle it.", tokens=tokens(shop.owed, say))
            )
        )
    if shop.packages:
        items += [line(), words("\n".join(_package(one, say) for one in shop.packages))]
    return panel(*items, *shop.buttons)


def _package(one: PackageSeen, say: Say) -> str:
    name, cost = plain(say.template(one.name)), price(one.price_cents, one.currency)
    told = f"**{name}** · {cost} · {tokens(one.tokens, say)}"
    return f"{told} + {grouped(one.bonus_tokens)}" if one.bonus_tokens else told


def _parts(seen: WalletSeen, say: Say) -> list[str]:
    balance = seen.balance
    lines = [say("{tokens} bought or given", tokens=tokens(balance.paid, say))]
    if seen.giveable < balance.paid:
        lines[0] += " · " + say("{n} of them can be given on", n=grouped(seen.giveable))
    if balance.promo:
        lines.append(say("{tokens} of your plan, or on top of what you bought", tokens=tokens(balance.promo, say)))
    if balance.expires_at is not None and balance.expiring:
        ends = {"tokens": tokens(balance.expiring, say), "day": day(balance.expires_at)}
        lines.append(say("{tokens} of those are gone on {day} if they are not used", **ends))
    if balance.held:
        lines.append(
            say("{tokens} kept back: for gifts that wait and replies under way", tokens=tokens(balance.held, say))
        )
    if seen.next_allowance:
        coming = {"tokens": tokens(seen.next_allowance, say), "day": day(seen.next_at)}
        lines.append("-# " + say("Your plan gives you {tokens} each month, next on {day}.", **coming))
    if not seen.is_charged:
        lines.append("-# " + say("Replies cost no tokens in this house now."))
    return lines


def _waiting(gift: Gift, say: Say) -> str:
    about = f"{_named(gift, say)} · {day(gift.expires_at)}"
    return f"{about}\n-# {plain(short(' '.join(gift.message.split()), _MESSAGE_SHOWN))}" if gift.message else about


def _named(gift: Gift, say: Say) -> str:
    values = {"tokens": tokens(gift.amount, say), "name": plain(gift.other_name or say("somebody"))}
    return say("{tokens} for {name}", **values) if gift.is_from_me else say("{tokens} from {name}", **values)


def _answers(gifts: tuple[Gift, ...], say: Say) -> list[discord.SelectOption]:
    options: list[discord.SelectOption] = []
    for one in gifts:
        named = _named(one, say)
        options.append(_option("accept", one, say("Accept {gift}", gift=named)))
        options.append(_option("decline", one, say("Decline {gift}", gift=named)))
    return options


def _option(deed: str, gift: Gift, label: str) -> discord.SelectOption:
    return discord.SelectOption(label=label.replace("\\", "")[:100], value=f"{deed}:{gift.id}")


def history_panel(page: History, *, is_first: bool, say: Say) -> discord.ui.LayoutView:
    """A page of what came and went. Pure."""
    items: list[discord.ui.Item[Any]] = [words(f"### {say('What came and went')}")]
    lines = [_moved(one, say) for one in page.rows]
    items.append(words("\n".join(lines) if lines else say("Nothing yet. Tokens you get or spend stand here.")))
    buttons: list[discord.ui.Item[Any]] = [WalletButton("look", say("Wallet"))]
    if not is_first:
        buttons.append(WalletButton("history", say("Newest")))
    if page.next is not None:
        buttons.append(WalletButton("history", say("Older"), page.next))
    return panel(*items, row(*buttons))


def _moved(one: Movement, say: Say) -> str:
    sign = "+" if one.amount > 0 else "−"
    return f"{day(one.at)} **{sign}{grouped(abs(one.amount))}** {say(KINDS[one.kind])}"
