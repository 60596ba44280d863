"""A character's picture gets an address that Discord can fetch, or none, and the reply goes out either way."""

import asyncio
import hashlib
import io

import pytest
from PIL import Image

from bot.ports import Face
from bot.transport.faces import EMOJI_SIDE, Faces, emoji_image, emoji_name
from tests.transport.hall import Hall, hall
from tests.transport.meddler import lose_answer


def picture(color: str = "teal", size: tuple[int, int] = (512, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def hang(here: Hall, color: str = "teal") -> str:
    data = picture(color)
    sha256 = hashlib.sha256(data).hexdigest()
    here.pictures.kept[sha256] = data
    return sha256


async def test_a_picture_is_uploaded_once_and_shown_with_every_message() -> None:
    async with hall() as here:
        face = Face("Mira", hang(here))
        await asyncio.gather(*(here.perform(here.scene(face=face)).finish(f"{number}") for number in range(5)))
        (upload,) = here.calls("POST", "/emojis")
        assert upload.request["name"] == emoji_name(face.picture_sha256 or "")
        addresses = {entry.request["avatar_url"] for entry in here.calls("POST", "/webhooks/")}
        assert addresses == {f"{here.meddler.url}/emojis/{upload.response['id']}.png?size=128"}
        assert all(message.webhook_avatar for message in here.said)
        assert here.face_cache.kept == {face.picture_sha256: int(upload.response["id"])}


async def test_a_restart_finds_the_emoji_and_uploads_nothing() -> None:
    async with hall() as here:
        sha256 = hang(here)
        first = await here.faces.url(sha256)
        again = Faces(here.executor, here.face_cache, here.pictures, here.application_id)
        assert await again.url(sha256) == first
        assert await again.url(sha256) == first
        assert len(here.calls("POST", "/emojis")) == 1
        assert len(here.calls("GET", "/emojis")) == 2


async def test_an_emoji_that_was_deleted_is_uploaded_again() -> None:
    async with hall() as here:
        sha256 = hang(here)
        await here.faces.url(sha256)
        for emoji in list(here.sandbox.world.emojis):
            here.sandbox.world.emojis.drop(emoji.id)
        again = Faces(here.executor, here.face_cache, here.pictures, here.application_id)
        assert await again.url(sha256)
        assert len(here.calls("POST", "/emojis")) == 2


async def test_an_upload_whose_answer_is_lost_is_found_next_time() -> None:
    async with hall() as here:
        sha256 = hang(here)
        here.meddler.play("POST", "/emojis", lose_answer)
        assert await here.faces.url(sha256) is None
        assert await here.faces.url(sha256) is not None
        assert len(here.calls("POST", "/emojis")) == 1


async def test_with_a_public_address_nothing_is_uploaded() -> None:
    async with hall() as here:
        faces = Faces(
            here.executor, here.face_cache, here.pictures, here.application_id, public_url="https://cafe.example/"
        )
        assert await faces.url("ab" * 32) == f"https://cafe.example/media/{'ab' * 32}.png"
        assert here.calls("GET", "/emojis") == []


@pytest.mark.parametrize("data", [None, b"", b"<svg/>", b"\x89PNG\r\n\x1a\n but no more", picture()[:80]])
async def test_a_picture_that_cannot_be_used_costs_the_face_not_the_reply(data: bytes | None) -> None:
    async with hall() as here:
        if data is not None:
            here.pictures.kept["cd" * 32] = data
        for number in range(3):
            await here.perform(here.scene(face=Face("Mira", "cd" * 32))).finish(f"Still talking {number}.")
        assert len(here.said) == 3
        assert not any("avatar_url" in entry.request for entry in here.calls("POST", "/webhooks/"))
        assert here.pictures.asked == 1


@pytest.mark.parametrize("size", [(512, 300), (1, 1), (3, 500), (128, 128)])
def test_every_picture_becomes_a_square_png_within_discords_limit(size: tuple[int, int]) -> None:
    data = emoji_image(picture(size=size))
    assert data is not None
    assert len(data) <= 256 * 1024
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("PNG", (EMOJI_SIDE, EMOJI_SIDE))
