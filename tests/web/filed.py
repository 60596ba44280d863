"""Forms with a file, as a browser sends them."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import ClientResponse, FormData

from tests.web.conftest import Visitor


async def sent_file(
    visitor: Visitor, path: str, fields: Mapping[str, str], name: str, data: bytes, file_name: str,
    mime: str = "application/octet-stream",
) -> ClientResponse:  # fmt: skip
    """The answer to a form of these fields with one file."""
    form = FormData()
    for field, value in {"form_token": await visitor.token(), **fields}.items():
        form.add_field(field, value)
    form.add_field(name, data, filename=file_name, content_type=mime)
    return await visitor.client.post(path, data=form, headers={"Origin": visitor.origin}, allow_redirects=False)
