"""All of a character on one form: shown as it would be typed, and only what was changed is written.

Every rule is where it is for the small forms of Discord; here they are only brought together.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot import limits
from bot.errors import Conflict, UserError
from bot.services.characters import (
    Character,
    CharacterDraft,
    Characters,
    DetailsDraft,
    Part,
    PartDraft,
    not_found,
)
from bot.services.characters.details import CHOOSABLE
from bot.services.characters.parts import NAMES, CardFields, shown
from bot.services.characters.voices import clean_temperature_typed, stored_key
from bot.services.characters.wording import NOTE_ROLES, PART_HINTS, TRAIT_NAMES, TRAIT_OPTIONS
from bot.services.editing import differing, mark_of, refuse_changed, refuse_wrong, straight
from bot.texts import N_, Text
from db.models import Character as CharacterModel
from db.queries import characters as queries
from db.work import Work

YES, NO = "yes", ""


class Group(StrEnum):
    """Fields that stand together."""

    WHO = "who"
    TOLD = "told"
    VOICE = "voice"
    GREETINGS = "greetings"
    MODEL = "model"
    SHOWN = "shown"


GROUPS: Mapping[Group, Text] = {
    Group.WHO: N_("Who it is"),
    Group.TOLD: N_("What it is told of itself"),
    Group.VOICE: N_("How it talks"),
    Group.GREETINGS: N_("First words"),
    Group.MODEL: N_("Its model"),
    Group.SHOWN: N_("For those who look at it"),
}


class Asked(StrEnum):
    """How a field is asked for."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class WholeField:
    """One field of the form. `most` bounds its characters; `choices` are value and label, `""` being no choice."""

    name: str
    label: Text
    asked: Asked
    group: Group
    hint: Text | None = None
    most: int | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    is_required: bool = False


_UNSAID = ("", N_("not said"))
_CARD, _GREETING = int(limits.CARD_TEXT_MAX), int(limits.GREETING_MAX)


def _part(part: Part, group: Group, most: int = _CARD) -> WholeField:
    asked = Asked.LINE if part is Part.CARD_VERSION else Asked.TEXT
    return WholeField(part.value, NAMES[part], asked, group, PART_HINTS[part], most)


def _listed() -> Iterable[WholeField]:
    who, told, voice = Group.WHO, Group.TOLD, Group.VOICE
    form = int(limits.FORM_FIELD_MAX)
    yield WholeField("name", N_("Name"), Asked.LINE, who, most=int(limits.CHARACTER_NAME_MAX), is_required=True)
    yield WholeField(
        "nickname",
        N_("Nickname"),
        Asked.LINE,
        who,
        N_("What it is called in talk, where that is not its whole name."),
        int(limits.CHARACTER_NAME_MAX),
    )
    yield WholeField(
        "description",
        N_("Description"),
        Asked.TEXT,
        who,
        N_("What others read of it in lists and on its card."),
        int(limits.DESCRIPTION_MAX),
    )
    yield WholeField("tags", N_("Tags"), Asked.LINE, who, N_("Commas between them."), form)
    yield _trait("gender", who)
    yield WholeField("age", N_("Age"), Asked.NUMBER, who, N_("In years."), 6)
    yield WholeField(
        "is_adult",
        N_("For adults only"),
        Asked.FLAG,
        who,
        N_("It is shown, and speaks, in age-restricted channels only."),
    )
    for part in (
        Part.SYSTEM_PROMPT,
        Part.DEFINITION,
        Part.PERSONALITY,
        Part.SCENARIO,
        Part.LAST_INSTRUCTIONS,
        Part.NOTE,
    ):
        yield _part(part, told)
    yield WholeField(
        "note_depth", N_("Depth of the note"), Asked.NUMBER, told, N_("How many messages stand after it; 0 for none"), 6
    )
    yield WholeField("note_role", N_("How the note is told"), Asked.CHOICE, told, choices=tuple(NOTE_ROLES.items()))
    for name in TRAIT_NAMES:
        if name != "gender":
            yield _trait(name, voice)
    yield WholeField("phrases", N_("Phrases"), Asked.TEXT, voice, N_("Things it likes to say, one a line."), form)
    yield _part(Part.EXAMPLES, voice)
    yield _part(Part.GREETING, Group.GREETINGS, _GREETING)
    yield _part(Part.OTHER_GREETINGS, Group.GREETINGS, _GREETING * int(limits.OTHER_GREETINGS_MAX))
    yield _part(Part.GROUP_GREETINGS, Group.GREETINGS, _GREETING * int(limits.OTHER_GREETINGS_MAX))
    yield WholeField("model", N_("Model"), Asked.CHOICE, Group.MODEL, N_("Which model speaks for it."))
    yield WholeField(
        "temperature",
        N_("Temperature"),
        Asked.NUMBER,
        Group.MODEL,
        N_("From 0 (predictable) to 2 (wild); empty: as its creativity says."),
        8,
    )
    yield _part(Part.CREATOR_NOTES, Group.SHOWN)
    yield _part(Part.CARD_VERSION, Group.SHOWN, int(limits.CARD_VERSION_MAX))


