"""Who asks: their account, their profile, and their tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bot import limits
from bot.services.desk import Work
from bot.services.people.drafts import ProfileDraft
from bot.services.people.personas import Pronouns
from bot.services.people.profiles import Profile as ProfileSeen
from bot.services.people.tokens import ApiToken, Scope
from web.api.call import Call
from web.api.kinds import Area, Endpoint, In, Listed, Out, OutSnowflake, Words


class Role(StrEnum):
    """What you may do for this house, beyond what everybody may."""

    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Me(Out):
    """The account this token belongs to."""

    id: UUID
    discord_id: OutSnowflake | None
    username: str
    name: str
    """How Discord shows you."""
    language: str | None
    """Discord's, or the one you chose."""
    role: Role
    scopes: tuple[Scope, ...]
    """What this token may do."""


class Profile(Out):
    """What you tell characters of yourself where you wear no persona. Nobody but you reads it here."""

    name: str
    nickname: str
    pronouns: Pronouns | None
    custom_pronouns: str
    description: str
    time_zone: str | None
    language: str | None


class ProfileChange(In):
    """What is to be different. `custom_pronouns` makes `pronouns` “other”."""

    name: Words = ""
    nickname: Words = ""
    pronouns: Pronouns | None = None
    custom_pronouns: Annotated[Words, Field(max_length=int(limits.PRONOUNS_MAX))] = ""
    description: Annotated[Words, Field(max_length=int(limits.ABOUT_ME_MAX))] = ""
    time_zone: Annotated[Words, Field(max_length=60)] | None = None
    """Such as Europe/Madrid."""
    language: Annotated[Words, Field(max_length=20)] | None = None
    """One of the languages of this house; null: Discord's own."""


class Token(Out):
    """One of your tokens. Its secret was shown when it was made, and is not kept."""

    id: UUID
    name: str
    last_four: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_over: bool
    """It was taken back, or its time is over."""
    is_this: bool
    """It is the one this call was made with."""


class Tokens(Listed):
    """Your tokens, the newest first, with those that ended within the last month."""

    items: tuple[Token, ...]


async def get_me(call: Call) -> Me:
    """Who you are here."""
    who = call.who
    return Me(
        id=who.user_id,
        discord_id=None if who.discord_id is None else str(who.discord_id),
        username=who.username,
        name=who.name,
        language=who.language,
        role=Role(who.role),
        scopes=tuple(sorted(who.scopes)),
    )


async def get_profile(call: Call) -> Profile:
    """What you tell of yourself."""
    async with call.work() as work:
        return Profile.model_validate(await call.desk.profiles.get(work, call.me))


async def change_profile(call: Call) -> Profile:
    """Tell something else. Fields left out stay as they are."""
    given, profiles = call.body(ProfileChange).given(), call.desk.profiles
    async with call.work() as work:
        before = await profiles.get(work, call.me)
        words = given.keys() & {"name", "nickname", "custom_pronouns", "description", "time_zone"}
        if words:
            after = await profiles.edit(work, call.me, _draft(before, {name: given[name] for name in words}))
        else:
            after = before
        if "pronouns" in given and not given.get("custom_pronouns"):
            after = await _choose(call, given["pronouns"], after, work)
        if "language" in given:
            after = await profiles.set_language(work, call.me, given["language"])
    if "language" in given and call.who.discord_id is not None:
        call.desk.people.speaks(call.who.discord_id, given["language"])
    return Profile.model_validate(after)


async def _choose(call: Call, wanted: Pronouns | None, now: ProfileSeen, work: Work) -> ProfileSeen:
    # “Other” is what own words make of it; said again where they stand, it changes nothing.
    if wanted is Pronouns.OTHER and now.pronouns is Pronouns.OTHER:
        return now
    return await call.desk.profiles.set_pronouns(work, call.me, wanted)


def _draft(before: ProfileSeen, given: dict[str, str | None]) -> ProfileDraft:
    shown = before.draft()
    return ProfileDraft(
        name=given.get("name", shown.name) or "",
        nickname=given.get("nickname", shown.nickname) or "",
        custom_pronouns=given.get("custom_pronouns", shown.custom_pronouns) or "",
        description=given.get("description", shown.description) or "",
        time_zone=given.get("time_zone", shown.time_zone) or "",
    )


async def list_tokens(call: Call) -> Tokens:
    """Your tokens. They are made in the dashboard only, so that a token that leaks cannot make others."""
    async with call.work() as work:
        found = await call.desk.tokens.all(work, call.me)
    return Tokens(items=tuple(_token(call, one) for one in found))


async def revoke_token(call: Call) -> Token:
    """Take a token back: it opens nothing any more. Also the one you ask with."""
    async with call.work() as work:
        return _token(call, await call.desk.tokens.revoke(work, call.me, call.id("token_id")))


def _token(call: Call, one: ApiToken) -> Token:
    return Token(
        id=one.id,
        name=one.name,
        last_four=one.last_four,
        scopes=one.scopes,
        created_at=one.created_at,
        expires_at=one.expires_at,
        last_used_at=one.last_used_at,
        revoked_at=one.revoked_at,
        is_over=one.is_over,
        is_this=one.id == call.who.token_id,
    )


ENDPOINTS = (
    Endpoint("GET", "/me", get_me, Area.ME, "Who you are", Me),
    Endpoint("GET", "/me/profile", get_profile, Area.ME, "Your profile", Profile),
    Endpoint(
        "PATCH", "/me/profile", change_profile, Area.ME, "Change your profile", Profile, Scope.WRITE, body=ProfileChange
    ),
    Endpoint("GET", "/me/tokens", list_tokens, Area.ME, "Your tokens", Tokens),
    Endpoint("DELETE", "/me/tokens/{token_id}", revoke_token, Area.ME, "Take a token back", Token, Scope.WRITE),
)
