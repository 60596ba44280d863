"""/creator profile: the form for the words, and the panel for what is chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Self

import discord

from bot import limits
from bot.services.cafe import Cafe
from bot.services.people.creators import CreatorDraft, OwnProfile
from bot.services.people.creators.drafts import COMMISSIONS, EXPERIENCES, KINDS, VISIBILITIES
from bot.services.people.creators.links import Site
from bot.texts import N_, Say, Text
from bot.transport.views import LastingButton, LastingSelect, MendableModal
from cogs.asking import Asked, caller_of, say_for
from cogs.creators.page import page_panel
from cogs.creators.parts import cafe_of, redraw, row, settle, within_a_second

_LONG = discord.TextStyle.paragraph
_NOTHING = "nothing"
_CHOICES: Mapping[str, tuple[Text, Mapping[Any, Text]]] = {
    "kind": (N_("What you mainly do"), KINDS),
    "experience": (N_("Experience"), EXPERIENCES),
    "commissions": (N_("Commissions"), COMMISSIONS),
    "visibility": (N_("Who finds the page"), VISIBILITIES),
}
_MAY_BE_UNSAID = ("kind", "experience")


class _Form(MendableModal):
    """Some fields of a profile. Subclasses say what becomes of them."""

    def __init__(self, cafe: Cafe, title: str, was: CreatorDraft) -> None:
        super().__init__(title=title[:45])
        self._cafe, self._was = cafe, was

    def field(
        self, name: str, label: str, hint: str, typed: str, style: discord.TextStyle, *, required: bool = False
    ) -> discord.ui.TextInput[Self]:
        """One more field, as long as Discord allows: then our sentence says by how much it is too long."""
        box = discord.ui.TextInput[Self](
            custom_id=name,
            style=style,
            placeholder=hint[:100],
            required=required,
            max_length=int(limits.FORM_FIELD_MAX),
            default=typed[: limits.FORM_FIELD_MAX] or None,
        )
        self.add_item(discord.ui.Label(text=label[:45], component=box))
        return box

    async def keep(self, interaction: discord.Interaction[Any], draft: CreatorDraft) -> None:
        """Save it and show the panel."""
        self._cafe.creating.creators.check(draft)
        await settle(interaction)
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            kept = await self._cafe.creating.creators.save(work, user_id, draft)
        say = say_for(interaction)
        await redraw(interaction, own_panel(self._cafe, kept, say, said=say("Saved. This is what others see of you:")))


class WordsForm(_Form):
    """Username, name, bio, tags and specialties."""

    def __init__(self, cafe: Cafe, say: Say, was: CreatorDraft) -> None:
        super().__init__(cafe, say("Your creator page"), was)
        one_line = discord.TextStyle.short
        hint = say("3 to 32 small letters, digits, - or _; your page's address")
        self.username = self.field("username", say("Username"), hint, was.username, one_line, required=True)
        hint = say("2 to 32 characters")
        self.shown = self.field("display_name", say("The name shown"), hint, was.display_name, one_line, required=True)
        hint = say("Who you are and what you make; Markdown, up to 4000 characters")
        self.bio = self.field("bio", say("About you"), hint, was.bio, _LONG, required=True)
        self.tags = self.field("tags", say("Tags"), say("Up to 8, commas between"), was.tags, one_line)
        hint = say("What you are good at; up to 8, commas between")
        self.specialties = self.field("specialties", say("Specialties"), hint, was.specialties, one_line)

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it, or say what is wrong."""
        draft = replace(
            self._was,
            username=self.username.value,
            display_name=self.shown.value,
            bio=self.bio.value,
            tags=self.tags.value,
            specialties=self.specialties.value,
        )
        await self.keep(interaction, draft)


