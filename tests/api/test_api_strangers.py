"""What is another person's looks like what is not there: every endpoint that names a row, generated from the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import uuid4

import pytest

from tests.api.cafe import Answer, Json, Person, Site
from tests.api.people import belongings
from web.api.kinds import PARAMETERS, Endpoint
from web.api.table import ENDPOINTS

BODIES: Mapping[str, Json] = {
    "change_persona": {"description": "stolen"},
    "change_character": {"description": "stolen"},
    "publish_character": {},
    "change_book": {"description": "stolen"},
    "create_entry": {"content": "stolen", "mode": "constant"},
    "change_entry": {"content": "stolen"},
    "suspend_person": {"reason": "stolen"},
    "ban_person": {"reason": "stolen"},
    "restore_person": {"reason": "stolen"},
}
"""What is sent to those that take something."""

SHARED_BY_DESIGN: Mapping[str, str] = {
    "follow_creator": "a public page can be followed by everybody",
    "unfollow_creator": "nothing is said of whether there was anything to unfollow",
}
FOR_OTHERS = {"accept_gift", "decline_gift"}
"""What the one who made the row may not do with it either."""

NAMING = [one for one in ENDPOINTS if set(one.parameters) - PARAMETERS.keys()]


def same(one: Answer, other: Answer) -> bool:
    """Whether two refusals are the same but for the request's own id."""

    def plain(answer: Answer) -> object:
        return {**answer.body, "request_id": None} if isinstance(answer.body, dict) else answer.body

    return (one.status, plain(one)) == (other.status, plain(other))


def test_every_endpoint_that_takes_something_has_something_to_send() -> None:
    assert {one.name for one in NAMING if one.body is not None} == BODIES.keys()
    assert {one.name for one in NAMING} >= {*SHARED_BY_DESIGN, *FOR_OTHERS}


def test_control_refusals_that_differ_are_told_apart() -> None:
    missing = Answer(404, {}, {"code": "no_such_persona", "detail": "x", "request_id": "1"})
    assert same(missing, Answer(404, {}, {"code": "no_such_persona", "detail": "x", "request_id": "2"}))
    assert not same(missing, Answer(403, {}, {"code": "no_such_persona", "detail": "x", "request_id": "2"}))
    assert not same(missing, Answer(404, {}, {"code": "not_yours", "detail": "x", "request_id": "2"}))
    assert not same(missing, Answer(404, {}, {"code": "no_such_persona", "detail": "Mira", "request_id": "2"}))


async def _call(site: Site, who: Person, one: Endpoint, ids: Mapping[str, str]) -> Answer:
    path = re.sub(r"{(\w+)}", lambda found: ids[found[1]], one.path)
    return await site.call(who, one.method, path, BODIES.get(one.name))


@pytest.mark.parametrize("role", ["user", "moderator"])
async def test_a_strangers_row_is_not_there(site: Site, role: str) -> None:
    robin, sasha = await site.person(101), await site.person(102, role=role)
    await belongings(site, sasha)
    theirs = await belongings(site, robin)
    asked = 0
    for one in NAMING:
        if one.name in SHARED_BY_DESIGN:
            continue
        made_up = {name: str(uuid4()) for name in one.parameters}
        stranger, nothing = await _call(site, sasha, one, theirs), await _call(site, sasha, one, made_up)
        assert same(stranger, nothing), (one.name, stranger.body, nothing.body)
        assert stranger.status in {403, 404}, (one.name, stranger.body)
        assert stranger.status == 404 or one.scope.value == "staff", one.name
        asked += 1
    assert asked == len(NAMING) - len(SHARED_BY_DESIGN)
    kept = await site.rows("SELECT count(*) FROM personas WHERE description LIKE 'canary-101%'")
    assert kept[0][0] == 1


@pytest.mark.parametrize("one", NAMING, ids=lambda one: one.name)
async def test_control_it_is_there_for_its_owner(site: Site, one: Endpoint) -> None:
    robin = await site.person(101, role="admin", scopes=("read", "write", "staff"))
    ids = await belongings(site, robin)
    answer = await _call(site, robin, one, ids)
    expected = {403} if one.name in FOR_OTHERS else {200, 201, 204, 403, 409}
    assert answer.status in expected, answer.body
    if answer.status == 403:
        assert one.name in FOR_OTHERS or one.name in {"follow_creator", "suspend_person", "ban_person"}, answer.body
