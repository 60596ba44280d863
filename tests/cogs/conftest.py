"""The commands as people use them: the real discord.py against an in-process Discord, rules on a real Postgres."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import discord
import pytest
import simcord
from discord import app_commands

import cogs
from bot.app_money import MoneyParts
from bot.app_oversight import OversightParts
from bot.app_till import TillParts
from bot.app_wellbeing import WellbeingParts
from bot.errors import StageClosed, UserError
from bot.ports import Offer
from bot.services.cafe import Cafe, Lore
from bot.services.characters import Characters, Pictures
from bot.services.characters.exporting import CardExports
from bot.services.characters.importing import CardImports
from bot.services.keys.vault import Vault
from bot.services.lore.attaching import LoreAttachments
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.meanings.chunks import Chunks
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.transfer.exporting import LoreExports
from bot.services.lore.transfer.importing import LoreImports
from bot.services.oversight.chain import SealingKeys
from bot.services.oversight.rules import OversightRules
from bot.services.people.creating import creating_of
from bot.services.people.personas import Personas
from bot.services.people.profiles import Profiles
from bot.services.wellbeing.limiting import Limiting
from bot.settings import Settings
from bot.transport.client import CafeClient
from db.work import Database
from tests.services.stagecraft import Channels, FakeModels, Program, StillClock, build

OFFERS = (Offer("scripted", "parrot"), Offer("scripted", "owl"))


class NoSyncs:
    """Nothing was ever synced."""

    async def get(self, scope: str) -> str | None:
        return None

    async def put(self, scope: str, digest: str) -> None:
        return None


def is_refusal(error: BaseException) -> bool:
    """Whether an error is nobody's bug but something a person was told."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    return isinstance(error, UserError | StageClosed)


@dataclass
class Town:
    """A server with an owner and two members, and a program that listens there."""

    env: simcord.Env
    program: Program
    money: MoneyParts
    client: CafeClient
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    owner: simcord.MemberActor
    sasha: simcord.MemberActor
    robin: simcord.MemberActor
    oversight: OversightRules
    limiting: Limiting

    async def settle(self) -> None:
        """Let commands and answers finish."""
        await self.program.turns.idle()
        await self.env.settle()


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    money = MoneyParts(database, StillClock(), Settings(_env_file=None))  # type: ignore[call-arg]
    pictures = Pictures(tmp_path)
    characters = Characters(pictures, offers=lambda: OFFERS, plan_limits=money.limits)
    program = build(database, Channels(), FakeModels(), characters)
    books, entries = LoreBooks(), LoreEntries(lambda words: len(words.split()))
    imports = LoreImports(database, books, entries, program.clock, plan_limits=money.limits)
    await money.begin()
    oversight = OversightParts(database, StillClock(), SealingKeys([]))
    await oversight.rules.switches.load()
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    till = TillParts(database, StillClock(), settings, money=money, oversight=oversight.rules)
    vault = Vault([b"k" * 32])
    wellbeing = WellbeingParts(database, program.clock, vault, public_url="https://cafe.example")
    cafe = Cafe(
        people=program.people,
        profiles=Profiles(),
        personas=Personas(pictures, plan_limits=money.limits),
        places=program.places,
        characters=program.characters,
        card_imports=CardImports(database, program.characters, imports, program.clock, plan_limits=money.limits),
        card_exports=CardExports(database, program.characters, LoreExports(database, books)),
        farewells=program.farewells,
        conversations=program.conversations,
        turns=program.turns,
        replies=program.replies,
        control=program.control,
        forks=program.forks,
        recaps=program.recaps,
        exports=program.exports,
        posts=program.posts,
        why=program.why,
        lore=Lore(
            books=books,
            entries=entries,
            sharing=LoreSharing(),
            attachments=LoreAttachments(database),
            traces=program.traces,
            imports=imports,
            exports=LoreExports(database, books),
            chunks=Chunks(database, None),
        ),
        money=money.money(),
        paying=till.paying,
        oversight=replace(oversight.rules, blocked=program.blocked),
        creating=creating_of(database, program.characters.pictures, books, LoreSharing(), program.clock),
        moods=wellbeing.moods,
        self_limits=wellbeing.self_limits,
        active=wellbeing.active,
        reminders=wellbeing.reminders,
        limiting=wellbeing.limiting,
        site=wellbeing.site,
    )

    async def prepare(client: CafeClient) -> None:
        await cogs.prepare(client, cafe)

    client = CafeClient(NoSyncs(), clock=program.clock, prepare=prepare, guild_ready_timeout=0.0)
    client.attend(program.turns)
    client.refuses = program.blocked.refusal
    await program.blocked.start()
    await program.places.start()
    await program.listening.start()
    # Not `simcord.run`: its context variables cannot be given back by another task, as fixtures are torn down in one.
    env = simcord.Env(client, approved_intents=discord.Intents.all())
    await env.start()
    owner = env.create_user("alexandra")
    guild = env.create_guild("The Copper Kettle", owner=owner)
    channel = guild.create_text_channel("tavern")
    await env.settle()
    yield Town(
        env,
        program,
        money,
        client,
        guild,
        channel,
        simcord.MemberActor(env, guild, owner),
        guild.add_member(env.create_user("sasha")),
        guild.add_member(env.create_user("robin")),
        cafe.oversight,
        cafe.limiting,
    )
    await env.shutdown()
    # The simulator notes refusals too; those were answered, and tests look at the answers.
    assert [error for error in env.errors if not is_refusal(error)] == []
    await program.blocked.close()
    await program.listening.close()
    await program.places.close()
    await program.turns.close(within_seconds=5)
