"""People, personas, conversations and staff through the API."""

from __future__ import annotations

from typing import Any

import pytest

from db.work import Actor
from tests.api.cafe import ALL, Site
from tests.api.people import conversation

# ------------------------------------------------------------------------------------------------ profile, personas


async def test_a_profile_is_told_bit_by_bit(site: Site) -> None:
    robin = await site.person(101)
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"nickname": "Rob"}, {"nickname": "Rob", "pronouns": None}),
        ({"pronouns": "they_them"}, {"nickname": "Rob", "pronouns": "they_them"}),
        ({"custom_pronouns": "xe/xem"}, {"pronouns": "other", "custom_pronouns": "xe/xem"}),
        ({"time_zone": "europe/madrid"}, {"time_zone": "Europe/Madrid", "custom_pronouns": "xe/xem"}),
        ({"pronouns": "he_him"}, {"pronouns": "he_him", "custom_pronouns": ""}),
        ({"time_zone": None, "language": "es"}, {"time_zone": None, "language": "es", "nickname": "Rob"}),
    ]
    for sent, expected in steps:
        answer = await site.call(robin, "PATCH", "/me/profile", sent)
        assert answer.status == 200, answer.body
        assert {name: answer[name] for name in expected} == expected
        assert (await site.call(robin, "GET", "/me/profile")).body == answer.body
    assert (await site.call(robin, "PATCH", "/me/profile", {"time_zone": "Nowhere"}))["field"] == "time_zone"
    assert (await site.call(robin, "PATCH", "/me/profile", {"pronouns": "other"})).status == 422


PERSONA: dict[str, Any] = {
    "description": "A captain",
    "appearance": "A long coat",
    "gender": "female",
    "age": 30,
    "custom_pronouns": "xe/xem",
    "preferred_topics": ["ships", "sea-life"],
    "avoided_topics": ["storms"],
    "custom_instructions": "Call me captain.",
    "is_default": True,
}


async def test_each_field_of_a_persona_is_changed_by_itself(site: Site) -> None:
    robin = await site.person(101)
    whole = await site.call(robin, "POST", "/personas", {"name": "Ada", **PERSONA})
    assert whole.status == 201, whole.body
    assert {name: whole[name] for name in PERSONA} == PERSONA
    assert whole["pronouns"] == "other"
    made = await site.call(robin, "POST", "/personas", {"name": "Bob", "description": "Plain"})
    where = f"/personas/{made['id']}"
    for field, value in PERSONA.items():
        answer = await site.call(robin, "PATCH", where, {field: value})
        assert answer.status == 200, (field, answer.body)
        assert answer[field] == value, field
    assert not (await site.call(robin, "GET", f"/personas/{whole['id']}"))["is_default"], "only one is"
    assert (await site.call(robin, "PATCH", where, {"name": "Ada"}))["code"] == "same_persona_name"
    assert (await site.call(robin, "DELETE", where)).status == 204
    assert [one["name"] for one in (await site.call(robin, "GET", "/personas"))["items"]] == ["Ada"]


# ------------------------------------------------------------------------------------------------ conversations


