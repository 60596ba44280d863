"""Builds the program from its settings and runs it. The only place that wires collaborators.

One process by default: the Discord client, the web app and the jobs share one event loop. In a role (`bot.roles`) a
process builds only its part, and imports only what that part needs. What is opened here is closed here, in reverse
order, whatever happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import discord
import structlog

from bot.app_cafe import Ground, open_cafe
from bot.app_health import WholeHealth
from bot.app_lore import LoreParts
from bot.app_money import MoneyParts
from bot.app_oversight import OversightParts, discord_ids, sealing_keys
from bot.app_till import TillParts, open_till
from bot.app_wellbeing import WellbeingParts
from bot.clock import Clock, SystemClock
from bot.footprint import stand_still
from bot.local.embeddings import embedder_of
from bot.local.errors import StartError
from bot.local.model import REHEARSAL
from bot.ports import ModelPool, Stage
from bot.providers.openai_models import Server
from bot.providers.pool import HouseModels
from bot.providers.tokens import Factors, Tokenizer
from bot.roles import Role
from bot.services.cafe import Cafe
from bot.services.characters import Characters
from bot.services.characters.pictures import Pictures
from bot.services.keys.vault import Vault, VaultError, open_vault
from bot.services.oversight.switches import Switch
from bot.services.people import People
from bot.services.talk.recaps import Recaps
from bot.services.talk.stores import CommandSyncs, UploadedFaces, Webhooks
from bot.settings import PlansChoice, Settings
from bot.single import GATEWAY_LOCK, hold, take
from bot.stores import TokenFactors
from bot.texts import Say
from bot.transport import pointing
from bot.transport.client import CafeClient
from bot.transport.executor import Call, Done, Executor
from bot.transport.faces import Faces
from bot.transport.files import DiscordFiles
from bot.transport.letters import DirectLetters
from bot.transport.permissions import WANTED
from bot.transport.premium import DiscordPremium
from bot.transport.speaker import Speaker
from bot.transport.stage import WebhookStage
from cogs import prepare
from db.ids import new_id
from db.security import TooPrivilegedError
from db.work import Database

log = structlog.get_logger(__name__)

_DISCORD_APP = "https://discord.com/app"
_LOCAL_READY_SECONDS = 0.1
_DISCORD_READY_SECONDS = 2.0
"""How long discord.py waits for the last server before it calls itself ready; a local Discord sends all at once."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a program that runs can tell about itself. `web_url` is None where its role has no web app, `guilds` where
    it does not connect to Discord."""

    web_url: str | None
    invite_url: str | None
    guilds: int | None
    reads_messages: bool


class Program:
    """One running BotCafé: `open` builds it, `connect` brings it to Discord and the web, `until` keeps it.

    What is opened is pushed on `exits`, whose owner closes it.
    """

    def __init__(
        self,
        settings: Settings,
        server: Server,
        *,
        exits: AsyncExitStack,
        clock: Clock | None = None,
        role: Role = Role.ALL,
    ) -> None:
        """`server` is who speaks. What is opened is pushed on `exits`."""
        self.settings = settings
        self.role = role
        self.clock = clock or SystemClock()
        self.boot_id: UUID = new_id()
        self.database = Database(settings.database_url.get_secret_value())
        self.pictures = Pictures(settings.data_dir / "media")
        self.embedder = embedder_of(settings)
        self._tokenizer = Tokenizer()
        self._money = MoneyParts(
            self.database,
            self.clock,
            settings,
            refuse_gifts=lambda: self._oversight.rules.switches.need(Switch.GIFTS),
        )
        self._lore = LoreParts(
            self.database,
            self.clock,
            embedder=self.embedder,
            count=self._tokenizer.count,
            plan_limits=self._money.limits,
        )
        self._server = server
        self._exits = exits
        self._is_local = bool(settings.discord_base_url)
        self._ending = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.client: CafeClient
        self.files: DiscordFiles
        self._letters: DirectLetters
        self.cafe: Cafe
        self._vault: Vault
        self._wellbeing: WellbeingParts
        self._models: HouseModels
        self._oversight: OversightParts
        self._till: TillParts
        self._people: People

    async def open(self) -> None:
        """Build what the role needs, in the order in which things stand on each other. Raises `StartError`."""
        self._exits.push_async_callback(self.database.close)
        if self.embedder is not None:
            self._exits.push_async_callback(self.embedder.close)
        await self.database.check()
        await self._open_oversight()
        await self._open_wellbeing()
        await self._money.begin(is_paid_for=bool(self._server.key) and not self._server.is_ours)
        pointing.point_at(self.settings.discord_base_url or None)
        await self._open_till()
        if self.role.hears:
            await self._open_gateway()
            recaps = self.cafe.recaps
        else:
            await self._open_models()
            recaps = Recaps(self.database, models=self._models) if self.role.works else None
            self._exits.push_async_callback(self._end_tasks)
        if self.role.works and recaps is not None:
            self._keep_jobs(recaps)

    async def _open_oversight(self) -> None:
        """Know who is kept out, what is closed and who is an admin, before anybody is let in."""
        keys = await asyncio.to_thread(sealing_keys, self.settings)
        self._oversight = OversightParts(self.database, self.clock, keys)
        await self._oversight.start(self._exits)
        await self._oversight.crown(discord_ids(self.settings.admins))

    async def _open_wellbeing(self) -> None:
        secret_key = self.settings.secret_key.get_secret_value()
        self._vault = await asyncio.to_thread(open_vault, secret_key, self.settings.data_dir)
        self._wellbeing = WellbeingParts(self.database, self.clock, self._vault, public_url=self.settings.public_url)

    async def _open_till(self) -> None:
        executor = Executor(self.settings.discord_token.get_secret_value(), self.clock)
        self._exits.push_async_callback(executor.close)
        self._wellbeing.use_letters(DirectLetters(executor), self.settings.language)
        self._people = People(self.database, self.clock)
        self._till = TillParts(
            self.database,
            self.clock,
            self.settings,
            money=self._money,
            oversight=self._oversight.rules,
            till=await open_till(self.settings, self._exits),
            premium=DiscordPremium(executor),
            people=self._people,
        )

    async def _open_gateway(self) -> None:
        lock = self.database.lock(GATEWAY_LOCK)
        self._exits.push_async_callback(lock.release)
        await take(lock)
        self._exits.push_async_callback(self._end_tasks)
        self._keep(hold(lock), "gateway lock")
        models = await self._open_models()
        stage = await self._open_stage()
        await self._open_services(models, stage)

    async def _open_models(self) -> ModelPool:
        factors = Factors(TokenFactors(self.database))
        await asyncio.gather(self._tokenizer.load(), factors.load())
        models = HouseModels(self._server, tokenizer=self._tokenizer, factors=factors)
        self._exits.push_async_callback(models.close)
        self._models = models
        return models

    async def _open_stage(self) -> WebhookStage:
        settings = self.settings
        self.client = client = CafeClient(
            CommandSyncs(self.database),
            clock=self.clock,
            prepare=lambda client: prepare(client, self.cafe),
            guild_ready_timeout=_LOCAL_READY_SECONDS if self._is_local else _DISCORD_READY_SECONDS,
            language=settings.language,
        )
        client.refuses = self._oversight.rules.blocked.refusal
        executor = Executor(settings.discord_token.get_secret_value(), self.clock)
        self._exits.push_async_callback(executor.close)

        def application_id() -> int:
            return client.application_id or 0

        store = UploadedFaces(self.database)
        faces = Faces(executor, store, self.pictures, application_id, public_url=settings.public_url or None)
        speaker = Speaker(executor, Webhooks(self.database, self._vault), application_id, missing=client.missing_in)
        client.webhooks_changed = speaker.doubt
        self.files = DiscordFiles(executor)
        self._letters = DirectLetters(executor)
        return WebhookStage(
            executor=executor,
            speaker=speaker,
            faces=faces,
            clock=self.clock,
            say=Say(settings.language),
        )

    async def _open_services(self, models: ModelPool, stage: Stage) -> None:
        self.cafe = await open_cafe(
            Ground(
                settings=self.settings,
                database=self.database,
                clock=self.clock,
                boot_id=self.boot_id,
                pictures=self.pictures,
                files=self.files,
                vault=self._vault,
                people=self._people,
                lore=self._lore,
                money=self._money,
                till=self._till,
                oversight=self._oversight.rules,
                characters=self._characters(models),
                wellbeing=self._wellbeing,
                letters=self._letters,
            ),
            self.client,
            models=models,
            stage=stage,
            exits=self._exits,
        )

    def _characters(self, models: ModelPool) -> Characters:
        return Characters(
            self.pictures,
            offers=models.offers,
            clock=self.clock,
            plan_limits=self._money.limits,
            review=self._oversight.rules.review,
        )

    def _keep_jobs(self, recaps: Recaps) -> None:
        from bot.app_jobs import jobs_of
        from bot.jobs import ClockLeader

        jobs, recurring = jobs_of(
            self.database,
            self.clock,
            settings=self.settings,
            pictures=self.pictures,
            recaps=recaps,
            lore=self._lore,
            money=self._money,
            till=self._till,
            oversight=self._oversight,
            wellbeing=self._wellbeing,
        )
        self._keep(jobs.run(self._ending), "jobs")
        self._keep(ClockLeader(self.database, recurring, self.clock).run(self._ending), "clock")

    async def connect(self) -> Running:
        """Log in to Discord and wait until it is there, open the web: what the role does. Raises `StartError`."""
        if self.role.hears:
            await self._log_in()
        application_id = await self._application_id()
        invite_url = None if self._is_local or not application_id else _invite_url(application_id)
        return Running(
            web_url=await self._open_web(invite_url, application_id) if self.role.serves else None,
            invite_url=invite_url,
            guilds=len(self.client.guilds) if self.role.hears else None,
            reads_messages=self.client.reads_messages if self.role.hears else True,
        )

    async def _log_in(self) -> None:
        connected = asyncio.Event()

        async def on_ready() -> None:
            connected.set()

        self.client.add_listener(on_ready)
        login = self._keep(self.client.start(self.settings.discord_token.get_secret_value()), "discord")
        ready = asyncio.create_task(connected.wait())
        await asyncio.wait({login, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            raise _refusal(login)
        if self._is_local:
            from bot.demo import settle

            await settle.settle(self.database, self.cafe.conversations, settle.homes(self.client.guilds))
            # Whoever owns a server of the local Discord tries the admin's pages too.
            owners = tuple({one.owner_id for one in self.client.guilds if one.owner_id})
            await self._oversight.crown(owners)
            if self.settings.plans is PlansChoice.ON and owners:
                await self._till.sell_locally(owners[0])

    async def _application_id(self) -> int:
        """Ours: from the gateway, else asked for; 0 where Discord does not tell."""
        if self.role.hears:
            return self.client.application_id or 0
        if not self.role.serves:
            return 0
        executor = Executor(self.settings.discord_token.get_secret_value(), self.clock)
        try:
            outcome = await executor.request(Call("GET", "/applications/@me"))
        finally:
            await executor.close()
        if isinstance(outcome, Done) and isinstance(outcome.body, dict):
            return int(cast("dict[str, str]", outcome.body)["id"])
        log.warning("application_unknown", outcome=type(outcome).__name__)
        return 0

    async def until(self, stop: asyncio.Event) -> None:
        """Return when `stop` is set. Raises what a part that must not end ended with."""
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopping, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        for task in self._tasks:
            if task.done() and not stop.is_set():
                raise _refusal(task)

    async def _open_web(self, invite_url: str | None, application_id: int) -> str:
        # Here and not above: only who serves pages needs the templates' libraries.
        from bot.app_web import WebParts, identities_of, open_web

        settings, hears = self.settings, self.role.hears
        identities = identities_of(settings, lambda: application_id)
        self._exits.push_async_callback(identities.close)
        people = self._people
        characters = self.cafe.characters if hears else self._characters(self._models)
        parts = WebParts(
            settings=settings,
            database=self.database,
            clock=self.clock,
            pictures=self.pictures,
            lore=self._lore,
            models=self._models,
            identities=identities,
            people=people,
            characters=characters,
            wellbeing=self._wellbeing,
            farewells=self.cafe.farewells if hears else None,
            money=self._money,
            till=self._till,
            oversight=self._oversight.rules,
        )
        web_url = await open_web(
            parts,
            exits=self._exits,
            health=WholeHealth(self.database, self.client if hears else None),
            boot_id=str(self.boot_id),
            talk_url=settings.discord_base_url or invite_url or _DISCORD_APP,
            voice=None if self._server.provider == REHEARSAL else f"{self._server.model} ({self._server.provider})",
        )
        await self._till.reached_at(web_url)
        if self._is_local:
            # Elsewhere people sit at other machines, where this one's own address leads nowhere.
            self._wellbeing.reached_at(web_url)
        return web_url

    def _keep(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        return task

    async def _end_tasks(self) -> None:
        """Let jobs and clock finish what they are at; what only waits is cancelled."""
        self._ending.set()
        for task in self._tasks:
            if task.get_name() not in ("jobs", "clock"):
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def run(
    settings: Settings,
    server: Server,
    *,
    ready: Callable[[Running], None],
    stop: asyncio.Event,
    role: Role = Role.ALL,
) -> None:
    """Build the program, connect it, say `ready`, and keep it until `stop`; then finish what is under way and close.

    `settings` name a migrated database and a Discord; `server` is who speaks.
    Raises `StartError` with a sentence where it cannot start or cannot go on.
    """
    async with AsyncExitStack() as exits:
        program = Program(settings, server, exits=exits, role=role)
        try:
            await program.open()
        except (VaultError, TooPrivilegedError) as error:
            raise StartError(f"{error} Nothing was changed. Mend that and start again.") from error
        running = await program.connect()
        exits.callback(stand_still())
        ready(running)
        await program.until(stop)


def _invite_url(application_id: int) -> str:
    return discord.utils.oauth_url(application_id, permissions=WANTED, scopes=("bot", "applications.commands"))


def _refusal(task: asyncio.Task[None]) -> BaseException:
    """Why a part of the program ended that should not have, as a sentence where there is one."""
    error = None if task.cancelled() else task.exception()
    if isinstance(error, discord.LoginFailure):
        return StartError(
            "Discord refused the DISCORD_TOKEN. Nothing was changed. Copy the token again from the Developer Portal "
            "(your application, Bot, Reset Token) into .env and start again."
        )
    return error or StartError(f"A part of BotCafé ended by itself ({task.get_name()}). Start it again.")
