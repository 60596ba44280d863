"""What goes wrong on purpose, through the whole program: replies, makers' texts and presses nobody should send."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.services.people.drafts import PersonaDraft
from sandbox import trouble
from sandbox.world.models import Message
from tests.fakes.scripted_provider import Say
from tests.whole.cafe import Whole, menu_panel, press, slash, until

NESTED = "````md\n# Outside\n```python\nprint('inside')\n```\nstill outside\n````\n\nAnd ~~~\nmore\n~~~ of it."
FORTY_KILOBYTES = (NESTED + "\n\n" + "| a | b |\n|---|--:|\n| tea | 3 |\n\n" + "A sentence. " * 30 + "\n\n") * 90
BOMB = (
    "{{setvar::a::aaaaaaaaaa}}" + "{{addvar::a::{{getvar::a}}}}" * 40 + "{{getvar::a}}" * 20 + "{{roll:1000000000d6}}"
)

REPLIES = {
    "only mentions": "<@{sasha}><@&{role}>@everyone @here",
    "mentions without end": "<@{sasha}>" * 1500,
    "40 kB of markdown": FORTY_KILOBYTES,
    "nested fences": NESTED,
    "a fence that never ends": "```py\n" + "print(1)\n" * 700,
    "what nothing can keep": "Tea\0 and \ud83c\udf75, \udf75.",
    "one word without end": "x" * 9000,
    "emoji without end": "👩‍👩‍👧‍👦" * 900,
    "macros": "{{user}} {{setvar::x::1}}{{random::a::b}}",
}


@pytest.mark.parametrize("system_prompt", ["You are Mirabel.", BOMB])
async def test_whatever_a_model_says_stands_in_whole_messages_and_pings_nobody(here: Whole, system_prompt: str) -> None:
    tavern = here.channel("tavern")
    assert len(FORTY_KILOBYTES.encode()) > 40_000
    role = next(role.id for role in here.sandbox.world.roles.of(here.sandbox.guild.id) if role.mentionable)
    await here.summon("robin", await here.make("robin", "Mirabel", system_prompt=system_prompt), tavern)
    for name, text in REPLIES.items():
        said = text.replace("{sasha}", here.sandbox.person("sasha").id).replace("{role}", role)
        here.provider.will(Say("", pieces=tuple(said[at : at + 4000] for at in range(0, len(said), 4000))))
        before = {one.id for one in here.spoken(tavern)}
        await here.ask(("robin", "Mirabel, go on?", tavern))
        parts = [one for one in here.spoken(tavern) if one.id not in before]
        assert parts, name
        assert all(0 < len(one.content) <= 2000 and one.content.count("```") % 2 == 0 for one in parts), name
        assert not any(one.mentions or one.mention_roles or one.mention_everyone for one in parts), name
        shown = re.sub(r"[\s`]", "", "".join(one.content for one in parts))
        assert re.sub(r"[\s`]", "", said.replace("\0", ""))[:60] in shown or name in {"what nothing can keep"}, name
    assert "setvar" not in str(here.provider.requests[0].body)


async def replied(here: Whole, *answers: str) -> Message:
    tavern = here.channel("tavern")
    await here.summon("robin", await here.make("robin", "Mirabel"), tavern)
    here.provider.will(*(Say(answer) for answer in answers))
    await here.ask(("robin", "Mirabel?", tavern))
    return here.spoken(tavern)[-1]


async def test_of_two_who_press_at_once_one_wins_and_the_other_is_told(here: Whole) -> None:
    reply = await replied(here, "One.")
    here.provider.will(Say("Two words.", hold_after=1), Say("Three."))
    panels = [await menu_panel(here, who, reply) for who in ("robin", "alex")]
    await asyncio.gather(
        press(here, "robin", panels[0], "Word it anew"), press(here, "alex", panels[1], "Word it anew")
    )
    await here.provider.asked(2)
    await until(lambda: any("at this moment; nothing was changed" in one.content for one in panels), "one is told")
    here.provider.release()
    await here.cafe.turns.idle()
    await until(lambda: sum("Wording 2 of 2." in one.content for one in panels) >= 1, "the winner sees the outcome")
    assert here.spoken(here.channel("tavern"))[-1].content == "Two words."
    assert len(here.provider.requests) == 2


async def test_a_button_of_a_reply_deleted_meanwhile_says_so(here: Whole) -> None:
    reply = await replied(here, "One.", "Two.")
    panel = await menu_panel(here, "robin", reply)
    trouble.cause(here.sandbox.core, "delete_message", message_id=reply.id)
    await press(here, "robin", panel, "Word it anew")
    await until(lambda: "One moment" in panel.content, "the panel waits")
    await until(lambda: "One moment" not in panel.content, "the panel answers")
    assert "This reply was deleted meanwhile" in panel.content
    assert "Only who asked" not in panel.content
    await here.cafe.turns.idle()
    assert here.spoken(here.channel("tavern")) == []
    assert await slash(here, "robin", here.channel("tavern"), "why")


async def test_a_persona_named_like_a_moderator_is_not_worn_where_they_are(here: Whole) -> None:
    await replied(here, "One.")
    tavern = here.channel("tavern")
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        for name in ("А1ех", "Ada"):
            await here.cafe.personas.create(work, robin, PersonaDraft(name, "Sails", "", "", ""))
    refused = await slash(here, "robin", tavern, "persona use", persona="А1ех")
    assert "would look like “alex”" in refused.content.lower()
    assert "You are **Ada**" in (await slash(here, "robin", tavern, "persona use", persona="Ada")).content
