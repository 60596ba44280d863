"""Links to our own pages by name, so that a template never puts an address together itself."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from aiohttp import web

from web.keys import PAGES


class Links:
    """`link("character", character_id=…)` in templates; `link.here(sort="-name")`: this page, its query changed."""

    def __init__(self, request: web.Request) -> None:
        self._request = request

    def __call__(self, name: str, /, query: Mapping[str, str] | None = None, **parts: object) -> str:
        """The address of a page. Raises KeyError for a name that no page has."""
        resource = self._request.app.router[name]
        if not query and all(isinstance(value, UUID) for value in parts.values()):
            # What most rows of a list have: an id, in which nothing is to be quoted.
            return resource.canonical.format_map(parts)
        url = resource.url_for(**{key: str(value) for key, value in parts.items()})
        return str(url.with_query(dict(query)) if query else url)

    def beside(self, name: str) -> str:
        """A page of the same thing as this one: the same ids in its path, the same query."""
        wanted = self._request.app[PAGES][name].placeholders
        parts = {part: self._request.match_info[part] for part in wanted}
        return self(name, dict(self._request.query), **parts)

    def has(self, name: str) -> bool:
        """Whether there is a page of this name."""
        return name in self._request.app.router

    @property
    def query(self) -> str:
        """What stands behind the `?` of this page."""
        return self._request.rel_url.raw_query_string

    def here(self, **changes: object) -> str:
        """This page with its query changed; None or an empty value takes one away."""
        query = dict(self._request.query)
        for name, value in changes.items():
            if value in (None, ""):
                query.pop(name, None)
            else:
                query[name] = str(value)
        url = self._request.rel_url.with_query(query)
        return str(url)
