"""Characters: made, changed, published, deleted and had back. How they are found is `directory`'s."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import Conflict, NotAllowed
from bot.ports import Offer
from bot.services.characters.details import GENDER, DetailsDraft, check_details, chosen_trait, clean_tags
from bot.services.characters.directory import Directory
from bot.services.characters.drafts import CharacterDraft, CheckedCharacter, check, clean_greeting, clean_words
from bot.services.characters.leaving import Deleted, deleted_of, refuse_late, since_when
from bot.services.characters.names import skeleton, slug_of
from bot.services.characters.parts import CardFields, Part, PartDraft, Shown, blank, fill, filled, put, shown
from bot.services.characters.pictures import MIME, Picture, Pictures
from bot.services.characters.publishing import refuse_unfinished
from bot.services.characters.refusing import Review, not_found, refuse_namesake, refuse_too_many, same_name
from bot.services.characters.searching import search_words
from bot.services.characters.seen import Behind, Card, Character, Choice, Entry, Page, seen
from bot.services.characters.voices import chosen_offer, clean_temperature
from bot.services.money.limits_of import LimitName, Limits
from bot.texts import N_
from db import functions
from db.models import Character as CharacterModel
from db.models import CharacterGender, CharacterTraits, SpeechExample, Visibility
from db.queries import characters as queries
from db.queries import grants_of
from db.work import Work

__all__ = [
    "Behind", "Card", "CardFields", "Character", "CharacterDraft", "Characters", "Choice", "Deleted", "DetailsDraft",
    "Entry", "Page", "Part", "PartDraft", "Picture", "Pictures", "Shown", "not_found",
]  # fmt: skip

_ADULTS_ONLY = N_("{name} is for adults: it is shown, and can be asked in, where a channel is age-restricted.")


class Characters:
    """Everything about characters that does not speak. `directory` finds them and counts what people think.

    Its maker changes a character, and whom they let (`bot.services.people.grants`): everybody else is told `NotFound`
    where they may not know of it, `NotAllowed` where they may. Publishing and deleting stay with the maker. Every
    change reaches the conversations it is in once the work commits.
    """

    def __init__(
        self,
        pictures: Pictures,
        *,
        offers: Callable[[], tuple[Offer, ...]] = tuple,
        clock: Clock | None = None,
        plan_limits: Limits | None = None,
        review: Review | None = None,
    ) -> None:
        """`offers` tells which models may be chosen (`bot.ports.ModelPool.offers`), `plan_limits` what plans allow.

        `review` has staff look at what is published, where the house wants that.
        """
        self.pictures = pictures
        self.plan_limits = plan_limits or Limits()
        self.directory = Directory()
        self.review = review
        self._offers = offers
        self._clock = clock or SystemClock()

    # ------------------------------------------------------------------------------------------------ made and found

    def check(self, draft: CharacterDraft, *, taken: Iterable[str] = ()) -> CheckedCharacter:
        """The draft cleaned. Raises `InvalidInput` naming field and limit. Touches nothing."""
        return check(draft, taken=taken)

    async def create(
        self,
        work: Work,
        owner_id: UUID,
        draft: CharacterDraft,
        *,
        picture: Picture | None = None,
        taken: Iterable[str] = (),
        card: CardFields | None = None,
    ) -> Character:
        """A new private character of the acting user; `card` goes before the draft where both say something.

        `taken` are names it must not pass for (this bot, the server's owner). The picture must have been prepared, so
        that no connection is held while it is decoded. Raises `InvalidInput`, `LimitReached` or `Conflict`.
        """
        checked = check(draft, taken=taken, is_defined=card is not None)
        await self._refuse_too_many(work, owner_id)
        await refuse_namesake(work, owner_id, checked, None)
        row = CharacterModel(owner_id=owner_id, visibility=Visibility.PRIVATE, traits=CharacterTraits(), tags=[])
        row.nickname, row.phrases = "", []
        _write(row, checked)
        if card is not None:
            blank(row)
            fill(row, card)
        if picture is not None:
            row.picture_id = await self._keep(work, owner_id, picture)
        try:
            await queries.add(work.session, row)
        except IntegrityError as error:
            # Two forms sent at once both passed the check above.
            raise same_name(checked.name) from error
        return seen(row, picture.sha256 if picture else None)

    async def get(self, work: Work, character_id: UUID) -> Character:
        """One character. Raises `NotFound` where there is none this person may know of."""
        row = await queries.by_id(work.session, character_id)
        if row is None:
            raise not_found()
        return seen(row.character, row.picture_sha256)

    async def card(self, work: Work, user_id: UUID, character_id: UUID, *, adults: bool = True) -> Card:
        """One character with who made it and what people think; for its maker also what is behind it.

        Raises `NotFound`, or `NotAllowed` for somebody else's character for adults where the place is not (`adults`).
        """
        row = await queries.by_id(work.session, character_id)
        if row is None:
            raise not_found()
        if row.character.is_adult and not adults and row.character.owner_id != user_id:
            raise NotAllowed("adults_only", _ADULTS_ONLY, name=row.character.name)
        makers = await functions.makers_of(work.session, [character_id])
        maker = makers.get(character_id)
        return Card(
            character=seen(row.character, row.picture_sha256),
            maker=maker.display_name if maker else "",
            maker_id=maker.discord_id if maker else None,
            opinion=await self.directory.opinion(work, user_id, character_id),
            behind=_behind(row.character) if await self._may_edit(work, user_id, row.character) else None,
            notes=row.character.creator_notes,
        )

    async def chosen(self, work: Work, user_id: UUID, typed: str) -> UUID:
        """The character meant by an option: the id of a suggestion, or a name typed in full. Raises `NotFound`."""
        with contextlib.suppress(ValueError):
            return UUID(typed)
        slug = slug_of(typed[: limits.CHARACTER_NAME_MAX])
        found = await queries.suggestions(work.session, user_id, slug, limit=int(limits.CHOICES_MAX))
        exact = next((one.id for one in found if slug and slug_of(one.name) == slug), None)
        if exact is None:
            raise not_found()
        return exact

    async def find(
        self, work: Work, user_id: UUID, typed: str, *, adults: bool = False, only_own: bool = False
    ) -> tuple[Choice, ...]:
        """Characters whose name begins with what was typed so far, those a person may summon, own ones first.

        Without `adults` other people's characters for adults are left out.
        """
        slug = slug_of(typed[: limits.CHARACTER_NAME_MAX])
        most = int(limits.CHOICES_MAX)
        if only_own:
            found = await queries.own_suggestions(work.session, user_id, slug, limit=most)
        else:
            found = await queries.suggestions(work.session, user_id, slug, limit=most, adults=adults)
        return tuple(Choice(one.id, one.name, one.is_own) for one in found)

    def refuse_entry(self, character: Character, *, taken: Iterable[str], is_age_restricted: bool) -> None:
        """Raise where a character may not be asked into a place. Touches nothing.

        `taken` are the names of those who are there: `Conflict` where it would pass for one of them. `NotAllowed` where
        it is for adults and the place is not.
        """
        if character.is_adult and not is_age_restricted:
            raise NotAllowed("adults_only", _ADULTS_ONLY, name=character.name)
        looks = {skeleton(name) for name in (character.name, character.nickname) if name}
        other = next((one for one in taken if skeleton(one) in looks), None)
        if other is not None:
            raise Conflict(
                "looks_like_somebody",
                N_(
                    "{name} cannot come here: people would take it for “{other}”, who is in this server. "
                    "Whoever made it can give it another name."
                ),
                name=character.name,
                other=other,
            )

    # ------------------------------------------------------------------------------------------------ changed

    async def draft_of(self, work: Work, owner_id: UUID, character_id: UUID) -> CharacterDraft:
        """The form of a character as it would be typed. For its maker."""
        row = await self._editable(work, owner_id, character_id)
        examples = shown(row, Part.EXAMPLES).draft.text
        return CharacterDraft(row.name, row.description, row.system_prompt, row.greeting, examples)

    async def edit(
        self, work: Work, owner_id: UUID, character_id: UUID, draft: CharacterDraft, *, taken: Iterable[str] = ()
    ) -> Character:
        """The form filled anew. A new name makes a new slug. Raises `InvalidInput` or `Conflict`.

        Examples that stay as they are may be more than the form takes: a card brought them.
        """
        row = await self._editable(work, owner_id, character_id)
        was = shown(row, Part.EXAMPLES).draft.text
        kept = row.examples if clean_words(draft.examples) == clean_words(was) else None
        typed = draft if kept is None else replace(draft, examples="")
        checked = check(typed, taken=taken, is_defined=bool(row.definition))
        await refuse_namesake(work, row.owner_id, checked, character_id)
        if row.visibility is Visibility.PUBLIC:
            refuse_unfinished(checked.name, checked.description, checked.system_prompt or row.definition)
        _write(row, checked)
        row.examples = row.examples if kept is None else kept
        try:
            return await self._changed(work, row)
        except IntegrityError as error:
            raise same_name(checked.name) from error

    async def part_of(self, work: Work, owner_id: UUID, character_id: UUID, part: Part) -> Shown:
        """One of its texts as it would be typed. For its maker."""
        return shown(await self._editable(work, owner_id, character_id), part)

    async def put(self, work: Work, owner_id: UUID, character_id: UUID, part: Part, draft: PartDraft) -> Character:
        """Another text in place of one. Raises `InvalidInput`."""
        row = await self._editable(work, owner_id, character_id)
        put(row, part, draft)
        return await self._changed(work, row)

    async def fill(self, work: Work, owner_id: UUID, character_id: UUID, fields: CardFields) -> Character:
        """What a card says in place of what there is. Raises `InvalidInput`."""
        row = await self._editable(work, owner_id, character_id)
        fill(row, fields)
        return await self._changed(work, row)

    async def details_of(self, work: Work, owner_id: UUID, character_id: UUID) -> DetailsDraft:
        """The second form as it would be typed. For its maker."""
        row = await self._editable(work, owner_id, character_id)
        return DetailsDraft(row.nickname, "" if row.age is None else str(row.age), "\n".join(row.phrases))

    async def detail(
        self, work: Work, owner_id: UUID, character_id: UUID, draft: DetailsDraft, *, taken: Iterable[str] = ()
    ) -> Character:
        """Nickname, age and phrases. Raises `InvalidInput`."""
        row = await self._editable(work, owner_id, character_id)
        checked = check_details(draft, taken=taken)
        row.nickname, row.age, row.phrases = checked.nickname, checked.age, list(checked.phrases)
        return await self._changed(work, row)

    async def choose(self, work: Work, owner_id: UUID, character_id: UUID, field: str, value: str | None) -> Character:
        """One trait, one behaviour or the gender (`details.CHOOSABLE`); None takes the choice back. `InvalidInput`."""
        row = await self._editable(work, owner_id, character_id)
        option = chosen_trait(field, value)
        if field == GENDER:
            row.gender = CharacterGender(option) if option else None
        else:
            row.traits = row.traits.model_copy(update={field: option})
        return await self._changed(work, row)

    async def reserve(self, work: Work, owner_id: UUID, character_id: UUID, *, is_adult: bool) -> Character:
        """Whether it is for adults: then it is shown and speaks in age-restricted channels only."""
        row = await self._editable(work, owner_id, character_id)
        row.is_adult = is_adult
        return await self._changed(work, row)

    async def greet(self, work: Work, owner_id: UUID, character_id: UUID, greeting: str) -> Character:
        """Another greeting, or none. Raises `InvalidInput`."""
        row = await self._editable(work, owner_id, character_id)
        row.greeting = clean_greeting(greeting)
        return await self._changed(work, row)

    async def tag(self, work: Work, owner_id: UUID, character_id: UUID, typed: str) -> Character:
        """The tags between commas in place of those it had; nothing typed, no tags. Raises `InvalidInput`."""
        row = await self._editable(work, owner_id, character_id)
        row.tags = list(clean_tags(typed))
        return await self._changed(work, row)

    async def wear(self, work: Work, owner_id: UUID, character_id: UUID, picture: Picture) -> Character:
        """The character of the acting user wears this (prepared) picture."""
        row = await self._editable(work, owner_id, character_id)
        row.picture_id = await self._keep(work, owner_id, picture)
        return await self._changed(work, row, picture.sha256)

    # ------------------------------------------------------------------------------------------------ its voice

    def offers(self) -> tuple[Offer, ...]:
        """The models a character may speak with; the first is the house's own choice."""
        return self._offers()

    async def speak_with(
        self,
        work: Work,
        owner_id: UUID,
        character_id: UUID,
        *,
        model: str | None = None,
        temperature: float | None = None,
    ) -> Card:
        """Another model (as `voices.key_of` names it), another temperature, or both; None leaves it as it is.

        Raises `InvalidInput`.
        """
        row = await self._editable(work, owner_id, character_id)
        if model is not None:
            offers = self._offers()
            offer = chosen_offer(model, offers)
            await self.plan_limits.check_offer(work, owner_id, offer, offers[0])
            row.provider, row.model = offer.provider, offer.model
        if temperature is not None:
            row.temperature = clean_temperature(temperature)
        await self._changed(work, row)
        return await self.card(work, owner_id, character_id)

    async def speak_as_the_house(self, work: Work, owner_id: UUID, character_id: UUID) -> Card:
        """No model and no temperature of its own any more."""
        row = await self._editable(work, owner_id, character_id)
        row.provider = row.model = row.temperature = None
        await self._changed(work, row)
        return await self.card(work, owner_id, character_id)

    # ------------------------------------------------------------------------------------------------ shown and gone

    async def ready_to_publish(self, work: Work, owner_id: UUID, character_id: UUID) -> Character:
        """The character as everybody would see it. Raises `InvalidInput` where something is missing."""
        row = await self._own(work, owner_id, character_id)
        refuse_unfinished(row.name, row.description, row.system_prompt or row.definition)
        return await self.get(work, character_id)

    async def publish(self, work: Work, owner_id: UUID, character_id: UUID, *, is_adult: bool) -> Character:
        """Everybody may find and summon it from now on. Raises `InvalidInput` where something is missing.

        Where the house reviews characters it waits for staff instead: the answer is then not public yet.
        """
        row = await self._own(work, owner_id, character_id)
        refuse_unfinished(row.name, row.description, row.system_prompt or row.definition)
        if row.visibility is not Visibility.PUBLIC and self.review is not None and self.review.is_wanted():
            row.is_adult = is_adult
            await self.review.ask(work, owner_id, character_id)
            return await self._changed(work, row)
        if row.visibility is not Visibility.PUBLIC:
            row.visibility, row.published_at = Visibility.PUBLIC, self._clock.now()
        row.is_adult = is_adult
        return await self._changed(work, row)

    async def unpublish(self, work: Work, owner_id: UUID, character_id: UUID) -> Character:
        """Nobody but its maker finds it any more. Where it was asked in it stays until somebody dismisses it."""
        row = await self._own(work, owner_id, character_id)
        is_shared = await grants_of.count(work.session, grants_of.characters([character_id])) > 0
        row.visibility, row.published_at = Visibility.SHARED if is_shared else Visibility.PRIVATE, None
        return await self._changed(work, row, even_resting=True)

    async def delete(self, work: Work, owner_id: UUID, character_id: UUID) -> Deleted:
        """Gone for everybody; its maker may have it back for a day. `Farewells` sees it out of its channels."""
        row = await self._own(work, owner_id, character_id)
        row.deleted_at = now = self._clock.now()
        await self._changed(work, row, even_resting=True)
        return deleted_of(row, now)

    async def deleted(self, work: Work, owner_id: UUID) -> tuple[Deleted, ...]:
        """What a person can still have back, the last one deleted first."""
        rows = await queries.deleted(work.session, owner_id, since_when(self._clock.now()))
        return tuple(deleted_of(row, row.deleted_at) for row in rows if row.deleted_at is not None)

    async def chosen_deleted(self, work: Work, owner_id: UUID, typed: str) -> UUID:
        """The deleted character meant by an option: its id, or its name. Raises `NotFound`."""
        with contextlib.suppress(ValueError):
            return UUID(typed)
        slug = slug_of(typed[: limits.CHARACTER_NAME_MAX])
        gone = await self.deleted(work, owner_id)
        meant = next((one.id for one in gone if slug_of(one.name) == slug), None)
        refuse_late(None, meant is not None, self._clock.now())
        assert meant is not None
        return meant

    async def restore(self, work: Work, owner_id: UUID, character_id: UUID) -> Character:
        """A deleted character as it was, in no channel. Raises `NotFound` after a day, or `LimitReached`."""
        row = await queries.owned_by(work.session, owner_id, character_id, with_deleted=True)
        refuse_late(None if row is None else row.deleted_at, row is not None, self._clock.now())
        assert row is not None
        if row.deleted_at is not None:
            await self._refuse_too_many(work, owner_id)
            row.deleted_at = None
        return await self._changed(work, row, even_resting=True)

    # ------------------------------------------------------------------------------------------------ within

    async def _own(self, work: Work, owner_id: UUID, character_id: UUID) -> CharacterModel:
        row = await queries.owned_by(work.session, owner_id, character_id)
        if row is not None:
            return row
        others = await queries.by_id(work.session, character_id)
        if others is None:
            raise not_found()
        raise NotAllowed("not_your_character", N_("Only who made {name} can change it."), name=others.character.name)

    async def _editable(self, work: Work, user_id: UUID, character_id: UUID) -> CharacterModel:
        """A character of one's own, or one that was shared to be changed; locked, as `_own`."""
        row = await queries.editable_by(work.session, user_id, character_id)
        return row if row is not None else await self._own(work, user_id, character_id)

    async def _may_edit(self, work: Work, user_id: UUID, one: CharacterModel) -> bool:
        return one.owner_id == user_id or await queries.is_editable(work.session, one.id)

    async def _changed(
        self, work: Work, row: CharacterModel, picture_sha256: str | None = None, *, even_resting: bool = False
    ) -> Character:
        """Keep what was changed, and let every conversation the character is in hear of it.

        Raises `LimitReached` for a character that its maker's plan has no room for, unless `even_resting`.
        """
        if not even_resting:
            await self.plan_limits.refuse_resting(work, row.id, row.name)
        row.search_words = search_words(row.name, row.nickname, row.description, row.tags)
        await work.session.flush()
        await functions.announce_character(work.session, row.id)
        await work.session.refresh(row)
        if picture_sha256 is None and row.picture_id is not None and row.deleted_at is None:
            return await self.get(work, row.id)
        return seen(row, picture_sha256)

    async def _keep(self, work: Work, owner_id: UUID, picture: Picture) -> UUID:
        if picture.size_bytes:
            await self.plan_limits.upload(work, owner_id, picture.size_bytes)
        await self.pictures.keep(picture)
        return await queries.keep_media(
            work.session, owner_id, picture.sha256, mime=MIME, size=len(picture.png), side=picture.side
        )

    async def _refuse_too_many(self, work: Work, owner_id: UUID) -> None:
        await refuse_too_many(work, owner_id)
        await self.plan_limits.check(work, owner_id, LimitName.CHARACTERS)


def _write(row: CharacterModel, checked: CheckedCharacter) -> None:
    row.name, row.slug, row.description = checked.name, checked.slug, checked.description
    row.system_prompt, row.greeting = checked.system_prompt, checked.greeting
    row.examples = [SpeechExample(user=one.user, character=one.character) for one in checked.examples]
    row.search_words = search_words(row.name, row.nickname, row.description, row.tags)


def _behind(row: CharacterModel) -> Behind:
    return Behind(
        instructions=row.system_prompt or row.definition,
        examples=len(row.examples),
        phrases=tuple(row.phrases),
        provider=row.provider,
        model=row.model,
        temperature=row.temperature,
        parts=filled(row),
    )
