"""Where this web face stands: its address, whether it is reached by https, whom it believes about its callers."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_NOWHERE = "0.0.0.0"  # noqa: S104 - compared with, never listened on


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks written with commas. Raises ValueError for what is none."""
    return tuple(ipaddress.ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip())


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback(netloc: str) -> bool:
    """Whether a host, with or without a port, is this very machine."""
    host = netloc.rpartition(":")[0] if ":" in netloc and not netloc.endswith("]") else netloc
    return host.lower() in _LOOPBACK_NAMES


@dataclass(frozen=True, slots=True)
class House:
    """How browsers reach this web face.

    `public_url` is empty where it is reached from this machine only. `proxies` are those whose `X-Forwarded-For` is
    believed. `leads_to` are origins of other houses that our forms may end at (Discord's, a till's).
    """

    public_url: str = ""
    proxies: tuple[Network, ...] = ()
    leads_to: tuple[str, ...] = ()

    @property
    def is_https(self) -> bool:
        """Whether browsers reach it by https."""
        return self.public_url.startswith("https://")

    @property
    def may_sign_in(self) -> bool:
        """Whether a session's cookie would be safe on the way: by https, or on this machine alone."""
        return not self.public_url or self.is_https or is_loopback(urlsplit(self.public_url).netloc)

    def address(self, request: web.Request) -> str:
        """The address in front of every path, as this browser must use it."""
        if self.public_url:
            return self.public_url
        return f"http://{request.host}" if is_loopback(request.host) else ""

    def origin(self, request: web.Request) -> str:
        """What a browser names as the Origin of our own pages; empty where it came by an address that is not ours."""
        address = self.address(request)
        return _origin(address) if address else ""

    def cookie(self, name: str) -> str:
        """A cookie's name: bound to this very host by its prefix wherever https allows that."""
        return f"__Host-{name}" if self.is_https else f"botcafe-{name}"

    def caller(self, request: web.Request) -> str:
        """The address a request came from: the last one in `X-Forwarded-For` that no trusted proxy has."""
        near = request.remote or _NOWHERE
        if not self.proxies or not self._is_proxy(near):
            return near
        hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
        for hop in reversed(hops):
            if not _is_address(hop):
                return near
            near = hop
            if not self._is_proxy(hop):
                break
        return near

    def _is_proxy(self, address: str) -> bool:
        if not _is_address(address):
            return False
        found = ipaddress.ip_address(address)
        return any(found in network for network in self.proxies)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
