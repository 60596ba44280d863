"""The panel of who may read and write a lore book: by code, by invitation, by asking."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.lore.fields import BOOK_FIELDS
from bot.services.lore.sharing import AccessRequest, Collaborator
from bot.services.lore.shown import LoreBook, May, Visibility
from bot.texts import N_, Say
from bot.transport import heard
from bot.transport.views import LastingButton, LastingSelect, MendableModal
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.controls import NOTHING_AROUND
from cogs.lore.forms import FieldsForm, settle
from cogs.lore.parts import ID, cafe_of, line, panel, redraw, row, short, show, within_a_second, words

RULES = ("allow_fork", "allow_collaboration", "accepts_requests")
_PEOPLE_SHOWN = 20
_MENUS_MAX = 4
"""Together they hold as many people as a book can be shared with."""
_REQUESTS_SHOWN = 8
"""Each takes three of the 25 options of a menu."""
_NO = "no"


class ShareButton(LastingButton, template=rf"lore:share:{ID}:(?P<deed>code|stop|invite|rules)"):
    """Opens a form of the panel, or ends the way in by code."""

    def __init__(self, book_id: str, deed: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"lore:share:{book_id}:{deed}"))
        self.book_id = UUID(book_id)
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do it."""
        cafe = cafe_of(interaction)
        if self.deed == "stop":
            await interaction.response.defer()
            async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
                await cafe.lore.sharing.unshare(work, user_id, self.book_id)
            await redraw(interaction, await sharing(interaction, cafe, self.book_id))
            return
        book = await within_a_second(_ruled(interaction, cafe, self.book_id))
        say = say_for(interaction)
        forms = {"code": _code_form, "invite": _invite_form, "rules": _rules_form}
        await interaction.response.send_modal(forms[self.deed](cafe, book, say))


class PeopleSelect(LastingSelect, template=rf"lore:share:{ID}:(?P<what>revoke|answer)(?P<number>[2-9]?)"):
    """Takes the way in from somebody, or answers who asked for it. `number`: one of several menus of one kind."""

    def __init__(self, menu: discord.ui.Select[discord.ui.View], book_id: str, what: str) -> None:
        super().__init__(menu)
        self.book_id = UUID(book_id)
        self.what = what

    @classmethod
    def of(cls, book_id: UUID, what: str, options: list[discord.SelectOption], placeholder: str) -> list[Self]:
        """The menus: as many as the options need, up to four."""
        most, made = int(limits.CHOICES_MAX), list[Self]()
        for number, start in enumerate(range(0, min(len(options), _MENUS_MAX * most), most), 1):
            menu = discord.ui.Select[discord.ui.View](
                custom_id=f"lore:share:{book_id}:{what}{number if number > 1 else ''}",
                options=options[start : start + most],
                placeholder=placeholder,
            )
            made.append(cls(menu, str(book_id), what))
        return made

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item, match["id"], match["what"])

    async def pressed(self, interaction: Asked) -> None:
        """Do it and show the panel anew."""
        await interaction.response.defer()
        cafe = cafe_of(interaction)
        guest, _, said = self.item.values[0].partition(":")
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            if self.what == "revoke":
                await cafe.lore.sharing.revoke(work, user_id, self.book_id, UUID(guest))
            else:
                permission = None if said == _NO else May(said)
                await cafe.lore.sharing.answer(work, user_id, self.book_id, UUID(guest), permission)
        await redraw(interaction, await sharing(interaction, cafe, self.book_id))


ITEMS = (ShareButton, PeopleSelect)