async def test_what_was_said_in_direct_messages_is_read_and_in_a_server_is_not(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    alone = await conversation(site, robin, "hello")
    server = await conversation(site, robin, "in the server", guild_id=7)
    listed = await site.call(robin, "GET", "/conversations")
    assert {one["id"] for one in listed["items"]} == {str(alone), str(server)}
    assert (await site.call(robin, "GET", f"/conversations/{alone}"))["is_readable"]
    said = await site.call(robin, "GET", f"/conversations/{alone}/messages")
    assert [(one["content"], one["is_mine"], one["speaker"]) for one in said["items"]] == [("hello", True, "User 101")]
    assert not (await site.call(robin, "GET", f"/conversations/{server}"))["is_readable"]
    refused = await site.call(robin, "GET", f"/conversations/{server}/messages")
    assert (refused.status, refused["code"]) == (409, "held_in_a_server")
    assert "in the server" not in str(refused.body)
    for path in (f"/conversations/{alone}", f"/conversations/{alone}/messages"):
        assert (await site.call(sasha, "GET", path)).status == 404
    assert (await site.call(sasha, "GET", "/conversations"))["items"] == []


async def test_lines_are_read_back_page_by_page(site: Site) -> None:
    robin = await site.person(101)
    one = await conversation(site, robin, "line 0")
    for number in range(1, 6):
        await site.owner(
            "INSERT INTO messages (id, conversation_id, kind, author_id, content)"
            " VALUES (gen_random_uuid(), :one, 'user', :user, :said)",
            one=one, user=robin.user_id, said=f"line {number}",
        )  # fmt: skip
    # Ids made by the database are in no order; what counts is that each line comes once.
    seen, cursor = list[str](), None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = await site.call(robin, "GET", f"/conversations/{one}/messages", query=query)
        seen += [line["content"] for line in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == [f"line {number}" for number in range(6)]


async def test_words_said_before_one_came_are_not_theirs(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    one = await conversation(site, robin, "before you came")
    await site.owner("UPDATE messages SET created_at = now() - interval '1 hour'")
    await site.owner(
        "INSERT INTO participants (id, conversation_id, user_id, role)"
        " VALUES (gen_random_uuid(), :one, :user, 'secondary')", one=one, user=sasha.user_id,
    )  # fmt: skip
    assert (await site.call(sasha, "GET", f"/conversations/{one}/messages"))["items"] == []
    await site.owner("UPDATE messages SET created_at = now() + interval '1 second'")
    assert len((await site.call(sasha, "GET", f"/conversations/{one}/messages"))["items"]) == 1


# ------------------------------------------------------------------------------------------------ creators


async def test_a_creator_is_found_and_followed(site: Site) -> None:
    from tests.api.people import creator

    robin, sasha = await site.person(101), await site.person(102)
    page = await creator(site, robin)
    found = await site.call(sasha, "GET", "/creators", query={"words": "maker"})
    assert [one["username"] for one in found["items"]] == ["maker-101"]
    assert (await site.call(sasha, "PUT", f"/creators/{page.id}/follow"))["followers"] == 1
    assert (await site.call(sasha, "PUT", f"/creators/{page.id}/follow"))["followers"] == 1, "done once"
    looked = await site.call(sasha, "GET", "/creators/maker-101")
    assert (looked["is_followed"], looked["is_mine"]) == (True, False)
    assert [one["creator"]["username"] for one in (await site.call(sasha, "GET", "/me/following"))["items"]] == [
        "maker-101"
    ]
    assert [one["name"] for one in (await site.call(robin, "GET", "/me/followers"))["items"]] == ["User 102"]
    assert (await site.call(robin, "PUT", f"/creators/{page.id}/follow")).status == 403
    assert (await site.call(sasha, "DELETE", f"/creators/{page.id}/follow")).status == 204
    assert (await site.call(sasha, "GET", "/me/following"))["items"] == []


# ------------------------------------------------------------------------------------------------ staff


async def test_staff_look_decide_and_are_written_down(site: Site) -> None:
    admin = await site.person(101, role="admin", scopes=ALL)
    sasha = await site.person(102)
    found = await site.call(admin, "GET", "/staff/people", query={"words": "user102"})
    assert [one["username"] for one in found["items"]] == ["user102"]
    looked = await site.call(admin, "GET", f"/staff/people/{sasha.user_id}")
    assert (looked["status"], looked["tokens"]) == ("active", 1)
    out = await site.call(admin, "POST", f"/staff/people/{sasha.user_id}/suspend", {"reason": "Spam in every channel"})
    assert (out.status, out["status"]) == (200, "suspended"), out.body
    refused = await site.call(sasha, "GET", "/me")
    assert (refused.status, refused["code"]) == (403, "suspended")
    assert "Spam in every channel" in refused["detail"]
    old = {"reason": "Again", "version": "2020-01-01T00:00:00Z"}
    assert (await site.call(admin, "POST", f"/staff/people/{sasha.user_id}/suspend", old)).status == 409
    seen = {"version": out["version"]}
    assert (await site.call(admin, "POST", f"/staff/people/{sasha.user_id}/restore", seen))["status"] == "active"
    assert (await site.call(sasha, "GET", "/me")).status == 200
    logged = await site.call(admin, "GET", "/staff/audit", query={"of_user_id": str(sasha.user_id)})
    actions = [one["action"] for one in logged["items"]]
    assert actions == ["user.restored", "user.suspended", "user.looked_at", "token.made"]
    assert logged["items"][1]["request_id"] == out.headers["X-Request-ID"]


async def test_moderators_do_less_than_admins_and_members_nothing(site: Site) -> None:
    sasha = await site.person(102)
    moderator = await site.person(101, role="moderator", scopes=ALL)
    everyday = await site.person(103, role="admin")
    for person, scope, status in ((moderator, "staff", 403), (everyday, "read", 403), (sasha, "read", 403)):
        answer = await site.call(person, "POST", f"/staff/people/{sasha.user_id}/ban", {"reason": "x"})
        assert answer.status == status, scope
        assert (await site.call(person, "GET", "/staff/audit")).status == 403
    assert (await site.call(moderator, "GET", f"/staff/people/{sasha.user_id}")).status == 200
    async with site.database.work(Actor.user(sasha.user_id)) as work:
        with pytest.raises(Exception, match="Only moderators"):
            await site.desk.tokens.make(work, sasha.user_id, "x", ["staff"], 7)


async def test_a_suspension_that_is_over_is_over(site: Site) -> None:
    sasha = await site.person(102)
    await site.owner(
        "INSERT INTO standings (user_id, status, reason, suspended_until)"
        " VALUES (:user, 'suspended', 'x', now() - interval '1 second')", user=sasha.user_id,
    )  # fmt: skip
    assert (await site.call(sasha, "GET", "/me")).status == 200
    await site.owner("UPDATE standings SET suspended_until = now() + interval '1 hour'")
    assert (await site.call(sasha, "GET", "/me")).status == 403