def _trait(name: str, group: Group) -> WholeField:
    assert name in CHOOSABLE
    return WholeField(name, TRAIT_NAMES[name], Asked.CHOICE, group, choices=(_UNSAID, *TRAIT_OPTIONS[name].items()))


FIELDS: Mapping[str, WholeField] = {one.name: one for one in _listed()}
"""The fields of the form by name, in its order."""

EMPTY: Mapping[str, str] = {name: "" for name in FIELDS} | {"note_depth": "4", "note_role": "system"}
"""What the form of a new character shows."""

_FORM = ("name", "description", "system_prompt", "greeting")
_DEFINITION = (Part.DEFINITION.value,)
_DETAILS = ("nickname", "age", "phrases")
_NOTE = ("note", "note_depth", "note_role")
_VOICE = ("model", "temperature")


@dataclass(frozen=True, slots=True)
class Whole:
    """A character with what its form shows. `mark` tells that from what it will show once somebody changed it."""

    character: Character
    typed: Mapping[str, str]

    @property
    def mark(self) -> str:
        """See `bot.services.editing`."""
        return mark_of(self.typed)


class WholeCharacters:
    """Characters as one form. Each method works in the name of who edits: `work` is theirs.

    `Characters` says who may: everybody else is told `NotFound` or `NotAllowed`.
    """

    def __init__(self, characters: Characters) -> None:
        self._characters = characters

    async def get(self, work: Work, user_id: UUID, character_id: UUID) -> Whole:
        """One with all that is behind it, for who may change it. Raises `NotFound` or `NotAllowed`."""
        await self._characters.draft_of(work, user_id, character_id)
        found = await queries.by_id(work.session, character_id)
        if found is None:
            raise not_found()
        return Whole(await self._characters.get(work, character_id), typed_of(found.character))

    async def create(self, work: Work, user_id: UUID, typed: Mapping[str, str], *, taken: Iterable[str] = ()) -> Whole:
        """A new private character out of the form. Raises `InvalidInput` (all that is wrong), `LimitReached`, …"""
        said = {**EMPTY, **straight(typed)}
        draft = CharacterDraft(said["name"], said["description"], said["system_prompt"], said["greeting"])
        card = CardFields(definition=said["definition"]) if said["definition"].strip() else None
        taken = tuple(taken)
        made = await self._characters.create(work, user_id, draft, taken=taken, card=card)
        if card is not None:
            # What a card says goes before the draft; here both were typed.
            await self._characters.edit(work, user_id, made.id, draft, taken=taken)
        return await self.save(work, user_id, made.id, said, taken=taken)

    async def save(
        self,
        work: Work,
        user_id: UUID,
        character_id: UUID,
        typed: Mapping[str, str],
        *,
        mark: str | None = None,
        taken: Iterable[str] = (),
    ) -> Whole:
        """Keep what was changed. `mark` is that of what the form showed.

        Raises `ChangedMeanwhile`, `InvalidInput` (`SeveralWrong`, where more than one field is), `NotFound`, … Where it
        raises, whoever opened the work must not commit it.
        """
        await self._characters.draft_of(work, user_id, character_id)
        row = await queries.locked(work.session, character_id)
        if row is None:
            raise not_found()
        now = typed_of(row)
        refuse_changed(now, mark)
        wanted = differing(now, straight({name: value for name, value in typed.items() if name in FIELDS}))
        writing = _Writing(self._characters, work, user_id, character_id, now, wanted, tuple(taken))
        refuse_wrong(await writing.errors())
        return await self.get(work, user_id, character_id)


