"""What every template has at hand: the words, who is signed in, the menu, and how numbers and times are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jinja2
from aiohttp import web
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from markupsafe import Markup

from bot.requests import request_id
from bot.texts import Say, Text
from web import assets, cookies, menu, notices
from web.forms import TOKEN_FIELD, VERSION_FIELD, Form, version_of
from web.keys import HOUSE, PAGE
from web.language import say_to
from web.links import Links
from web.pages import visitor

_PLAIN = "en"


def scene(request: web.Request) -> dict[str, object]:
    """The context of every page. A page's own context may not use these names."""
    say = say_to(request)
    me = visitor(request)
    page = request.get(PAGE)
    return {
        "say": say,
        "words": partial(_words, say),
        "language": say.language,
        "me": me,
        "form": Form(),
        "csrf": lambda: csrf_field(request),
        "csrf_token": lambda: csrf_token(request),
        "notice": notices.show(request),
        "page_name": "" if page is None else page.name,
        "menu": menu.of(request),
        "link": Links(request),
        "asset": assets.address,
        "house": request.app[HOUSE],
        "here": request.path,
        "request_id": request_id(),
        "zone": me.time_zone if me is not None else None,
    }


def _words(say: Say, label: str) -> str:
    """A marked text in the reader's language; any other word as it is."""
    return say(label) if isinstance(label, Text) else label


def csrf_token(request: web.Request) -> str:
    """What a form of ours carries, and nobody else can know. It is this browser's, as long as its cookie."""
    return cookies.tag(cookies.secret_of(request), "form")


def csrf_field(request: web.Request) -> Markup:
    """The hidden field of every form that changes something."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, csrf_token(request))


# ---------------------------------------------------------------------------------------------------- filters


def grouped(value: int, language: str) -> str:
    """A number with its separators, for a notice."""
    return _number(value, language)


# A list writes hundreds of numbers and days, most of them alike; Babel takes its time over each.
@lru_cache(maxsize=64)
def _locale_of(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_PLAIN)


@lru_cache(maxsize=4096)
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=_locale_of(language))


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return format_date(value, "d MMM yyyy", locale=_locale_of(language))


def _language(context: jinja2.runtime.Context) -> str:
    return str(context.get("language", _PLAIN))


def _locale(context: jinja2.runtime.Context) -> Locale:
    return _locale_of(_language(context))


def _zone(context: jinja2.runtime.Context) -> tzinfo:
    name = context.get("zone")
    try:
        return ZoneInfo(str(name)) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


@jinja2.pass_context
def number(context: jinja2.runtime.Context, value: float) -> str:
    """A number with its separators."""
    return _number(value, _language(context))


@jinja2.pass_context
def short_number(context: jinja2.runtime.Context, value: float) -> str:
    """A large number in few letters: 1.2M."""
    return format_compact_decimal(value, locale=_locale(context), fraction_digits=1)


@jinja2.pass_context
def percent(context: jinja2.runtime.Context, value: float) -> str:
    """A share of one."""
    return format_percent(value, locale=_locale(context))


@jinja2.pass_context
def money(context: jinja2.runtime.Context, cents: int, currency: str) -> str:
    """An amount in the smallest unit of a currency with hundredths."""
    return format_currency(cents / 100, currency.upper(), locale=_locale(context))


@jinja2.pass_context
def when(context: jinja2.runtime.Context, value: datetime | None) -> Markup:
    """A moment, in the reader's time zone (UTC, and said so, where none is known)."""
    if value is None:
        return Markup("–")
    zone = _zone(context)
    shown = format_datetime(value.astimezone(zone), "d MMM yyyy, HH:mm", locale=_locale(context))
    name = "" if context.get("zone") else " UTC"
    return Markup('<time datetime="{}">{}{}</time>').format(value.astimezone(UTC).isoformat(), shown, name)


@jinja2.pass_context
def day(context: jinja2.runtime.Context, value: datetime | None) -> Markup:
    """The day of a moment."""
    if value is None:
        return Markup("–")
    shown = _day(value.astimezone(_zone(context)).date(), _language(context))
    return Markup('<time datetime="{}">{}</time>').format(value.astimezone(UTC).isoformat(), shown)


FILTERS: Mapping[str, Any] = {
    "number": number,
    "short_number": short_number,
    "percent": percent,
    "money": money,
    "when": when,
    "day": day,
    "version": version_of,
}

GLOBALS: Mapping[str, Any] = {"VERSION_FIELD": VERSION_FIELD}
