"""What people type that cannot be used: a sentence that names the field and the limit, and what was typed is kept."""

import io
import struct

import pytest
import simcord
from PIL import Image

from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import FILLED, create, last, words
from tests.services.test_services_pictures import gif
from tests.services.test_services_turns import rows


def png(side: int = 64) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "orange").save(out, "PNG")
    return out.getvalue()


async def made(town: Town) -> list[object]:
    return [row[0] for row in await rows(town.program, "SELECT name FROM characters ORDER BY id")]


def typed_in(modal: dict[str, object]) -> dict[str, str]:
    """What a form shows when it opens."""
    labels: list[dict[str, dict[str, str]]] = modal["components"]  # type: ignore[assignment]
    fields = [label["component"] for label in labels if "component" in label]  # the rest are words of ours
    return {field["custom_id"]: field.get("value", "") for field in fields}


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "The name is empty. It needs 2 to 32 characters."),
        ("name", "x" * 320, "The name may have at most 32 characters; yours has 320."),
        ("name", "🏮" * 4000, "The name may have at most 32 characters; yours has 4000."),
        ("name", "🏮🏮🏮", "The name needs at least one letter or digit among its 2 to 32 characters."),
        ("name", "\u200b\u200b\u200b", "The name contains a character nobody can see (U+200B)."),
        (
            "name",
            "Mi\u202era",
            "The name contains a hidden character (U+202E) that turns the reading direction around.",
        ),
        ("name", "@everyone", "The name must not contain “@”"),
        ("name", "<@123456789012345678>", "The name must not contain “<”"),
        ("name", "**Mira** [x](https://x)", "The name looks like a web address."),
        ("name", "**Mira**", "The name must not contain “*”"),
        (
            "name",
            "https://mira.example",
            "The name looks like a web address. Write a name of 2 to 32 characters instead.",
        ),
        ("name", "Discord Staff", "The name must not contain “discord”"),
        ("description", "x" * 3000, "Description: at most 300 characters are allowed; you wrote 3000."),
        ("greeting", "\u200b", "Greeting: nothing can be seen there. Write up to 8000 characters."),
        ("system_prompt", "\u200b", "Instructions: nothing can be seen there. Write up to 32000 characters."),
        ("system_prompt", " ", "Instructions: nothing can be seen there. Write up to 32000 characters."),
        ("examples", "x" * 3999, "Examples: begin with “You:” or “Mira:”"),
        ("examples", "You: hello", "Examples: exchange 1 has no answer."),
    ],
)
async def test_a_form_that_cannot_be_used_is_kept_and_can_be_mended(
    town: Town, field: str, typed: str, sentence: str
) -> None:
    refused = await create(town, town.robin, **{field: typed})
    assert sentence in words(refused)
    assert await made(town) == []
    reopened = await town.robin.click(last(refused), label="Mend")
    assert reopened.modal is not None
    assert typed_in(reopened.modal) == {**FILLED, field: typed}
    mended = await town.robin.submit_modal(reopened, FILLED)
    assert "**Mira** is ready" in words(mended)
    assert await made(town) == ["Mira"]


async def test_a_name_that_passes_for_the_owner_or_the_bot_is_kept_to_be_mended(town: Town) -> None:
    for name in ("Alexandra", "ａｌｅｘａｎｄｒａ", town.client.user.name if town.client.user else ""):
        refused = await create(town, town.robin, name=name, examples="")
        assert "cannot be mistaken" in words(refused)
        reopened = await town.robin.click(last(refused), label="Mend")
        assert reopened.modal is not None
        assert typed_in(reopened.modal)["name"] == name
    assert await made(town) == []


async def test_the_same_name_twice_is_kept_to_be_mended(town: Town) -> None:
    await create(town, town.robin)
    refused = await create(town, town.robin, name="MIRA")
    assert "already have a character called “MIRA”" in words(refused)
    reopened = await town.robin.click(last(refused), label="Mend")
    assert reopened.modal is not None
    assert "is ready" in words(await town.robin.submit_modal(reopened, {**FILLED, "name": "Mirabel", "examples": ""}))
    assert "is ready" in words(await create(town, town.sasha))


