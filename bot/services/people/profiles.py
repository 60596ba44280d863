"""Profiles: what a person tells characters of themselves where they wear no persona. For their owner alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.errors import InvalidInput
from bot.services.people.drafts import CheckedProfile, ProfileDraft, check_profile, clean_time_zone
from bot.services.people.personas import own_pronouns_wanted
from bot.texts import N_, available_languages
from db.models import Profile as ProfileModel
from db.models import Pronouns
from db.queries import people as queries
from db.work import Work

ZoneChanged = Callable[[Work, UUID], Awaitable[None]]
"""Plans anew what comes by the person's own clock."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as its owner sees it; everything empty where they told nothing."""

    name: str = ""
    nickname: str = ""
    pronouns: Pronouns | None = None
    custom_pronouns: str = ""
    description: str = ""
    time_zone: str | None = None
    language: str | None = None

    def draft(self) -> ProfileDraft:
        """What its form shows."""
        return ProfileDraft(self.name, self.nickname, self.custom_pronouns, self.description, self.time_zone or "")


class Profiles:
    """Everything about profiles. Each method works in its owner's name: `work` is theirs, `user_id` is them."""

    def __init__(self, zone_changed: ZoneChanged | None = None) -> None:
        """`zone_changed` is told, in the same work, of who has another time zone now."""
        self._zone_changed = zone_changed

    def check(self, draft: ProfileDraft) -> CheckedProfile:
        """The draft cleaned. Raises `InvalidInput` naming field and limit. Touches nothing."""
        return check_profile(draft)

    async def get(self, work: Work, user_id: UUID) -> Profile:
        """What the person told of themselves."""
        return _seen(await queries.profile(work.session, user_id))

    async def edit(self, work: Work, user_id: UUID, draft: ProfileDraft) -> Profile:
        """Keep what was typed. Raises `InvalidInput`."""
        checked = check_profile(draft)
        before = await self.get(work, user_id)
        pronouns = before.pronouns
        if checked.custom_pronouns:
            pronouns = Pronouns.OTHER
        elif pronouns is Pronouns.OTHER:
            pronouns = None
        values = {
            "name": checked.name,
            "nickname": checked.nickname,
            "pronouns": pronouns,
            "custom_pronouns": checked.custom_pronouns,
            "description": checked.description,
            "time_zone": checked.time_zone,
        }
        return await self._put(work, user_id, values)

    async def set_pronouns(self, work: Work, user_id: UUID, pronouns: Pronouns | None) -> Profile:
        """Choose pronouns from the list (`OTHER` comes by `edit`). Raises `InvalidInput`."""
        if pronouns is Pronouns.OTHER:
            raise own_pronouns_wanted()
        return await self._put(work, user_id, {"pronouns": pronouns, "custom_pronouns": ""})

    async def set_language(self, work: Work, user_id: UUID, language: str | None) -> Profile:
        """Choose a language of the catalogue, or Discord's (None). Raises `InvalidInput`."""
        if language is not None and language not in available_languages():
            raise InvalidInput(
                "language_unknown",
                N_("There is no language “{language}” here. Choose one of: {languages}."),
                field="language",
                language=language[:40],
                languages=", ".join(available_languages()),
            )
        return await self._put(work, user_id, {"language": language})

    async def set_time_zone(self, work: Work, user_id: UUID, typed: str) -> Profile:
        """Where the person's clock stands, as they typed it; empty: not known. Raises `InvalidInput`."""
        return await self._put(work, user_id, {"time_zone": clean_time_zone(typed)})

    async def clear(self, work: Work, user_id: UUID) -> bool:
        """Forget all of it. False where nothing was told."""
        removed = await queries.remove_profile(work.session, user_id)
        if removed and self._zone_changed is not None:
            await self._zone_changed(work, user_id)
        return removed

    async def _put(self, work: Work, user_id: UUID, values: Mapping[str, object]) -> Profile:
        await queries.put_profile(work.session, user_id, values)
        row = await queries.profile(work.session, user_id)
        if row is not None:
            await work.session.refresh(row)
        if "time_zone" in values and self._zone_changed is not None:
            await self._zone_changed(work, user_id)
        return _seen(row)


def _seen(row: ProfileModel | None) -> Profile:
    if row is None:
        return Profile()
    return Profile(
        name=row.name,
        nickname=row.nickname,
        pronouns=row.pronouns,
        custom_pronouns=row.custom_pronouns,
        description=row.description,
        time_zone=row.time_zone,
        language=row.language,
    )
