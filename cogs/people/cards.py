"""Personas and profiles in words. Everything here is shown to its owner alone."""

from __future__ import annotations

import io
from collections.abc import Mapping

import discord

from bot.services.people.personas import Persona, PersonaGender, PersonaPage, Pronouns
from bot.services.people.profiles import Profile
from bot.texts import LANGUAGE_NAMES, N_, Say, Text
from cogs.asking import plain

COLOUR = discord.Colour.from_str("#c8763a")
NO_PINGS = discord.AllowedMentions.none()

PRONOUNS: Mapping[Pronouns, Text] = {
    Pronouns.HE_HIM: N_("he/him"),
    Pronouns.SHE_HER: N_("she/her"),
    Pronouns.THEY_THEM: N_("they/them"),
    Pronouns.HE_THEY: N_("he/they"),
    Pronouns.SHE_THEY: N_("she/they"),
    Pronouns.ANY: N_("any"),
}
"""Those in the list; others come in words of one's own."""

GENDERS: Mapping[PersonaGender, Text] = {
    PersonaGender.UNSPECIFIED: N_("unspecified"),
    PersonaGender.FEMALE: N_("female"),
    PersonaGender.MALE: N_("male"),
    PersonaGender.NON_BINARY: N_("non-binary"),
    PersonaGender.OTHER: N_("other"),
}

_FACE = "face.png"
_FIELD_MOST = 1024


def spoken_of(pronouns: Pronouns | None, own: str, say: Say) -> str:
    """Pronouns in words, empty where nothing is said of them."""
    if pronouns is None:
        return ""
    return plain(own) if pronouns is Pronouns.OTHER else say(PRONOUNS[pronouns])


def persona_card(one: Persona, say: Say, *, has_face: bool = False) -> discord.Embed:
    """Everything about a persona."""
    embed = discord.Embed(title=plain(one.name), description=plain(one.description), colour=COLOUR)
    gender = "" if one.gender is PersonaGender.UNSPECIFIED else say(GENDERS[one.gender])
    for label, value in (
        (say("Gender"), gender),
        (say("Pronouns"), spoken_of(one.pronouns, one.custom_pronouns, say)),
        (say("Age"), "" if one.age is None else str(one.age)),
        (say("Appearance"), plain(one.appearance)),
        (say("Likes to talk about"), plain(", ".join(one.preferred_topics))),
        (say("Rather not about"), plain(", ".join(one.avoided_topics))),
        (say("Wishes"), plain(one.custom_instructions)),
    ):
        _add(embed, label, value)
    if has_face:
        embed.set_thumbnail(url=f"attachment://{_FACE}")
    embed.set_footer(text=_footer(one, say))
    return embed


def profile_card(profile: Profile, say: Say) -> discord.Embed:
    """Everything a person told of themselves."""
    embed = discord.Embed(title=say("What characters know of you"), colour=COLOUR)
    for label, value in (
        (say("Name"), plain(profile.name)),
        (say("Nickname"), plain(profile.nickname)),
        (say("Pronouns"), spoken_of(profile.pronouns, profile.custom_pronouns, say)),
        (say("About you"), plain(profile.description)),
        (say("Time zone"), profile.time_zone or ""),
        (say("Language"), LANGUAGE_NAMES.get(profile.language, profile.language) if profile.language else ""),
    ):
        _add(embed, label, value)
    if not embed.fields:
        embed.description = say("Nothing but your Discord name. Tell them more with /me edit.")
    embed.set_footer(text=say("Only you see this, and the characters that answer you while you wear no persona."))
    return embed


def listed(page: PersonaPage, say: Say) -> discord.Embed:
    """One screen of a person's personas."""
    embed = discord.Embed(title=say("Your personas"), colour=COLOUR)
    if not page.personas:
        embed.description = say("You have none yet. Make one with /persona create.")
    for one in page.personas:
        marks = [plain(one.name)]
        if one.is_default:
            marks.append(say("default"))
        if one.id == page.worn:
            marks.append(say("worn here"))
        marks.append(_used(one, say))
        embed.add_field(name=" · ".join(marks)[:256], value=_short(plain(one.description)), inline=False)
    embed.set_footer(text=say("Page {number} of {last}", number=page.number + 1, last=page.last + 1))
    return embed


def face_file(png: bytes | None) -> discord.File:
    """A persona's picture to go with its card, for its owner's eyes; nothing where there is none."""
    return discord.utils.MISSING if png is None else discord.File(io.BytesIO(png), _FACE)


def _footer(one: Persona, say: Say) -> str:
    told = say("Only you see this. {used}.", used=_used(one, say))
    return say("{told} It is your default.", told=told) if one.is_default else told


def _used(one: Persona, say: Say) -> str:
    return say.plural("{n} message", "{n} messages", one.uses)


def _add(embed: discord.Embed, label: str, value: str) -> None:
    if value:
        embed.add_field(name=label, value=_short(value, _FIELD_MOST), inline=False)


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
