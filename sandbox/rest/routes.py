"""A table of routes that the areas fill."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.rest.call import Answer, Call, CallerKind

#: What a handler answers: JSON (200), None (204), or an Answer with a status of its own.
Handler = Callable[[Call], Awaitable[Answer | Any]]

#: Who may call most routes.
KNOWN: frozenset[CallerKind] = frozenset({"bot", "user"})
#: Routes whose right lies in a token of the path.
ANYBODY: frozenset[CallerKind] = frozenset({"bot", "user", "bearer", "none"})
#: Routes that OAuth2 tokens open too.
ALSO_BEARER: frozenset[CallerKind] = frozenset({"bot", "user", "bearer"})


@dataclass(frozen=True)
class Route:
    """One method of one path template."""

    method: str
    path: str
    handler: Handler
    callers: frozenset[CallerKind] = KNOWN
    #: Interaction endpoints stand outside the rate limits (docs: Receiving and Responding).
    limited: bool = True

    @property
    def name(self) -> str:
        """Method and template, as limits name a route."""
        return f"{self.method} {self.path}"


class Routes:
    """Collects the routes of an area."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def on(
        self, method: str, path: str, *, callers: frozenset[CallerKind] = KNOWN, limited: bool = True
    ) -> Callable[[Handler], Handler]:
        """Decorate the handler of one route."""

        def take(handler: Handler) -> Handler:
            self.all.append(Route(method, path, handler, callers, limited))
            return handler

        return take

    def get(self, path: str, *, callers: frozenset[CallerKind] = KNOWN) -> Callable[[Handler], Handler]:
        """Decorate the handler of a GET."""
        return self.on("GET", path, callers=callers)

    def post(self, path: str, *, callers: frozenset[CallerKind] = KNOWN) -> Callable[[Handler], Handler]:
        """Decorate the handler of a POST."""
        return self.on("POST", path, callers=callers)

    def put(self, path: str, *, callers: frozenset[CallerKind] = KNOWN) -> Callable[[Handler], Handler]:
        """Decorate the handler of a PUT."""
        return self.on("PUT", path, callers=callers)

    def patch(self, path: str, *, callers: frozenset[CallerKind] = KNOWN) -> Callable[[Handler], Handler]:
        """Decorate the handler of a PATCH."""
        return self.on("PATCH", path, callers=callers)

    def delete(self, path: str, *, callers: frozenset[CallerKind] = KNOWN) -> Callable[[Handler], Handler]:
        """Decorate the handler of a DELETE."""
        return self.on("DELETE", path, callers=callers)


def in_order(routes: Iterable[Route]) -> list[Route]:
    """Routes with fixed words before those with parameters, so that "@me" is never taken for an id."""
    return sorted(routes, key=lambda route: [(part.startswith("{"), part) for part in route.path.split("/")])