class MoreForm(_Form):
    """Where somebody is and is found, what they speak, and their commissions."""

    def __init__(self, cafe: Cafe, say: Say, was: CreatorDraft) -> None:
        super().__init__(cafe, say("More about you"), was)
        one_line = discord.TextStyle.short
        self.location = self.field("location", say("Where you are"), say("A place"), was.location, one_line)
        hint = say("By their own names: English, Español, …")
        self.languages = self.field("languages", say("Languages"), hint, was.languages, one_line)
        hint = say("website: example.com, one a line")
        named = "\n".join(f"{site.value}: {kept}" for site in Site if (kept := was.links.get(site)))
        self.links = self.field("links", say("Where you are found"), hint, named, _LONG)
        hint = say("Mastodon https://…, one a line, up to 6")
        self.others = self.field("other_links", say("Other links"), hint, was.other_links, _LONG)
        hint = say("What you make, for how much, how to ask")
        self.commission = self.field("commission_info", say("About commissions"), hint, was.commission_info, _LONG)

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it, or say what is wrong."""
        links, others = _parted(self.links.value)
        draft = replace(
            self._was,
            location=self.location.value,
            languages=self.languages.value,
            links=links,
            other_links="\n".join([*others, self.others.value]),
            commission_info=self.commission.value,
        )
        await self.keep(interaction, draft)


def _parted(typed: str) -> tuple[dict[Site, str], list[str]]:
    """Lines that begin with the name of a site; whatever else was written counts as another link."""
    links: dict[Site, str] = {}
    others: list[str] = []
    for line in typed.splitlines():
        name, _, address = line.partition(":")
        try:
            links[Site(name.strip().lower())] = address.strip()
        except ValueError:
            others.append(line)
    return links, others


class FormButton(LastingButton, template=r"creator:mine:(?P<form>words|more)"):
    """Opens one of the forms as the profile is now."""

    def __init__(self, form: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"creator:mine:{form}"))
        self.form = form

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["form"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Open it."""
        await open_form(interaction, cafe_of(interaction), is_more=self.form == "more")


class ChoiceSelect(LastingSelect, template=r"creator:mine:choose:(?P<field>kind|experience|commissions|visibility)"):
    """Chooses one thing of the profile."""

    def __init__(self, menu: discord.ui.Select[discord.ui.View], field: str) -> None:
        super().__init__(menu)
        self.field = field

    @classmethod
    def of(cls, field: str, chosen: str, say: Say) -> Self:
        """The menu of a field."""
        label, options = _CHOICES[field]
        given: Mapping[StrEnum, Text] = options
        listed = [(one.value, say(text)) for one, text in given.items()]
        if field in _MAY_BE_UNSAID:
            listed = [(_NOTHING, say("not said")), *listed]
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"creator:mine:choose:{field}",
            options=[
                discord.SelectOption(
                    label=f"{say(label)}: {text}"[:100], value=value, default=value == (chosen or _NOTHING)
                )
                for value, text in listed
            ],
        )
        return cls(menu, field)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item, match["field"])

    async def pressed(self, interaction: Asked) -> None:
        """Keep the choice and draw the panel anew."""
        await interaction.response.defer()
        said = self.item.values[0]
        await change(interaction, cafe_of(interaction), {self.field: "" if said == _NOTHING else said})


class TogetherButton(LastingButton, template=r"creator:mine:together:(?P<on>[01])"):
    """Whether one makes characters with others."""

    def __init__(self, on: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"creator:mine:together:{on}"))
        self.on = on == "1"

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["on"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Keep it and draw the panel anew."""
        await interaction.response.defer()
        await change(interaction, cafe_of(interaction), {"accepts_collaborations": self.on})


ITEMS = (FormButton, ChoiceSelect, TogetherButton)


async def open_form(interaction: Asked, cafe: Cafe, *, is_more: bool = False) -> None:
    """Open a form as the profile is now, or empty where there is none. Not deferred before."""
    mine, say = await within_a_second(_mine(interaction, cafe)), say_for(interaction)
    was = mine.draft if mine is not None else CreatorDraft("", interaction.user.display_name[:32], "")
    form = MoreForm(cafe, say, was) if is_more and mine is not None else WordsForm(cafe, say, was)
    await interaction.response.send_modal(form)


async def change(interaction: Asked, cafe: Cafe, values: Mapping[str, Any]) -> None:
    """Keep some values of one's own profile and draw its panel anew. Deferred before."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        mine = await cafe.creating.creators.mine(work, user_id)
        was = mine.draft if mine is not None else CreatorDraft("", "", "")
        kept = await cafe.creating.creators.save(work, user_id, replace(was, **values))
    await redraw(interaction, own_panel(cafe, kept, say_for(interaction)))


async def _mine(interaction: Asked, cafe: Cafe) -> OwnProfile | None:
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        return await cafe.creating.creators.mine(work, user_id)


def own_panel(cafe: Cafe, mine: OwnProfile, say: Say, *, said: str = "") -> discord.ui.LayoutView:
    """One's own page with everything that can be chosen of it."""
    draft = mine.draft
    chosen = {
        "kind": draft.kind, "experience": draft.experience, "commissions": draft.commissions,
        "visibility": draft.visibility,
    }  # fmt: skip
    together = say("Make nothing together") if draft.accepts_collaborations else say("Make characters together")
    buttons = row(
        FormButton("words", say("Edit the words")),
        FormButton("more", say("More about you")),
        TogetherButton("0" if draft.accepts_collaborations else "1", together),
    )
    menus = [row(ChoiceSelect.of(field, value, say)) for field, value in chosen.items()]
    return page_panel(cafe, mine.page, say, buttons, *menus, said=said)
