"""The panels of /share: with whom something is shared, and who asks for a part in it."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.services.cafe import Cafe
from bot.services.people.grants import Guest, May, Request, Shared, Sharing, Thing, ThingKind
from bot.texts import Say
from bot.transport.views import LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.creators.parts import cafe_of, line, panel, redraw, row, short, words

_LINES_SHOWN = 20
_REQUESTS_SHOWN = 6
"""Each takes four of the 25 options of a menu."""
_NO = "no"


class AnswerSelect(LastingSelect, template=r"share:answer"):
    """Answers somebody who asks for a part in something."""

    @classmethod
    def of(cls, requests: tuple[Request, ...], say: Say) -> Self:
        """The menu: for each request yes, in three ways, and no."""
        options: list[discord.SelectOption] = []
        for one in requests[:_REQUESTS_SHOWN]:
            for said, label in (
                (May.WRITE.value, say("{person}, {thing}: may change it", person=one.name, thing=one.thing_name)),
                (May.READ.value, say("{person}, {thing}: may use it", person=one.name, thing=one.thing_name)),
                (May.ADMIN.value, say("{person}, {thing}: looks after it", person=one.name, thing=one.thing_name)),
                (_NO, say("{person}, {thing}: no", person=one.name, thing=one.thing_name)),
            ):
                value = f"{one.thing.kind.value[0]}{one.thing.id.hex}{one.user_id.hex}{said}"
                options.append(discord.SelectOption(label=label[:100], value=value))
        menu = discord.ui.Select[discord.ui.View](
            custom_id="share:answer", options=options, placeholder=say("Answer somebody…")
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Do it and draw the panel anew."""
        await interaction.response.defer()
        chosen = self.item.values[0]
        kind = ThingKind.CHARACTER if chosen[0] == "c" else ThingKind.BOOK
        thing, guest, said = Thing(kind, UUID(chosen[1:33])), UUID(chosen[33:65]), chosen[65:]
        cafe = cafe_of(interaction)
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            await cafe.creating.shares.answer(work, user_id, thing, guest, None if said == _NO else May(said))
        await redraw(interaction, await requests_panel(interaction, cafe))


ITEMS = (AnswerSelect,)


def may_text(may: May, say: Say) -> str:
    """What somebody may do, in words."""
    return {
        May.READ: say("may use it"),
        May.WRITE: say("may change it"),
        May.ADMIN: say("looks after it: changes and shares it"),
        May.OWN: say("made it"),
    }[may]


async def everything(interaction: Asked, cafe: Cafe) -> discord.ui.LayoutView:
    """What one shares, what is shared with one, and who asks."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        ruled = await cafe.creating.shares.ruled(work, user_id)
        granted = await cafe.creating.shares.granted(work, user_id)
        asking = await cafe.creating.shares.requests(work, user_id)
    say = say_for(interaction)
    shared = [one for one in ruled if one.guests or one.may is not May.OWN]
    items: list[discord.ui.Item[Any]] = [
        words(f"## {say('What you share')}\n{_lines([_ruled(one, say) for one in shared], say)}"),
        line(),
        words(f"## {say('Shared with you')}\n{_lines([_granted(one, say) for one in granted], say)}"),
    ]
    if asking:
        items += [
            line(),
            words(say.plural("{n} request waits: /share answer", "{n} requests wait: /share answer", len(asking))),
        ]
    return panel(*items)


async def sharing_panel(interaction: Asked, cafe: Cafe, thing: Thing, *, said: str = "") -> discord.ui.LayoutView:
    """One thing with everybody who has a part in it."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        sharing = await cafe.creating.shares.sharing(work, user_id, thing)
    return _sharing(sharing, say_for(interaction), said)


async def requests_panel(interaction: Asked, cafe: Cafe) -> discord.ui.LayoutView:
    """Who asks for a part in anything of one's own."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        asking = await cafe.creating.shares.requests(work, user_id)
    say = say_for(interaction)
    head = words(f"## {say('Who asks for a part in something of yours')}")
    if not asking:
        return panel(head, words(say("Nobody now. Whoever asks with /share ask stands here.")))
    told = [
        f"{_mention(one.discord_id, one.name, say)} · {_thing(one.thing.kind, one.thing_name, say)}" + _said(one)
        for one in asking
    ]
    return panel(head, words(_lines(told, say)), row(AnswerSelect.of(asking, say)))


def _sharing(sharing: Sharing, say: Say, said: str) -> discord.ui.LayoutView:
    items: list[discord.ui.Item[Any]] = [words(said), line()] if said else []
    items.append(words(f"## {_thing(sharing.thing.kind, sharing.name, say)}"))
    if sharing.is_public:
        items.append(words(say("It is public: everybody may use it. Those below may do what stands beside them.")))
    items.append(words(_lines([_guest(one, say) for one in sharing.guests], say)))
    items.append(words("-# " + say("Let somebody in with /share give, take it back with /share revoke.")))
    if sharing.requests:
        asking = [f"{_mention(one.discord_id, one.name, say)}{_said(one)}" for one in sharing.requests]
        items += [line(), words(f"**{say('They ask for a part in it')}**\n{_lines(asking, say)}")]
        items.append(row(AnswerSelect.of(sharing.requests, say)))
    return panel(*items)


def _lines(lines: list[str], say: Say) -> str:
    if not lines:
        return say("Nobody and nothing yet.")
    shown = lines[:_LINES_SHOWN]
    more = [say("and {n} more", n=len(lines) - _LINES_SHOWN)] if len(lines) > _LINES_SHOWN else []
    return "\n".join([*shown, *more])


def _ruled(one: Shared, say: Say) -> str:
    told = say.plural("{n} person", "{n} people", one.guests)
    asked = f" · {say.plural('{n} asks', '{n} ask', one.requests)}" if one.requests else ""
    whose = f" · {may_text(one.may, say)}" if one.may is not May.OWN else ""
    return f"{_thing(one.thing.kind, one.name, say)} · {told}{asked}{whose}"


def _granted(one: Shared, say: Say) -> str:
    by = say("from {person}", person=plain(one.owner_name)) if one.owner_name else ""
    return " · ".join(part for part in (_thing(one.thing.kind, one.name, say), by, may_text(one.may, say)) if part)


def _thing(kind: ThingKind, name: str, say: Say) -> str:
    shown = f"**{plain(name)}**"
    return shown if kind is ThingKind.CHARACTER else say("{book} (lore book)", book=shown)


def _guest(one: Guest, say: Say) -> str:
    until = "" if one.expires_at is None else say(", until {time}", time=f"<t:{int(one.expires_at.timestamp())}:D>")
    by_code = say(", by the code") if one.by_code else ""
    is_over = say(", which is over") if one.is_over else ""
    return f"{_mention(one.discord_id, one.name, say)}: {may_text(one.may, say)}{by_code}{until}{is_over}"


def _mention(discord_id: int | None, name: str, say: Say) -> str:
    return f"<@{discord_id}>" if discord_id else plain(name) or say("somebody")


def _said(one: Request) -> str:
    return f": {plain(short(one.words, int(limits.SHARE_WORDS_MAX)))}" if one.words else ""