class _CodeForm(MendableModal):
    """A password and for how many days."""

    def __init__(self, cafe: Cafe, book: LoreBook, say: Say) -> None:
        super().__init__(title=say("Share it by its code"))
        self._cafe, self._book_id = cafe, book.id
        most = int(limits.FORM_FIELD_MAX)
        self.password = discord.ui.TextInput[Self](custom_id="password", required=False, max_length=most)
        self.days = discord.ui.TextInput[Self](custom_id="days", required=False, max_length=most)
        hint = say("Empty: the code alone opens it.")
        if book.has_password:
            hint = say("It has one; write a new one to change it, a single - to take it away.")
        self.add_item(discord.ui.Label(text=say("Password"), description=hint[:100], component=self.password))
        days = say("Empty: until you stop it")
        self.add_item(discord.ui.Label(text=say("For how many days"), description=days[:100], component=self.days))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it."""
        until, typed = _until(self.days.value), self.password.value.strip()
        password = None if not typed else "" if typed == "-" else typed
        await settle(interaction)
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            await self._cafe.lore.sharing.share(work, user_id, self._book_id, password=password, until=until)
        await redraw(interaction, await sharing(interaction, self._cafe, self._book_id))


class _InviteForm(MendableModal):
    """A person, what they may do, and for how many days."""

    def __init__(self, cafe: Cafe, book: LoreBook, say: Say) -> None:
        super().__init__(title=say("Invite somebody"))
        self._cafe, self._book_id = cafe, book.id
        self.person = discord.ui.UserSelect[Self](custom_id="person", required=True)
        options = [
            discord.SelectOption(label=say("may read it"), value=May.READ.value, default=True),
            discord.SelectOption(label=say("may write in it"), value=May.WRITE.value),
            discord.SelectOption(label=say("looks after it: writes, shares, invites"), value=May.ADMIN.value),
        ]
        self.permission = discord.ui.Select[Self](custom_id="permission", options=options, required=True)
        self.days = discord.ui.TextInput[Self](custom_id="days", required=False, max_length=int(limits.FORM_FIELD_MAX))
        self.add_item(discord.ui.Label(text=say("Who"), component=self.person))
        self.add_item(discord.ui.Label(text=say("What they may do"), component=self.permission))
        days = say("Empty: until you take it back")
        self.add_item(discord.ui.Label(text=say("For how many days"), description=days[:100], component=self.days))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Let them in."""
        until, permission = _until(self.days.value), May(self.permission.values[0])
        await settle(interaction)
        guest = await self._cafe.people.arrive(heard.caller(self.person.values[0]))
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            await self._cafe.lore.sharing.invite(work, user_id, self._book_id, guest, permission, until=until)
        await redraw(interaction, await sharing(interaction, self._cafe, self._book_id))


async def _ruled(interaction: Asked, cafe: Cafe, book_id: UUID) -> LoreBook:
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        return await cafe.lore.books.get(work, user_id, book_id, may=May.ADMIN)


def _code_form(cafe: Cafe, book: LoreBook, say: Say) -> MendableModal:
    return _CodeForm(cafe, book, say)


def _invite_form(cafe: Cafe, book: LoreBook, say: Say) -> MendableModal:
    return _InviteForm(cafe, book, say)


def _rules_form(cafe: Cafe, book: LoreBook, say: Say) -> MendableModal:
    async def save(asked: Asked, changed: dict[str, str]) -> None:
        await settle(asked)
        async with cafe.people.at_work(caller_of(asked)) as (user_id, work):
            await cafe.lore.books.edit(work, user_id, book.id, changed)
        await redraw(asked, await sharing(asked, cafe, book.id))

    fields = [BOOK_FIELDS[name] for name in RULES]
    shown = cafe.lore.books.typed(book, *RULES)
    return FieldsForm(say("What others may do with it"), fields, shown, say, NOTHING_AROUND, save)


def _until(typed: str) -> datetime | None:
    """When so many days are over. Raises `InvalidInput`."""
    text = typed.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= limits.RETENTION_DAYS_MAX:
        raise InvalidInput(
            "days_out_of_range",
            N_("Days: write a whole number from 1 to {maximum}, or leave it empty."),
            field="days",
            maximum=int(limits.RETENTION_DAYS_MAX),
        )
    return datetime.now(UTC) + timedelta(days=int(text))


async def show_sharing(interaction: Asked, cafe: Cafe, book_id: UUID) -> None:
    """Answer a deferred interaction with the panel, for who asked only."""
    await show(interaction, await sharing(interaction, cafe, book_id))


