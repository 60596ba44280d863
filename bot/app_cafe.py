"""Builds what a process needs that speaks on Discord: who listens, who answers, and everything the commands call."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from bot.app_lore import LoreParts
from bot.app_money import MoneyParts
from bot.app_till import TillParts
from bot.app_wellbeing import WellbeingParts
from bot.clock import Clock
from bot.ears import Ears
from bot.ports import ModelPool, Stage
from bot.ports.letters import Letters
from bot.services.cafe import Cafe
from bot.services.characters import Characters
from bot.services.characters.exporting import CardExports
from bot.services.characters.farewells import Farewells
from bot.services.characters.importing import CardImports
from bot.services.characters.pictures import Pictures
from bot.services.keys.vault import Vault
from bot.services.lore.sharing import LoreSharing
from bot.services.oversight.rules import OversightRules
from bot.services.oversight.switches import Switch
from bot.services.people import People
from bot.services.people.creating import creating_of
from bot.services.people.personas import Personas
from bot.services.people.profiles import Profiles
from bot.services.talk.control import Control
from bot.services.talk.conversations import Conversations
from bot.services.talk.exports import Exports
from bot.services.talk.forks import Forks
from bot.services.talk.heed import Hearing
from bot.services.talk.listening import Listening
from bot.services.talk.places import Places
from bot.services.talk.posts import Posts
from bot.services.talk.recaps import Recaps
from bot.services.talk.replies import Replies
from bot.services.talk.turns import Turns
from bot.services.talk.why import Why
from bot.settings import Settings
from bot.texts import Say
from bot.transport.client import CafeClient
from bot.transport.files import DiscordFiles
from bot.transport.premium import hear_of_sales
from db.work import Database


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands before anybody speaks."""

    settings: Settings
    database: Database
    clock: Clock
    boot_id: UUID
    pictures: Pictures
    files: DiscordFiles
    vault: Vault
    people: People
    lore: LoreParts
    money: MoneyParts
    till: TillParts
    oversight: OversightRules
    characters: Characters
    wellbeing: WellbeingParts
    letters: Letters


async def open_cafe(
    ground: Ground, client: CafeClient, *, models: ModelPool, stage: Stage, exits: AsyncExitStack
) -> Cafe:
    """Everything the commands call, with turns at work and `client` told whom to tell. What opens is on `exits`."""
    database, clock, settings = ground.database, ground.clock, ground.settings
    people, places = ground.people, Places(database)
    hearing = Hearing(places.rules)
    exits.push_async_callback(places.close)
    await places.start()
    await ground.wellbeing.start(places.rules, ground.letters, exits)
    exits.push_async_callback(ground.lore.decks.close)
    turns = Turns(
        database,
        people=people,
        hearing=hearing,
        models=models,
        stage=stage,
        clock=clock,
        boot_id=ground.boot_id,
        language=settings.language,
        files=ground.files,
        vault=ground.vault,
        lore=ground.lore.activations,
        blocks=ground.oversight.blocked.discord,
        meter=ground.money.meter,
        presence=ground.wellbeing.presence,
    )
    listening = Listening(database, hearing)
    exits.push_async_callback(listening.close)
    await listening.start()
    plan_limits = ground.money.limits
    characters = ground.characters
    conversations = Conversations(
        database,
        listening=listening,
        turns=turns,
        boot_id=ground.boot_id,
        offers=models.offers,
        plan_limits=plan_limits,
    )
    turns.welcome.summon = partial(conversations.summon, greets=False)
    replies = Replies(database, stage)
    cafe = Cafe(
        people=people,
        profiles=Profiles(ground.wellbeing.reminders.replan),
        personas=Personas(ground.pictures, plan_limits=plan_limits),
        places=places,
        characters=characters,
        card_imports=CardImports(database, characters, ground.lore.imports, clock, plan_limits=plan_limits),
        card_exports=CardExports(database, characters, ground.lore.exports),
        farewells=Farewells(database, characters, conversations, stage, say=Say(settings.language)),
        conversations=conversations,
        turns=turns,
        replies=replies,
        control=Control(replies, turns, boot_id=ground.boot_id),
        forks=Forks(
            database,
            replies=replies,
            places=places,
            listening=listening,
            turns=turns,
            stage=stage,
            boot_id=ground.boot_id,
            language=settings.language,
        ),
        recaps=Recaps(database, models=models),
        exports=Exports(database, clock, plan_limits=plan_limits),
        posts=Posts(database, conversations=conversations, stage=stage, gates=turns.gates),
        why=Why(database, replies),
        lore=ground.lore.lore(replies=replies, models=models, hearing=hearing),
        money=ground.money.money(),
        paying=ground.till.paying,
        oversight=ground.oversight,
        creating=creating_of(
            database,
            ground.pictures,
            ground.lore.books,
            LoreSharing(clock),
            clock,
            gate=partial(ground.oversight.switches.need, Switch.CREATOR_PROGRAMS),
            plan_limits=plan_limits,
            public_url=settings.public_url,
        ),
        usage=ground.wellbeing.usage,
        moods=ground.wellbeing.moods,
        self_limits=ground.wellbeing.self_limits,
        active=ground.wellbeing.active,
        reminders=ground.wellbeing.reminders,
        limiting=ground.wellbeing.limiting,
        site=ground.wellbeing.site,
    )
    client.attend(Ears(turns))
    hear_of_sales(client, ground.till.entitlements.hear, ground.till.entitlements.sync)
    exits.push_async_callback(client.close)
    turns.start()
    # Pushed last, so closed first: answers under way end while Discord can still be told.
    exits.push_async_callback(turns.close)
    return cafe