@dataclass(slots=True)
class _Writing:
    """One saving of a form: what differs, written group by group; what is wrong is told together."""

    characters: Characters
    work: Work
    user_id: UUID
    character_id: UUID
    now: Mapping[str, str]
    wanted: Mapping[str, str]
    taken: tuple[str, ...]

    def said(self, name: str) -> str:
        """What a field says, typed anew or not."""
        return self.wanted.get(name, self.now[name])

    async def errors(self) -> list[UserError]:
        """Write all that can be written. What is wrong, in the order of the form."""
        found: list[UserError] = []
        for step in self._steps():
            try:
                await step()
            except UserError as error:
                found.append(error)
                if isinstance(error, Conflict):
                    break  # a name that is taken: the database may have said so, and takes nothing more then
        order = list(FIELDS)
        return sorted(found, key=lambda error: order.index(error.field) if error.field in order else -1)

    def _steps(self) -> Iterable[Callable[[], Awaitable[object]]]:
        has = self.wanted.keys()
        is_defined = bool(self.said(Part.DEFINITION.value).strip())
        # One of instructions and definition must always be there, so what is filled goes before what is emptied.
        first, last = (_DEFINITION, ()) if is_defined else ((), _DEFINITION)
        whole: Iterable[tuple[Iterable[str], Callable[[], Awaitable[object]]]] = (
            (("examples",), self._examples),
            (first, self._text(Part.DEFINITION)),
            (_FORM, self._form),
            (last, self._text(Part.DEFINITION)),
            *(((part.value,), self._text(part)) for part in _PLAIN),
            (_NOTE, self._note),
            (_DETAILS, self._details),
            (("tags",), self._tags),
            *(((name,), self._choice(name)) for name in CHOOSABLE),
            (("is_adult",), self._adult),
            (_VOICE, self._voice),
        )
        return (step for names, step in whole if has & set(names))

    def _text(self, part: Part) -> Callable[[], Awaitable[object]]:
        return lambda: self.characters.put(
            self.work, self.user_id, self.character_id, part, PartDraft(self.wanted[part.value])
        )

    def _choice(self, name: str) -> Callable[[], Awaitable[object]]:
        return lambda: self.characters.choose(
            self.work, self.user_id, self.character_id, name, self.wanted[name] or None
        )

    async def _examples(self) -> object:
        """Before the name changes: they name the character as it was called while they were typed."""
        text, new = self.wanted["examples"], self.wanted.get("name", "").strip()
        if new and new != self.now["name"]:
            begins = re.compile(rf"^(\s*){re.escape(new)}(\s*:)", re.MULTILINE | re.IGNORECASE)
            text = begins.sub(r"\1{{char}}\2", text)
        draft = PartDraft(text)
        return await self.characters.put(self.work, self.user_id, self.character_id, Part.EXAMPLES, draft)

    async def _form(self) -> object:
        # Examples stay as they stand by now.
        stands = await self.characters.part_of(self.work, self.user_id, self.character_id, Part.EXAMPLES)
        name, description, system_prompt, greeting = (self.said(one) for one in _FORM)
        draft = CharacterDraft(name, description, system_prompt, greeting, stands.draft.text)
        return await self.characters.edit(self.work, self.user_id, self.character_id, draft, taken=self.taken)

    async def _note(self) -> object:
        text, depth, role = (self.said(name) for name in _NOTE)
        draft = PartDraft(text, depth, role)
        return await self.characters.put(self.work, self.user_id, self.character_id, Part.NOTE, draft)

    async def _details(self) -> object:
        nickname, age, phrases = (self.said(one) for one in _DETAILS)
        draft = DetailsDraft(nickname, age, phrases)
        return await self.characters.detail(self.work, self.user_id, self.character_id, draft, taken=self.taken)

    async def _tags(self) -> object:
        return await self.characters.tag(self.work, self.user_id, self.character_id, self.wanted["tags"])

    async def _adult(self) -> object:
        is_adult = bool(self.wanted["is_adult"])
        return await self.characters.reserve(self.work, self.user_id, self.character_id, is_adult=is_adult)

    async def _voice(self) -> object:
        model, typed = self.said("model").strip(), self.said("temperature")
        temperature = clean_temperature_typed(typed)
        if not model or temperature is None:
            await self.characters.speak_as_the_house(self.work, self.user_id, self.character_id)
        return await self.characters.speak_with(
            self.work, self.user_id, self.character_id, model=model or None, temperature=temperature
        )


_PLAIN = (
    Part.PERSONALITY,
    Part.SCENARIO,
    Part.LAST_INSTRUCTIONS,
    Part.OTHER_GREETINGS,
    Part.GROUP_GREETINGS,
    Part.CREATOR_NOTES,
    Part.CARD_VERSION,
)


def typed_of(row: CharacterModel) -> dict[str, str]:
    """What the form shows of a row. Pure."""
    note = shown(row, Part.NOTE).draft
    texts = {part.value: shown(row, part).draft.text for part in Part}
    traits = {name: getattr(row.traits, name) for name in CHOOSABLE if name != "gender"}
    said = {
        **texts,
        "name": row.name,
        "nickname": row.nickname,
        "description": row.description,
        "tags": ", ".join(row.tags),
        "age": "" if row.age is None else str(row.age),
        "phrases": "\n".join(row.phrases),
        "note_depth": note.depth,
        "note_role": note.role,
        "is_adult": YES if row.is_adult else NO,
        "gender": "" if row.gender is None else row.gender.value,
        **{name: "" if value is None else value.value for name, value in traits.items()},
        "model": stored_key(row.provider, row.model),
        "temperature": "" if row.temperature is None else f"{row.temperature:g}",
    }
    return {name: said[name] for name in FIELDS}