async def sharing(interaction: Asked, cafe: Cafe, book_id: UUID) -> discord.ui.LayoutView:
    """The panel as the book is shared."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        book = await cafe.lore.books.get(work, user_id, book_id, may=May.ADMIN)
        people = await cafe.lore.sharing.collaborators(work, user_id, book_id)
        requests = await cafe.lore.sharing.requests(work, user_id, book_id)
    return drawn(book, people, requests, cafe.lore.books.typed(book, *RULES), say_for(interaction))


def drawn(
    book: LoreBook,
    people: tuple[Collaborator, ...],
    requests: tuple[AccessRequest, ...],
    rules: dict[str, str],
    say: Say,
) -> discord.ui.LayoutView:
    """The panel. Pure."""
    title = say("Who may read and write {book}", book=plain(book.name))
    held = [f"{say(BOOK_FIELDS[name].label)}: {say('yes') if rules[name] == 'yes' else say('no')}" for name in RULES]
    items: list[discord.ui.Item[Any]] = [words(f"### {title}"), words(_state(book, say)), words("\n".join(held))]
    items += [row(*_buttons(book, say)), line(), words(_people(people, say))]
    if people:
        options = [discord.SelectOption(label=one.name[:100] or "…", value=str(one.user_id)) for one in people]
        items += [row(one) for one in PeopleSelect.of(book.id, "revoke", options, say("Take the way in from…"))]
    if requests:
        shown = requests[:_REQUESTS_SHOWN]
        asking = "\n".join(_request(one) for one in shown)
        items.append(words("**" + say("Asking to write in it") + f"**\n{asking}"))
        items += [row(one) for one in PeopleSelect.of(book.id, "answer", _answers(shown, say), say("Answer them…"))]
    return panel(*items)


def _buttons(book: LoreBook, say: Say) -> list[discord.ui.Item[Any]]:
    """How it is shared is its owner's alone; who looks after it invites."""
    which, is_shared = str(book.id), book.visibility is Visibility.SHARED
    invite = ShareButton(which, "invite", say("Invite…"))
    if book.may is not May.OWN:
        return [invite]
    buttons: list[discord.ui.Item[Any]] = []
    if book.visibility is not Visibility.PUBLIC:
        buttons.append(ShareButton(which, "code", say("Change how") if is_shared else say("Share by code")))
    if is_shared:
        buttons.append(ShareButton(which, "stop", say("Stop sharing by code")))
    return [*buttons, invite, ShareButton(which, "rules", say("Rules…"))]


def _request(one: AccessRequest) -> str:
    mention = f"<@{one.discord_id}>" if one.discord_id else plain(one.name)
    return f"{mention}: {plain(short(one.words, 200))}" if one.words else mention


def _state(book: LoreBook, say: Say) -> str:
    if book.visibility is Visibility.PUBLIC:
        return say("Everybody may read it: the house has published it.")
    if book.visibility is not Visibility.SHARED:
        return say("Only you and those you invite can read it.")
    lines = [say("Whoever has its code opens it with /lore book open: {code}", code=f"`{book.code}`")]
    if book.has_password:
        lines.append(say("They need its password as well."))
    if book.shared_until is not None:
        lines.append(
            say("Until {time}; then nobody gets in by the code.", time=f"<t:{int(book.shared_until.timestamp())}:f>")
        )
    return "\n".join(lines)


def _people(people: tuple[Collaborator, ...], say: Say) -> str:
    if not people:
        return say("Nobody is in yet.")
    lines = [_person(one, say) for one in people[:_PEOPLE_SHOWN]]
    if len(people) > _PEOPLE_SHOWN:
        lines.append(say("and {n} more", n=len(people) - _PEOPLE_SHOWN))
    return "\n".join(lines)


def _person(one: Collaborator, say: Say) -> str:
    mention = f"<@{one.discord_id}>" if one.discord_id else plain(one.name) or say("somebody")
    may = {
        May.READ: say("may read it"),
        May.WRITE: say("may write in it"),
        May.ADMIN: say("looks after it: writes, shares, invites"),
    }.get(one.permission, "")
    until = "" if one.expires_at is None else say(", until {time}", time=f"<t:{int(one.expires_at.timestamp())}:D>")
    by_code = say(", by the code") if one.by_code else ""
    is_over = say(", which is over") if one.is_over else ""
    return f"{mention}: {may}{by_code}{until}{is_over}"


def _answers(requests: tuple[AccessRequest, ...], say: Say) -> list[discord.SelectOption]:
    options: list[discord.SelectOption] = []
    for one in requests:
        for said, label in (
            (May.WRITE.value, say("{person}: may write in it", person=one.name)),
            (May.READ.value, say("{person}: may read it", person=one.name)),
            (_NO, say("{person}: no", person=one.name)),
        ):
            options.append(discord.SelectOption(label=label[:100], value=f"{one.user_id}:{said}"))
    return options
