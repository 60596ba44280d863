"""Files are read from Discord's own host by a fresh address, and never further than asked."""

import pytest
from discord.asset import Asset

from bot.errors import Closed, StageClosed
from bot.ports import Files
from bot.transport.files import DiscordFiles, is_discords
from bot.transport.pointing import pointed_at
from sandbox.acts import messages
from sandbox.uploads import Upload
from tests.transport.double import double, reply
from tests.transport.hall import Hall, hall


def posted(here: Hall, data: bytes = b"# Notes") -> tuple[int, int]:
    upload = Upload(0, "notes.md", data, "text/markdown")
    draft = messages.Draft(
        here.channel,
        here.sandbox.person("robin").id,
        {"content": "", "attachments": [{"id": 0, "filename": "notes.md"}]},
        [upload],
    )
    message = messages.write(here.sandbox.core, draft)
    return int(message.id), int(message.attachments[0].id)


async def test_a_file_is_read_by_ids() -> None:
    async with hall() as here:
        files: Files = DiscordFiles(here.executor)
        with pointed_at(here.sandbox.url):
            assert await files.read(here.place, *posted(here), most_bytes=100) == b"# Notes"


async def test_a_file_too_large_is_not_read() -> None:
    async with hall() as here:
        with pointed_at(here.sandbox.url), pytest.raises(StageClosed) as caught:
            await DiscordFiles(here.executor).read(here.place, *posted(here), most_bytes=3)
        assert caught.value.reason is Closed.TOO_LARGE
        assert not [one for one in here.calls("GET", "/attachments/")]


async def test_what_is_gone_is_gone() -> None:
    async with hall() as here:
        message_id, attachment_id = posted(here)
        with pointed_at(here.sandbox.url):
            for ids in ((message_id, 1), (1, attachment_id)):
                with pytest.raises(StageClosed, match="file_gone"):
                    await DiscordFiles(here.executor).read(here.place, *ids, most_bytes=100)


async def test_a_host_that_says_less_than_it_sends_is_cut_off() -> None:
    async with hall() as here, double() as stand_in:
        address = f"{here.sandbox.url}/x"
        listing = f'{{"attachments": [{{"id": "5", "size": 3, "url": "{address}"}}]}}'
        stand_in.answers = [reply(200, listing)]
        with pytest.raises(StageClosed) as caught:
            await DiscordFiles(here.executor).read(here.place, 4, 5, most_bytes=10)
        assert caught.value.reason is Closed.REFUSED, "another host than the one pointed at"
        big = f'{{"attachments": [{{"id": "5", "size": 3, "url": "{Asset.BASE}/attachments/1/5/x"}}]}}'
        stand_in.answers = [reply(200, big), reply(200, "y" * 50_000, kind="text/plain")]
        with pytest.raises(StageClosed) as caught:
            await DiscordFiles(here.executor).read(here.place, 4, 5, most_bytes=10)
        assert caught.value.reason is Closed.TOO_LARGE
        stand_in.answers = [reply(200, big), reply(302, "", Location="http://169.254.169.254/")]
        with pytest.raises(StageClosed, match="unreachable"):
            await DiscordFiles(here.executor).read(here.place, 4, 5, most_bytes=10)


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://cdn.discordapp.com/attachments/1/2/x.png?ex=1", True),
        ("https://media.discordapp.net/attachments/1/2/x.png", True),
        ("http://cdn.discordapp.com/x", False),
        ("https://cdn.discordapp.com:8443/x", False),
        ("https://cdn.discordapp.com.evil.example/x", False),
        ("https://cdn.discordapp.com@evil.example/x", False),
        ("https://evil@cdn.discordapp.com/x", False),
        ("https://127.0.0.1/x", False),
        ("file:///etc/passwd", False),
        ("", False),
        ("https://[::1/x", False),
    ],
)
def test_only_discords_hosts_are_asked(address: str, fits: bool) -> None:
    assert is_discords(address) is fits