@pytest.mark.parametrize(
    ("filename", "size", "sentence"),
    [
        ("face.png", 10 * 2**20 + 1, "The picture may have at most 10 MB; yours has 10.0 MB."),
        ("face.svg", 200, "The picture is an SVG drawing, which may contain programs."),
    ],
)
async def test_a_picture_refused_by_its_announcement_opens_no_form(
    town: Town, filename: str, size: int, sentence: str
) -> None:
    refused = await town.robin.slash(town.channel, "character create", picture=(filename, bytes(size)))
    assert refused.modal is None
    assert sentence in words(refused)


@pytest.mark.parametrize(
    ("filename", "data", "sentence"),
    [
        ("face.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The picture is an SVG drawing"),
        ("face.gif", gif(5000), "The picture has more than 500 frames."),
        ("face.gif", gif(1, (65_535, 65_535)), "The picture would unpack to more than 40 million pixels."),
        ("face.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR", "The picture could not be read"),
        ("face.exe", b"MZ" + bytes(500), "The picture is no picture we can read."),
    ],
)
async def test_a_bad_picture_costs_nobody_their_words(town: Town, filename: str, data: bytes, sentence: str) -> None:
    told = words(await create(town, town.robin, picture=(filename, data)))
    assert "**Mira** is ready" in told
    assert sentence in told
    assert "/character avatar" in told
    assert await made(town) == ["Mira"]
    (choice,) = await town.robin.autocomplete(town.channel, "character avatar", "character", "Mir")
    again = await town.robin.slash(
        town.channel, "character avatar", character=choice["value"], picture=("face.png", png())
    )
    assert words(again) == "**Mira** has a new face."
    assert await rows(town.program, "SELECT count(*) FROM characters WHERE picture_id IS NOT NULL") == [(1,)]


async def test_a_good_picture_is_worn(town: Town) -> None:
    assert words(await create(town, town.robin, picture=("face.png", png()))) == (
        "**Mira** is ready. Only you can summon it."
    )
    ((sha256, width),) = await rows(town.program, "SELECT sha256, width FROM media")
    assert width == 64
    assert await town.program.characters.pictures.read(str(sha256)) is not None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("\u200b\u200b", "Text: nothing can be seen there. Write up to 1500 characters."),
        ("x" * 5000, "Text: at most 1500 characters are allowed; you wrote 5000."),
    ],
)
async def test_a_line_that_cannot_be_said_is_kept_to_be_mended(town: Town, typed: str, sentence: str) -> None:
    await create(town, town.robin)
    await town.robin.slash(town.channel, "character summon", character="Mira")
    await town.settle()
    refused = await town.robin.slash(town.channel, "say", character="Mira", text=typed)
    assert words(refused) == sentence
    reopened = await town.robin.click(last(refused), label="Mend")
    assert reopened.modal is not None
    assert typed_in(reopened.modal) == {"text": typed[:4000]}
    said = await town.robin.submit_modal(reopened, {"text": "Hello!"})
    await town.settle()
    assert said.response is not None
    assert said.response.content == "**To Mira:** Hello!"
    assert town.program.channels.texts()[-1] == ("Mira", "Well met.")


async def test_what_is_said_pings_nobody(town: Town) -> None:
    await create(town, town.robin)
    await town.robin.slash(town.channel, "character summon", character="Mira")
    await town.settle()
    said = await town.robin.slash(town.channel, "say", character="Mira", text=f"@everyone {town.sasha.mention}")
    await town.settle()
    assert said.response is not None
    assert not said.response.message.mention_everyone
    sent = [entry for entry in town.env.http_requests if "callback" in entry.path and "everyone" in str(entry.json)]
    assert len(sent) == 1
    assert sent[0].json["data"]["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("typed", ["nobody", "x" * 6000, "\u200b", "<@1>", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("command", ["character summon", "character show"])
async def test_a_character_that_is_not_there(town: Town, command: str, typed: str) -> None:
    refused = await town.robin.slash(town.channel, command, character=typed)
    assert words(refused) == "There is no such character. Pick one from the suggestions."


@pytest.mark.parametrize("command", ["character dismiss", "say"])
async def test_a_character_that_is_not_here(town: Town, command: str) -> None:
    more = {"text": "hello"} if command == "say" else {}
    refused: simcord.InteractionResult = await town.robin.slash(town.channel, command, character="nobody", **more)
    assert words(refused) == "No such character is in this channel."
