"""Tokens, money and days in words."""

from __future__ import annotations

from datetime import datetime

from bot.texts import Say
from cogs.panels import bar, grouped

__all__ = ["bar", "day", "grouped", "price", "tokens"]

_SIGNS = {"usd": "$", "eur": "€", "gbp": "£"}


def tokens(number: int, say: Say) -> str:
    """So many tokens."""
    return say.plural("{n} token", "{n} tokens", number, n=grouped(number))


def price(cents: int, currency: str) -> str:
    """An amount of money, without cents where there are none."""
    whole = grouped(cents // 100) + ("" if cents % 100 == 0 else f".{cents % 100:02}")
    sign = _SIGNS.get(currency)
    return f"{sign}{whole}" if sign else f"{whole} {currency.upper()}"


def day(at: datetime) -> str:
    """A day, as Discord shows it in the reader's own language and time zone."""
    return f"<t:{int(at.timestamp())}:D>"
