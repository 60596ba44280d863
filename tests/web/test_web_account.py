"""The account's page: what one tells characters, shown, saved, refused beside its field, compared, forgotten."""

from __future__ import annotations

import re

from bot.services.people.profiles import Profile
from bot.texts import Say
from tests.web.conftest import Site, Visitor

VERSION = re.compile(r'name="version" value="([0-9a-f]+)"')
PROFILE = {"name": "Robin", "nickname": "Rob", "pronouns": "they_them", "custom_pronouns": "",
           "description": "Likes <b>boats</b>.", "time_zone": "Europe/Madrid", "language": "es"}  # fmt: skip


async def version(visitor: Visitor, path: str) -> str:
    found = VERSION.search(await visitor.page(path))
    assert found is not None
    return found[1]


async def profile(site: Site, visitor: Visitor) -> Profile:
    async with site.desk.at_work(visitor.user_id) as work:
        assert visitor.user_id is not None
        return await site.desk.profiles.get(work, visitor.user_id)


async def test_what_is_typed_is_kept_and_shown_as_text(site: Site) -> None:
    robin = await site.sign_in()
    answer = await robin.send("/account", {**PROFILE, "version": await version(robin, "/account")})
    assert (answer.status, answer.headers["Location"]) == (303, "/account")
    page = await robin.page("/account")
    assert "Likes &lt;b&gt;boats&lt;/b&gt;." in page
    assert '<option value="they_them" selected>' in page
    assert (await profile(site, robin)).time_zone == "Europe/Madrid"
    assert site.desk.people.language(robin.discord_id) == "es"
    stranger = await site.sign_in(number=901)
    assert "boats" not in await stranger.page("/account")


async def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(site: Site) -> None:
    robin = await site.sign_in()
    wrong = {**PROFILE, "time_zone": "Nowhere/Land", "language": "tlh"}
    answer = await robin.send("/account", {**wrong, "version": await version(robin, "/account")})
    page = await answer.text()
    assert answer.status == 422
    assert 'id="time_zone-trouble"' in page
    assert 'id="language-trouble"' in page
    assert 'href="#f-time_zone"' in page
    assert 'value="Nowhere/Land"' in page
    assert "Likes &lt;b&gt;boats" in page
    assert await profile(site, robin) == Profile()


async def test_of_two_tabs_the_second_sees_both_and_saves_again(site: Site) -> None:
    robin = await site.sign_in()
    seen = await version(robin, "/account")
    await robin.send("/account", {**PROFILE, "version": seen})
    answer = await robin.send("/account", {**PROFILE, "nickname": "Bob", "version": seen})
    page = await answer.text()
    assert answer.status == 409
    assert Say("es")("What differs") in page, "in the language that the first tab chose"
    assert re.search(r"<td[^>]*>Rob</td><td[^>]*>Bob</td>", page)
    assert 'name="nickname" type="text" value="Bob"' in page
    assert (await profile(site, robin)).nickname == "Rob"
    found = VERSION.search(page)
    assert found is not None
    assert (await robin.send("/account", {**PROFILE, "nickname": "Bob", "version": found[1]})).status == 303
    assert (await profile(site, robin)).nickname == "Bob"


async def test_a_form_with_more_than_its_fields_is_refused(site: Site) -> None:
    robin = await site.sign_in()
    answer = await robin.send("/account", {**PROFILE, "role": "admin"})
    assert answer.status == 422
    assert await profile(site, robin) == Profile()


async def test_all_of_it_is_forgotten_on_demand(site: Site) -> None:
    robin = await site.sign_in()
    await robin.send("/account", {**PROFILE, "version": await version(robin, "/account")})
    assert (await robin.send("/account/forget")).status == 303
    assert await profile(site, robin) == Profile()
    assert (await robin.send("/account/forget")).status == 303
    assert "There was nothing to forget" in await robin.page("/account")
