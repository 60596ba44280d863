"""Check-ins as files on the web: in from Daylio with a look first, out as CSV and JSON; nothing is left lying."""

from __future__ import annotations

import io
import json
import re

import pytest
from aiohttp import ClientResponse, FormData

from bot import limits
from bot.errors import InvalidInput
from tests.web.conftest import Site, Visitor
from tests.web.test_web_mood import check_in, rows, who_said_yes
from web.routes.mood_files import packed, unpacked

DAYLIO = """\ufefffull_date,date,weekday,time,mood,activities,note_title,note
2026-05-03,May 3,Sunday,9:30 pm,rad,friends | boats,,"A ""quoted"" note
of two lines, with <script>alert(1)</script>"
2026-05-03,May 3,Sunday,08:05,floaty,,,=HYPERLINK(1)
2026-05-02,May 2,Saturday,12:00,floaty,,,
2026-05-01,May 1,Friday,25:61,meh,,,broken
1999-01-01,January 1,Friday,10:00,meh,,,long ago
""".encode()
PACKED = re.compile(r'name="packed" value="([^"]*)"')


async def sends(robin: Visitor, data: bytes, name: str = "daylio.csv") -> ClientResponse:
    form = FormData()
    form.add_field("form_token", await robin.token())
    form.add_field("file", io.BytesIO(data), filename=name, content_type="text/csv")
    return await robin.client.post("/mood/import", data=form, headers={"Origin": robin.origin}, allow_redirects=False)


async def test_a_file_is_shown_mapped_and_then_kept(site: Site) -> None:
    robin = await who_said_yes(site)
    answer = await sends(robin, DAYLIO)
    page = await answer.text()
    assert answer.status == 200
    assert "Nothing is kept yet." in page
    assert await rows(site, "mood_entries") == 0
    assert "“floaty”, 2 check-ins" in page
    assert "<script>alert" not in page
    assert "25:61" in page
    found = PACKED.search(page)
    assert found is not None
    field = re.search(r'name="(step_\d+)"', page)
    assert field is not None
    number = field[1].removeprefix("step_")
    typed = {"packed": found[1], f"mood_{number}": "floaty", field[1]: ""}
    for step in ("", "11", "x"):
        answer = await robin.send("/mood/import/take", {**typed, field[1]: step})
        assert answer.status == 422
        assert f'id="{field[1]}-trouble"' in await answer.text()
        assert await rows(site, "mood_entries") == 0
    answer = await robin.send("/mood/import/take", {**typed, field[1]: "4"})
    page = await answer.text()
    assert answer.status == 200
    assert re.findall(r'<td class="number">(\d+)</td>', page) == ["3", "0", "1", "1"]
    assert await rows(site, "mood_entries") == 3
    listed = await robin.page("/mood/list")
    assert "floaty" in listed
    assert "of two lines, with &lt;script&gt;" in listed
    again = await sends(robin, DAYLIO)
    page = await again.text()
    assert "Bring in" not in page
    assert await rows(site, "mood_entries") == 3


NO_DIARIES = {
    "another app": (b"Date,Feeling\n2026-05-03,fine\n", "full_date"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "no text"),
    "cut off": (b'full_date,time,mood\n"2026', "breaks off"),
    "empty": (b"", "Choose a file first"),
    "too many": (b"full_date,time,mood\n" + b"2026-05-03,10:00,rad\n" * (int(limits.MOOD_FILE_ROWS_MAX) + 1), "Split"),
    "too large": (b"x" * (int(limits.MOOD_FILE_BYTES_MAX) + 1), "too large"),
}


async def test_what_is_no_diary_is_refused_beside_the_field(site: Site) -> None:
    robin = await who_said_yes(site)
    for name, (data, words) in NO_DIARIES.items():
        answer = await sends(robin, data)
        page = await answer.text()
        assert answer.status == 422, name
        assert 'id="file-trouble"' in page, name
        assert words in page, name
    assert await rows(site, "mood_entries") == 0


async def test_a_file_that_did_not_come_along_is_asked_for_again(site: Site) -> None:
    robin = await who_said_yes(site)
    for wrong in ("", "!!", "AAAA", packed(b"x" * 100)[:-8], packed(bytes(int(limits.MOOD_FILE_BYTES_MAX) + 10))):
        answer = await robin.send("/mood/import/take", {"packed": wrong})
        assert answer.status == 422, wrong[:10]
    for path in ("/mood/import", "/mood/import/take"):
        assert (await robin.get(path)).headers["Location"] == "/mood/files"


def test_packing_keeps_every_byte_and_what_grows_too_large_is_refused() -> None:
    data = bytes(range(256)) * 1000
    assert unpacked(packed(data)) == data
    with pytest.raises(InvalidInput):
        unpacked(packed(bytes(int(limits.MOOD_FILE_BYTES_MAX) + 1)))


async def test_what_goes_out_comes_in_again_and_runs_no_formula(site: Site) -> None:
    robin, sasha = await who_said_yes(site), await who_said_yes(site, 901)
    await check_in(robin, mood="sad", note='=cmd|"/c calc"!A1', tags="+1, @home", activities=["Music"])
    answer = await robin.get("/mood/check-ins.csv")
    data = await answer.read()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="check-ins.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"'=cmd" in data
    assert b",=cmd" not in data
    told = json.loads(await (await robin.get("/mood/check-ins.json")).read())
    assert "=cmd" in json.dumps(told)
    assert "Here already" in await (await sends(robin, data)).text()
    page = await (await sends(sasha, data)).text()
    found = PACKED.search(page)
    assert found is not None
    assert (await sasha.send("/mood/import/take", {"packed": found[1]})).status == 200
    listed = await sasha.page("/mood/list")
    assert "=cmd|&#34;/c calc&#34;!A1" in listed
    assert "#+1" in listed
