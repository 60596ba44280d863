"""Creators on the web: the pages everybody sees, one's own, programs, shares, and what staff decide."""

import io
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from aiohttp import FormData
from PIL import Image
from sqlalchemy import text

from bot.services.characters import CharacterDraft
from bot.services.people.grants import Thing
from db.ids import new_id
from db.models import UserRole
from tests.web.conftest import Site, Visitor

PROFILE = {
    "username": "robin",
    "display_name": "Robin B",
    "bio": "I **make** things. <script>alert(1)</script> [bank.com](https://evil.example.com)",
    "kind": "writer",
    "experience": "advanced",
    "specialties": "sea tales",
    "tags": "cozy, sea",
    "location": "Lisbon",
    "languages": "English",
    "website": "robin.example.org",
    "github": "robin",
    "other_links": "Blog https://blog.example.org/",
    "accepts_collaborations": "on",
    "commissions": "open",
    "commission_info": "Ask me.",
    "visibility": "public",
}


def png(width: int = 64, height: int = 64, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


async def profile(me: Visitor, **more: str) -> None:
    answer = await me.send("/creator", {**PROFILE, **more})
    assert answer.status == 303, await answer.text()


async def character(site: Site, me: Visitor, name: str = "Mira", *, public: bool = True, adult: bool = False) -> UUID:
    assert me.user_id is not None
    draft = CharacterDraft(name, f"{name} keeps a lantern.", f"You are {name}.", f"Hello from {name}.")
    async with site.desk.at_work(me.user_id) as work:
        made = await site.desk.characters.create(work, me.user_id, draft)
        if public:
            await site.desk.characters.publish(work, me.user_id, made.id, is_adult=adult)
    return made.id


async def upload(me: Visitor, path: str, fields: Mapping[str, str], data: bytes, name: str = "a.png") -> Any:
    form = FormData({"form_token": await me.token(), **fields})
    form.add_field("picture", data, filename=name, content_type="image/png")
    return await me.client.post(path, data=form, headers={"Origin": me.origin}, allow_redirects=False)


async def test_a_creator_fills_a_page_and_everybody_reads_it(site: Site) -> None:
    me = await site.sign_in()
    assert 'name="username"' in await me.page("/creator")
    await profile(me)
    mira = await character(site, me)
    await character(site, me, "Vesper", adult=True)
    await character(site, me, "Secret", public=False)
    assert (await me.send("/creator/featured", {"featured": str(mira)})).status == 303
    assert (await upload(me, "/creator/picture", {"which": "avatar"}, png())).status == 303
    assert (await upload(me, "/creator/picture", {"which": "banner"}, png(900, 600))).status == 303
    guest = await site.visitor()
    page = await guest.page("/robin")
    assert "<h1>Robin B</h1>" in page
    assert "<strong>make</strong>" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "(evil.example.com)" in page  # a link says where it really leads
    assert 'href="https://robin.example.org"' in page
    assert page.count(">Mira</a>") == 2  # first, and in the list
    assert "Vesper" not in page
    assert "Secret" not in page
    picture = re.search(r'property="og:image" content="([^"]+)"', page)
    assert picture is not None
    assert picture[1].startswith(site.origin)
    shown = await guest.get(picture[1].removeprefix(site.origin))
    assert shown.status == 200
    assert Image.open(io.BytesIO(await shown.read())).size == (900, 300)
    one = await guest.page("/robin/mira")
    assert "Hello from Mira." in one
    assert "/character summon" in one
    assert 'property="og:title" content="Mira, a character by Robin B"' in one
    for hidden in ("/robin/vesper", "/robin/secret", "/robin/nobody", "/nobody", "/robin/%2Fadmin", "/robin%00"):
        assert (await guest.get(hidden)).status == 404, hidden
    assert (await guest.get("/Robin")).headers["Location"] == "/robin"
    assert (await guest.get("/robin/MIRA")).headers["Location"] == "/robin/mira"
    assert "Robin B" in await guest.page("/creators?search=robin&kind=writer&language=en&open=on&tag=sea")
    assert "Nobody fits that" in await guest.page("/creators?search=zzz")
    found = await guest.page("/discover?search=lantern")
    assert "Mira" in found
    assert "Vesper" not in found
    assert 'href="/robin/mira"' in found


async def test_bad_addresses_of_lists_begin_anew(site: Site) -> None:
    guest = await site.visitor()
    for query in (
        "after=%00",
        "after=WyIxIl0",
        "sort=;drop",
        "kind=boo",
        "language=xx",
        "tag=%F0%9F%8D%B5",
        "search=%27%22%3C",
    ):
        await guest.page(f"/creators?{query}")
        await guest.page(f"/discover?{query}")
    from web.lists import Cursor

    for value in ("1'; DROP TABLE x", "NaN", "1e999", "9" * 60, ""):
        for sort in ("followers", "newest", "active", "name"):
            await guest.page(f"/creators?sort={sort}&after={Cursor(value, new_id())}")


async def test_what_cannot_be_kept_stands_beside_its_field_as_it_was_typed(site: Site) -> None:
    me = await site.sign_in()
    for field, value in (("username", "admin"), ("username", ".."), ("website", "javascript:alert(1)"), ("bio", " ")):
        answer = await me.send("/creator", {**PROFILE, field: value})
        page = await answer.text()
        assert answer.status == 422
        assert f'id="{field}-trouble"' in page
        assert "Robin B" in page  # nothing typed is lost
    assert (await me.send("/creator", {**PROFILE, "user_id": str(new_id())})).status == 422
    await profile(me)
    other = await site.sign_in(number=901)
    taken = await other.send("/creator", {**PROFILE, "username": "r0bin"})
    assert taken.status == 422
    assert "is taken" in await taken.text()


async def test_two_tabs_keep_apart(site: Site) -> None:
    me = await site.sign_in()
    await profile(me)
    found = re.search(r'name="version" value="([^"]+)"', await me.page("/creator"))
    assert found is not None
    await profile(me, location="Porto", version=found[1])
    answer = await me.send("/creator", {**PROFILE, "location": "Faro", "version": found[1]})
    page = await answer.text()
    assert answer.status == 409
    assert "Porto" in page
    assert "Faro" in page
    again = re.search(r'name="version" value="([^"]+)"', page)
    assert again is not None
    await profile(me, location="Faro", version=again[1])
    assert "Faro" in await me.page("/robin")


async def test_files_that_are_no_pictures_are_refused(site: Site) -> None:
    me = await site.sign_in()
    await profile(me)
    for data, name in ((b"<svg onload=alert(1)>", "a.png"), (b"MZ\x90", "a.png"), (b"", "a.png"), (png(8, 8), "a.png")):
        answer = await upload(me, "/creator/picture", {"which": "avatar"}, data, name)
        assert answer.status == 303
        assert "notice trouble" in await me.page("/creator")
    assert "og:image" not in await me.page("/robin")


async def test_following_unfollowing_and_who_sees_it(site: Site) -> None:
    me, fan = await site.sign_in(), await site.sign_in(number=901)
    await profile(me)
    await character(site, me)
    assert me.user_id is not None
    async with site.desk.at_work(me.user_id) as work:
        mine = (await site.desk.creators.page(work, me.user_id, "robin")).card.id
    assert (await fan.send(f"/creators/{mine}/follow")).status == 303
    assert "1 follower" in await (await site.visitor()).page("/robin")
    assert "Guest 901" in await me.page("/creator/followers")
    assert "Guest 901" not in await (await site.visitor()).page("/robin")
    assert "Mira" in await fan.page("/creator/following")
    assert (await fan.get("/creator/followers")).status == 409  # no page of their own
    assert (await fan.send(f"/creator/following/{mine}/end")).status == 303
    assert (await fan.send(f"/creators/{new_id()}/follow")).status == 404
    assert (await me.send(f"/creators/{mine}/follow")).status == 403


async def test_liking_and_keeping_from_a_page(site: Site) -> None:
    me, fan = await site.sign_in(), await site.sign_in(number=901)
    await profile(me)
    mira, vesper = await character(site, me), await character(site, me, "Vesper", adult=True)
    for deed, told in (("like", "1 like"), ("favorite", "1 favorite")):
        answer = await fan.send(f"/discover/{mira}/{deed}", {"back": "/robin/mira"})
        assert answer.headers["Location"] == "/robin/mira"
        assert told in await fan.page("/robin/mira")
        away = await fan.send(f"/discover/{mira}/{deed}", {"back": "//evil.example"})
        assert away.headers["Location"] == "/discover"
        for other in (vesper, new_id()):
            assert (await fan.send(f"/discover/{other}/{deed}")).status == 404
    assert "0 likes" in await fan.page("/robin/mira")
    assert (await me.send(f"/discover/{mira}/like")).status == 403  # likes are for other people's


async def test_verification_goes_through_staff(site: Site) -> None:
    me = await site.sign_in()
    staff = await site.sign_in(number=902, role=UserRole.MODERATOR)
    await profile(me)
    assert (await me.send("/creator/verification", {"words": "See my site"})).status == 303
    assert "waits for an answer" in await me.page("/creator")
    queue = await staff.page("/admin/creators")
    assert "See my site" in queue
    found = re.search(r"/admin/creators/requests/([0-9a-f-]{36})", queue)
    assert found is not None
    for path in ("/admin/creators", "/admin/programs"):
        assert (await me.get(path)).status == 404
    assert (await me.send(f"/admin/creators/requests/{found[1]}", {"verdict": "verified"})).status == 404
    assert (
        await staff.send(f"/admin/creators/requests/{found[1]}", {"verdict": "verified", "answer": ""})
    ).status == 303
    assert "verified" in await (await site.visitor()).page("/robin")
    async with site.owner.connect() as connection:
        actions = set((await connection.execute(text("SELECT action FROM audit_log"))).scalars())
    assert {"verification.asked", "verification.listed", "verification.granted"} <= actions


async def test_a_program_from_draft_to_enrolment(site: Site) -> None:
    admin = await site.sign_in(number=903, role=UserRole.ADMIN)
    me = await site.sign_in()
    await profile(me)
    typed = {
        "name": "Spring Writers", "description": "For **writers**.", "requirements": "One character\nOne book",
        "benefits": "A badge", "tiers": "Bronze\n- a badge\n\nGold\n- all", "status": "draft", "deadline": "",
        "places": "1", "featured": "robin",
    }  # fmt: skip
    made = await admin.send("/admin/programs/new", typed)
    assert made.status == 303
    where = made.headers["Location"]
    guest = await site.visitor()
    assert (await guest.get("/programs/spring-writers")).status == 404
    version = re.search(r'name="version" value="([^"]+)"', await admin.page(where))
    assert version is not None
    assert (await admin.send(where, {**typed, "status": "open", "version": version[1]})).status == 303
    assert (await admin.send(where, {**typed, "status": "closed", "version": version[1]})).status == 409
    page = await guest.page("/programs/spring-writers")
    assert "<strong>writers</strong>" in page
    assert "Robin B" in page
    program = where.rsplit("/", 1)[1]
    refused = await me.send(f"/programs/{program}/apply", {"words": " ", "tier": "Gold"})
    assert refused.status == 422
    assert (await me.send(f"/programs/{program}/apply", {"words": "I write", "tier": "Boo"})).status == 422
    assert (await me.send(f"/programs/{program}/apply", {"words": "I write", "tier": "Gold"})).status == 303
    assert (await me.send(f"/programs/{program}/apply", {"words": "I write", "tier": "Gold"})).status == 409
    listed = await admin.page(f"{where}/applications")
    assert "I write" in listed
    one = re.search(r"/applications/([0-9a-f-]{36})", listed)
    assert one is not None
    assert (await me.send(f"{where}/applications/{one[1]}", {"state": "accepted"})).status == 404
    assert (
        await admin.send(f"{where}/applications/{one[1]}", {"state": "accepted", "answer": "Welcome"})
    ).status == 303
    assert "Welcome" in await me.page("/programs/spring-writers")
    assert "Takes part" in await me.page("/programs")
    late = await site.sign_in(number=904)
    await profile(late, username="wren", display_name="Wren")
    assert (await late.send(f"/programs/{program}/apply", {"words": "Me too", "tier": "Bronze"})).status == 303
    two = re.search(r"/applications/([0-9a-f-]{36})", await admin.page(f"{where}/applications"))
    assert two is not None
    await admin.send(f"{where}/applications/{two[1]}", {"state": "accepted"})
    assert "all are taken" in await admin.page(f"{where}/applications")
    assert (await late.send(f"/programs/{program}/withdraw")).status == 303
    assert (await me.send(f"/programs/{program}/leave")).status == 303


async def test_sharing_on_the_web(site: Site) -> None:
    me, friend, stranger = await site.sign_in(), await site.sign_in(number=901), await site.sign_in(number=905)
    mira = await character(site, me, public=False)
    where = f"/shares/character/{mira}"
    for other in (friend, stranger):
        assert (await other.get(where)).status == 404
        assert (await other.send(f"{where}/give", {"person": "guest905", "permission": "read"})).status == 404
    for typed, field in (
        ({"person": "nobody-here", "permission": "read"}, "person"),
        ({"person": "guest900", "permission": "read"}, "person"),
        ({"person": "guest901", "permission": "own"}, "permission"),
        ({"person": "guest901", "permission": "read", "days": "-5"}, "days"),
        ({"person": "guest901", "permission": "read", "days": "1e30"}, "days"),
    ):
        answer = await me.send(f"{where}/give", typed)
        assert answer.status == 422, typed
        assert f'id="{field}-trouble"' in await answer.text()
    assert (await me.send(f"{where}/give", {"person": "guest901", "permission": "write", "days": "400"})).status == 303
    assert "Mira" in await friend.page("/shares")
    assert (await friend.get(where)).status == 403  # they know of it, and do not decide about it
    assert friend.user_id is not None
    async with site.desk.at_work(friend.user_id) as work:
        await site.desk.characters.tag(work, friend.user_id, mira, "changed")
    assert stranger.user_id is not None
    async with site.desk.at_work(stranger.user_id) as work:
        assert await site.desk.shares.may(work, stranger.user_id, Thing.character(mira)) is None
    assert (await me.send(f"{where}/revoke/{stranger.user_id}")).status == 404
    assert (await me.send(f"{where}/revoke/{friend.user_id}")).status == 303
    assert "Mira" not in await friend.page("/shares")
    assert (await friend.send(f"{where}/leave")).status == 404
    await profile(me)
    await character(site, me, "Juno")
    found = re.search(r'action="(/shares/character/[0-9a-f-]+)/ask"', await friend.page("/robin/juno"))
    assert found is not None
    assert (await friend.send(f"{found[1]}/ask", {"words": "Let me help"})).status == 303
    assert "Let me help" in await me.page("/shares")
    assert (
        await me.send(f"{found[1]}/answer/{friend.user_id}", {"permission": "write", "back": "shares"})
    ).status == 303
    assert "Juno" in await friend.page("/shares")


async def test_statistics_show_numbers_as_plots_and_as_a_file(site: Site) -> None:
    me = await site.sign_in()
    assert (await me.get("/creator/statistics")).status == 409
    await profile(me)
    await character(site, me, "=Evil")
    for days in ("7", "30", "365", "boo", "-1"):
        assert "fewer than 5" in await me.page(f"/creator/statistics?days={days}")
    fan = await site.sign_in(number=901)
    assert me.user_id is not None
    async with site.desk.at_work(me.user_id) as work:
        mine = (await site.desk.creators.page(work, me.user_id, "robin")).card.id
    await fan.send(f"/creators/{mine}/follow")
    async with site.owner.begin() as connection:
        await connection.execute(
            text("UPDATE follows SET created_at = :at"), {"at": site.clock.now() - timedelta(days=2)}
        )
    assert "<svg" in await me.page("/creator/statistics?days=7")
    answer = await me.get("/creator/statistics.csv?days=7")
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = (await answer.text()).splitlines()
    assert len(lines) == 9
    assert "'=Evil" in lines[-1]


async def test_a_page_given_up_is_gone(site: Site) -> None:
    me = await site.sign_in()
    await profile(me)
    assert (await me.send("/creator/remove")).status == 303
    assert (await me.get("/robin")).status == 404
