"""Links of a creator to themselves elsewhere: as typed, checked, and as they are kept. Pure; nothing is fetched.

A link is kept as an address a browser can open (RFC 3986), http or https alone, without a name or password before the
host, in ASCII (other alphabets as punycode), so that what is read is where it leads.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.drafts import clean_text
from bot.texts import N_, Text


class Site(StrEnum):
    """Where a creator can be found; each is a field of its own."""

    WEBSITE = "website"
    GITHUB = "github"
    TWITTER = "twitter"
    LINKEDIN = "linkedin"
    DISCORD = "discord"
    YOUTUBE = "youtube"


SITES: Mapping[Site, Text] = {
    Site.WEBSITE: N_("Website"),
    Site.GITHUB: N_("GitHub"),
    Site.TWITTER: N_("X (Twitter)"),
    Site.LINKEDIN: N_("LinkedIn"),
    Site.DISCORD: N_("Discord"),
    Site.YOUTUBE: N_("YouTube"),
}
"""The fields in the words people know the sites by."""

_HOSTS: Mapping[Site, tuple[str, ...]] = {
    Site.GITHUB: ("github.com",),
    Site.TWITTER: ("x.com", "twitter.com"),
    Site.LINKEDIN: ("linkedin.com",),
    Site.DISCORD: ("discord.gg", "discord.com"),
    Site.YOUTUBE: ("youtube.com", "youtu.be"),
}
_NAMED: Mapping[Site, tuple[str, re.Pattern[str]]] = {
    Site.GITHUB: ("https://github.com/{name}", re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")),
    Site.TWITTER: ("https://x.com/{name}", re.compile(r"[A-Za-z0-9_]{1,15}")),
    Site.LINKEDIN: ("https://www.linkedin.com/in/{name}", re.compile(r"[A-Za-z0-9-]{3,100}")),
    Site.DISCORD: ("{name}", re.compile(r"[a-z0-9_.]{2,32}")),
    Site.YOUTUBE: ("https://www.youtube.com/@{name}", re.compile(r"[A-Za-z0-9_.-]{3,30}")),
}
"""How a name alone is read: the address it stands for, and what names look like there (each site's own rule)."""

_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NOWHERE = ("local", "localhost", "internal", "invalid", "test", "example", "lan", "home", "corp", "onion", "arpa")
_KEPT_SIGNS = "%/:=&?~#+!$,;'@()*[]-._"


@dataclass(frozen=True, slots=True)
class Link:
    """A link under a name of its own."""

    platform: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link as faces show it. `url` is None where there is only a name (of a Discord account)."""

    label: Text | str
    text: str
    url: str | None


def clean_link(site: Site, typed: str) -> str:
    """What is kept of a field: an address, or a Discord name; empty is none. Raises `InvalidInput` (field: site)."""
    text = typed.strip()
    if not text:
        return ""
    if len(text) > limits.CREATOR_LINK_MAX:
        raise _too_long(site.value, SITES[site], len(text))
    named = _NAMED.get(site)
    name = text.removeprefix("@").lower() if site is Site.DISCORD else text.removeprefix("@")
    if named is not None and "/" not in text and named[1].fullmatch(name) and not _is_host(site, name):
        return named[0].format(name=name)
    url = clean_url(site.value, SITES[site], text)
    hosts = _HOSTS.get(site)
    host = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")
    if hosts is not None and host not in hosts and not host.endswith(tuple(f".{one}" for one in hosts)):
        raise InvalidInput(
            "link_elsewhere",
            N_("{label}: write your name there, or an address on {host}. Other addresses go below, under other links."),
            field=site.value,
            label=SITES[site],
            host=hosts[0],
        )
    return url


def clean_url(field: str, label: Text, typed: str) -> str:
    """An address as it is kept. Raises `InvalidInput` that says what is wrong with it."""
    if any(char.isspace() or not char.isprintable() or char in '<>"\\^`{|}' for char in typed):
        raise _no_address(field, label)
    text = typed if "://" in typed or typed.lower().startswith(("javascript:", "data:")) else f"https://{typed}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _no_address(field, label) from None
    if parts.scheme.lower() not in ("http", "https"):
        raise InvalidInput(
            "link_scheme", N_("{label}: only addresses that begin with https:// or http:// are taken."),
            field=field, label=label,
        )  # fmt: skip
    if "@" in parts.netloc:
        raise InvalidInput(
            "link_with_name",
            N_("{label}: an address with a name before its host leads elsewhere than it says. Leave that part out."),
            field=field,
            label=label,
        )
    host = _clean_host(field, label, parts.hostname or "")
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    kept = urlunsplit((parts.scheme.lower(), place, _ascii(parts.path), _ascii(parts.query), _ascii(parts.fragment)))
    if len(kept) > limits.CREATOR_LINK_MAX:
        raise _too_long(field, label, len(kept))
    return kept


def clean_links(typed: str) -> tuple[Link, ...]:
    """Other links, one a line: a name and its address (`Mastodon https://…`). Raises `InvalidInput` (`other_links`)."""
    label = N_("Other links")
    lines = [line.strip() for line in typed.replace("\r", "\n").split("\n") if line.strip()]
    if len(lines) > limits.CREATOR_LINKS_MAX:
        raise InvalidInput(
            "links_too_many",
            N_("{label}: at most {maximum} are allowed, one a line; you wrote {count}."),
            field="other_links",
            label=label,
            maximum=int(limits.CREATOR_LINKS_MAX),
            count=len(lines),
        )
    links: list[Link] = []
    for line in lines:
        platform, _, address = line.rpartition(" ")
        url = clean_url("other_links", label, address)
        name = clean_text("other_links", label, platform.strip(" :–-"), limits.CREATOR_PLATFORM_MAX)
        links.append(Link(name or (urlsplit(url).hostname or "").removeprefix("www."), url))
    return tuple({link.url: link for link in links}.values())


def typed_links(links: tuple[Link, ...]) -> str:
    """Other links as they would be typed."""
    return "\n".join(f"{link.platform} {link.url}" for link in links)


def shown_link(site: Site, kept: str) -> ShownLink:
    """A field's link as it is shown: the address without what everybody knows."""
    if not kept.startswith(("https://", "http://")):
        return ShownLink(SITES[site], kept, None)
    return ShownLink(SITES[site], readable(kept), kept)


def readable(url: str) -> str:
    """An address as people say it: without scheme, `www.` and the last slash. Host first, so it cannot pretend."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


def _is_host(site: Site, name: str) -> bool:
    """Whether what was typed as a name is a site's own host."""
    return name.lower().removeprefix("www.") in _HOSTS.get(site, ())


def _clean_host(field: str, label: Text, host: str) -> str:
    try:
        plain = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _no_address(field, label) from None
    labels = plain.split(".")
    fits = len(plain) <= 253 and len(labels) > 1 and all(_HOST_LABEL.fullmatch(one) for one in labels)
    if not fits or labels[-1].isdecimal() or labels[-1].startswith("0x") or _is_number(host):
        raise _no_address(field, label)
    if labels[-1] in _NOWHERE:
        raise InvalidInput(
            "link_nowhere",
            N_("{label}: nobody else can reach {host}. Write an address that is open to everybody."),
            field=field,
            label=label,
            host=plain,
        )
    return plain


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _ascii(part: str) -> str:
    return quote(part, safe=_KEPT_SIGNS)


def _no_address(field: str, label: Text) -> InvalidInput:
    return InvalidInput(
        "link_unreadable", N_("{label}: that is no address of a page. Copy it from the browser's address line."),
        field=field, label=label,
    )  # fmt: skip


def _too_long(field: str, label: Text, length: int) -> InvalidInput:
    return InvalidInput(
        "link_too_long",
        N_("{label}: an address may have at most {maximum} characters; yours has {length}."),
        field=field,
        label=label,
        maximum=int(limits.CREATOR_LINK_MAX),
        length=length,
    )
