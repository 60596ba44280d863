"""Whether check-ins are kept for a person at all, what they allowed beyond that, and what they choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict, InvalidInput, UserError
from bot.services.keys.vault import Vault, VaultError
from bot.services.people.profiles import Profiles
from bot.services.wellbeing import choices as made_of
from bot.services.wellbeing.choices import MoodChoices, MoodOption, OwnChoices, all_choices
from bot.services.wellbeing.consent import KEEP_DAYS, VERSION, MoodOptions, asked_again, not_opted_in, other_words
from bot.services.wellbeing.sealing import PersonSeals
from bot.texts import N_
from db.ids import new_id
from db.models import MoodSettings, SaidIn
from db.queries.alone import alone_with
from db.queries.wellbeing import moods as queries
from db.work import Work

_MINUTES_A_DAY = 1440


@dataclass(frozen=True, slots=True)
class Held:
    """A person's options with their own choices as they are kept: sealed."""

    options: MoodOptions
    sealed_choices: bytes | None


class MoodsOptions:
    """The yeses and the choices. Each method works in the person's name: `work` is theirs, `user_id` is them."""

    def __init__(self, clock: Clock, vault: Vault) -> None:
        """`vault` seals people's keys, with which everything here is sealed."""
        self._clock = clock
        self.seals = PersonSeals(vault)

    # -------------------------------------------------------------------------------------------- yeses

    async def options(self, work: Work, user_id: UUID) -> MoodOptions | None:
        """What they said yes to, and how they want it; None where they keep no check-ins."""
        held = await self._found(work, user_id)
        return None if held is None else held.options

    async def opt_in(self, work: Work, user_id: UUID, *, version: int, said_in: SaidIn) -> MoodOptions:
        """Keep check-ins from now on. `version` is that of the words they were shown.

        Whoever said yes to earlier words says yes to these, and keeps their settings. Raises `Conflict`.
        """
        if version != VERSION:
            raise other_words()
        await self._alone(work, user_id)
        values: dict[str, object] = {
            "consent_version": version,
            "consented_at": self._clock.now(),
            "consented_in": said_in,
        }
        if await queries.settings(work.session, user_id) is None:
            values["keep_days"] = KEEP_DAYS
        await queries.put_settings(work.session, user_id, values)
        return (await self._held(work, user_id)).options

    async def withdraw(self, work: Work, user_id: UUID) -> int:
        """Take the yes back: every check-in, own choices, reminders and settings go with it, now. How many check-ins.

        So does what they wanted to be told of low moods, and that it came true. The key goes too, unless habits or
        triggers of theirs are sealed with it.
        """
        await self._alone(work, user_id)
        gone = await queries.remove_entries(work.session, user_id)
        await queries.remove_settings(work.session, user_id)
        await queries.remove_mood_triggers(work.session, user_id)
        await queries.remove_idle_key(work.session, user_id)
        return gone

    async def set_in_discord(self, work: Work, user_id: UUID, yes: bool) -> MoodOptions:
        """Whether notes and pictures may be sent back through Discord, to them alone."""
        return await self._put(work, user_id, {"in_discord": yes})

    async def set_in_prompts(self, work: Work, user_id: UUID, yes: bool) -> MoodOptions:
        """Whether characters may be told, where nobody else reads."""
        return await self._put(work, user_id, {"in_prompts": yes})

    async def older_than(self, work: Work, user_id: UUID, days: int) -> int:
        """How many check-ins would go at once if they were kept for so many days. Raises `InvalidInput`."""
        until = self._clock.now() - timedelta(days=_days(days))
        return await queries.count(work.session, user_id, until=until)

    async def set_keep_days(self, work: Work, user_id: UUID, days: int | None) -> int:
        """How long check-ins are kept; None: until deleted. What is older goes at once: how many that was.

        Raises `InvalidInput`.
        """
        kept = None if days is None else _days(days)
        await self._alone(work, user_id)
        await self._put(work, user_id, {"keep_days": kept})
        if kept is None:
            return 0
        return await queries.remove_before(work.session, user_id, self._clock.now() - timedelta(days=kept))

    async def set_quiet_hours(
        self, work: Work, user_id: UUID, quiet_from: int | None, quiet_to: int | None
    ) -> MoodOptions:
        """When no reminder comes, in minutes after local midnight; None twice: never quiet. Raises `InvalidInput`."""
        if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
            if (quiet_from, quiet_to) != (None, None):
                _refuse_quiet()
        elif not (0 <= quiet_from < _MINUTES_A_DAY and 0 <= quiet_to < _MINUTES_A_DAY):
            _refuse_quiet()
        return await self._put(work, user_id, {"quiet_from": quiet_from, "quiet_to": quiet_to})

    async def set_time_zone(self, work: Work, user_id: UUID, typed: str) -> MoodOptions:
        """Where the person's clock stands: their profile's. Check-ins keep the zone they had. Raises `InvalidInput`."""
        await self._held(work, user_id)
        await Profiles().set_time_zone(work, user_id, typed)
        return (await self._held(work, user_id)).options

    # -------------------------------------------------------------------------------------------- choices

    async def choices(self, work: Work, user_id: UUID) -> MoodChoices:
        """The house's moods and activities and their own; the house's alone for who keeps no check-ins."""
        held = await self._found(work, user_id)
        if held is None:
            return all_choices()
        try:
            return all_choices(await self._own(work, user_id, held))
        except VaultError:
            return all_choices()

    async def add_mood(self, work: Work, user_id: UUID, *, name: str, emoji: str = "", score: int) -> MoodChoices:
        """A mood of their own, on a step of the scale. Raises `InvalidInput`, `LimitReached`."""
        return await self._change(
            work, user_id, lambda own: made_of.with_mood(own, _new_id(), name=name, emoji=emoji, score=score)
        )

    async def edit_mood(
        self, work: Work, user_id: UUID, mood_id: str, *, name: str, emoji: str = "", score: int
    ) -> MoodChoices:
        """Another name, sign or step for one of their own; old check-ins stay. Raises also `NotFound`."""

        def change(own: OwnChoices) -> OwnChoices:
            if all(one.id != mood_id for one in own.moods):
                raise made_of.choice_gone()
            return made_of.with_mood(own, mood_id, name=name, emoji=emoji, score=score)

        return await self._change(work, user_id, change)

    async def add_activity(
        self, work: Work, user_id: UUID, *, name: str, emoji: str = "", group: str = ""
    ) -> MoodChoices:
        """An activity of their own. Raises `InvalidInput`, `LimitReached`."""
        return await self._change(
            work, user_id, lambda own: made_of.with_activity(own, _new_id(), name=name, emoji=emoji, group=group)
        )

    async def edit_activity(
        self, work: Work, user_id: UUID, activity_id: str, *, name: str, emoji: str = "", group: str = ""
    ) -> MoodChoices:
        """Another name, sign or group for one of their own. Raises also `NotFound`."""

        def change(own: OwnChoices) -> OwnChoices:
            if all(one.id != activity_id for one in own.activities):
                raise made_of.choice_gone()
            return made_of.with_activity(own, activity_id, name=name, emoji=emoji, group=group)

        return await self._change(work, user_id, change)

    async def adopt(
        self, work: Work, user_id: UUID, moods: Sequence[MoodOption], activities: Sequence[str]
    ) -> tuple[int, int]:
        """Make what a file brought the person's own, as far as there is room and it is on no list: how many of each.

        What no list takes (a name too long, one that is there) is passed over: entries keep it all the same.
        """
        made = [0, 0]

        def change(own: OwnChoices) -> OwnChoices:
            for one in moods:
                if made_of.all_choices(own).named(one.name) is None:
                    own, is_new = _tried(
                        own,
                        lambda own, one=one: made_of.with_mood(
                            own, _new_id(), name=one.name, emoji=one.emoji, score=one.score
                        ),
                    )
                    made[0] += is_new
            for name in activities:
                own, is_new = _tried(
                    own, lambda own, name=name: made_of.with_activity(own, _new_id(), name=name, emoji="", group="")
                )
                made[1] += is_new
            return own

        if moods or activities:
            await self._change(work, user_id, change)
        return made[0], made[1]

    async def remove_choice(self, work: Work, user_id: UUID, choice_id: str) -> MoodChoices:
        """Take a mood or an activity of their own away; old check-ins keep it. Raises `NotFound`."""
        return await self._change(work, user_id, lambda own: made_of.without(own, choice_id))

    async def hide_choice(self, work: Work, user_id: UUID, choice_id: str, is_hidden: bool) -> MoodChoices:
        """Be offered a mood or an activity no more, or again. Raises `NotFound`, `InvalidInput`."""
        return await self._change(work, user_id, lambda own: made_of.with_hidden(own, choice_id, is_hidden=is_hidden))

    # -------------------------------------------------------------------------------------------- within

    async def _change(self, work: Work, user_id: UUID, change: Callable[[OwnChoices], OwnChoices]) -> MoodChoices:
        await self._alone(work, user_id)
        held = await self._current(work, user_id)
        seal = await self.seals.for_writing(work, user_id)
        try:
            own = change(await self._own(work, user_id, held))
        except VaultError as error:
            raise _choices_lost() from error
        sealed = seal.seal(own.model_dump_json().encode(), _choices_of(user_id))
        await queries.put_settings(work.session, user_id, {**_said(held.options), "sealed_choices": sealed})
        return all_choices(own)

    async def _own(self, work: Work, user_id: UUID, held: Held) -> OwnChoices:
        """Their own choices, opened. Raises `VaultError`."""
        if held.sealed_choices is None:
            return made_of.NOTHING_OWN
        seal = await self.seals.of(work, user_id)
        if seal is None:
            raise VaultError("The key of a person's choices is gone.")
        return OwnChoices.model_validate_json(seal.open(held.sealed_choices, _choices_of(user_id)))

    async def _put(self, work: Work, user_id: UUID, values: dict[str, object]) -> MoodOptions:
        await self._alone(work, user_id)  # else a yes that is being taken back would be put again
        held = await self._held(work, user_id)
        await queries.put_settings(work.session, user_id, {**_said(held.options), **values})
        return (await self._held(work, user_id)).options

    async def _alone(self, work: Work, user_id: UUID) -> None:
        """Two devices at once take turns."""
        await alone_with(work.session, f"moods {user_id}")

    async def _current(self, work: Work, user_id: UUID) -> Held:
        """As `_held`, for what keeps something new: also raises `NotAllowed` where the words have changed since."""
        held = await self._held(work, user_id)
        if not held.options.is_current:
            raise asked_again()
        return held

    async def _held(self, work: Work, user_id: UUID) -> Held:
        """Raises `NotAllowed` where they keep no check-ins."""
        held = await self._found(work, user_id)
        if held is None:
            raise not_opted_in()
        return held

    async def _found(self, work: Work, user_id: UUID) -> Held | None:
        found = await queries.settings(work.session, user_id)
        return None if found is None else Held(_options(*found), found[0].sealed_choices)


def _options(row: MoodSettings, time_zone: str | None) -> MoodOptions:
    return MoodOptions(
        consent_version=row.consent_version,
        consented_at=row.consented_at,
        consented_in=row.consented_in,
        keep_days=row.keep_days,
        in_discord=row.in_discord,
        in_prompts=row.in_prompts,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        updated_at=row.updated_at,
        time_zone=time_zone or "UTC",
        has_zone=bool(time_zone),
    )


def _said(options: MoodOptions) -> dict[str, object]:
    """What a row must have to be put: it stands already, and stays as it is."""
    return {"consent_version": options.consent_version, "consented_in": options.consented_in}


def _tried(own: OwnChoices, change: Callable[[OwnChoices], OwnChoices]) -> tuple[OwnChoices, bool]:
    try:
        return change(own), True
    except UserError:
        return own, False


def _choices_of(user_id: UUID) -> bytes:
    return b"mood_settings:" + str(user_id).encode()


def _new_id() -> str:
    return new_id().hex


def _days(days: int) -> int:
    if 1 <= days <= limits.MOOD_DAYS_MAX:
        return days
    raise InvalidInput(
        "keep_days_out_of_range",
        N_("Check-ins can be kept for 1 to {maximum} days, or until you delete them; you wrote {typed}."),
        field="keep_days",
        maximum=int(limits.MOOD_DAYS_MAX),
        typed=str(days)[:20],
    )


def _refuse_quiet() -> NoReturn:
    raise InvalidInput(
        "quiet_hours_unclear",
        N_("Quiet hours need a time at which they begin and another at which they end, such as 22:00 and 07:00."),
        field="quiet_from",
    )


def _choices_lost() -> Conflict:
    return Conflict(
        "mood_choices_lost",
        N_("Your own moods and activities cannot be opened any more, so nothing was changed. Tell who runs the house."),
    )
