"""Builds the web face: a part of `bot.app`, which alone calls it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from aiohttp import web

from bot.app_lore import LoreParts
from bot.app_money import MoneyParts
from bot.app_oversight import OversightParts
from bot.app_till import TillParts
from bot.app_wellbeing import WellbeingParts
from bot.clock import Clock
from bot.demo.settle import residents
from bot.local.errors import StartError
from bot.ports import ModelPool
from bot.ports.identity import Identities
from bot.services.characters import Characters
from bot.services.characters.exporting import CardExports
from bot.services.characters.farewells import Leaving, QuietFarewells
from bot.services.characters.importing import CardImports
from bot.services.characters.pictures import Pictures
from bot.services.characters.whole import WholeCharacters
from bot.services.desk import Desk, LoreDesk
from bot.services.lore.attaching import LoreAttachments
from bot.services.lore.ratings import BookRatings
from bot.services.lore.replies.trying import LoreTrials
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.whole import LoreForms
from bot.services.oversight.chain import SealingKeys
from bot.services.oversight.rules import OversightRules
from bot.services.oversight.switches import Switch
from bot.services.people import People
from bot.services.people.creating import creating_of
from bot.services.people.logins import SignIns
from bot.services.people.personas import Personas
from bot.services.people.profiles import Profiles
from bot.services.people.sessions import Sessions
from bot.services.people.tokens import ApiTokens
from bot.services.talk.conversations.reading import Readings
from bot.settings import Settings
from bot.transport.identity import DiscordIdentities
from db.work import Database
from web.app import create_app
from web.house import House, networks
from web.keys import Cover, Health

DISCORD = "https://discord.com"
STRIPE = ("https://checkout.stripe.com", "https://billing.stripe.com")


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the program has built before its web face. `people` and `characters` are the gateway's, where it has one;
    `farewells` are None where it has none."""

    settings: Settings
    database: Database
    clock: Clock
    pictures: Pictures
    lore: LoreParts
    models: ModelPool
    identities: Identities
    people: People
    characters: Characters
    wellbeing: WellbeingParts
    farewells: Leaving | None = None
    money: MoneyParts | None = None
    till: TillParts | None = None
    oversight: OversightRules | None = None


def desk_of(parts: WebParts) -> Desk:
    """The services that pages call. Whoever adds a field to `Desk` makes it here."""
    database, clock, lore = parts.database, parts.clock, parts.lore
    money = parts.money or MoneyParts(database, clock, parts.settings)
    oversight = parts.oversight or OversightParts(database, clock, SealingKeys([])).rules
    sessions = Sessions(database, clock)
    parts.characters.review = parts.characters.review or oversight.review
    whole = WholeCharacters(parts.characters)
    return Desk(
        database=database,
        clock=clock,
        pictures=parts.pictures,
        people=parts.people,
        profiles=Profiles(parts.wellbeing.reminders.replan),
        personas=Personas(parts.pictures, plan_limits=money.limits),
        sessions=sessions,
        sign_ins=SignIns(
            database,
            people=parts.people,
            sessions=sessions,
            identities=parts.identities,
            clock=clock,
            is_open=partial(oversight.switches.is_on, Switch.SIGN_IN),
        ),
        models=parts.models,
        characters=parts.characters,
        whole=whole,
        farewells=parts.farewells or QuietFarewells(database, parts.characters),
        card_imports=CardImports(database, parts.characters, lore.imports, clock, plan_limits=money.limits),
        card_exports=CardExports(database, parts.characters, lore.exports),
        lore=LoreDesk(
            books=lore.books,
            entries=lore.entries,
            sharing=LoreSharing(clock),
            attachments=LoreAttachments(database),
            imports=lore.imports,
            exports=lore.exports,
            chunks=lore.chunks,
            ratings=BookRatings(),
            trials=LoreTrials(database, lore.activations, characters=whole, models=parts.models, clock=clock),
            forms=LoreForms(lore.books, lore.entries),
        ),
        readings=Readings(database),
        tokens=ApiTokens(database, clock, money.limits),
        ledger=money.ledger,
        limits=money.limits,
        plans=money.plans,
        packages=money.packages,
        gifts=money.gifts,
        allowances=money.allowances,
        wallets=money.wallets,
        paying=(parts.till or TillParts(database, clock, parts.settings, money=money, oversight=oversight)).paying,
        oversight=oversight,
        moods=parts.wellbeing.moods,
        self_limits=parts.wellbeing.self_limits,
        active=parts.wellbeing.active,
        reminders=parts.wellbeing.reminders,
        limiting=parts.wellbeing.limiting,
        usage=parts.wellbeing.usage,
        creating=creating_of(
            database,
            parts.pictures,
            lore.books,
            LoreSharing(clock),
            clock,
            gate=partial(oversight.switches.need, Switch.CREATOR_PROGRAMS),
            plan_limits=money.limits,
            public_url=parts.settings.public_url,
        ),
    )


def house_of(settings: Settings) -> House:
    """How browsers reach this house, and where its forms may end."""
    outward = [settings.discord_base_url or DISCORD]
    if settings.stripe_secret_key.get_secret_value():
        outward += [settings.stripe_base_url] if settings.stripe_base_url else STRIPE
    return House(
        public_url=settings.public_url,
        proxies=networks(settings.trusted_proxies),
        leads_to=tuple(dict.fromkeys(_origin(address) for address in outward)),
    )


def identities_of(settings: Settings, application_id: Callable[[], int]) -> DiscordIdentities:
    """Who asks Discord who somebody is."""
    given = settings.discord_client_id

    def client_id() -> int:
        return int(given) if given else application_id()

    secret = settings.discord_client_secret.get_secret_value()
    return DiscordIdentities(settings.discord_base_url or DISCORD, client_id, secret)


async def open_web(
    parts: WebParts,
    *,
    exits: AsyncExitStack,
    health: Health,
    boot_id: str,
    talk_url: str,
    voice: str | None,
) -> str:
    """Open the web app; its address. What is opened is pushed on `exits`. Raises `StartError`."""
    settings = parts.settings
    cover = Cover(
        talk_url=talk_url,
        talk_is_local=bool(settings.discord_base_url),
        voice=voice,
        boot_id=boot_id,
        language=settings.language,
        residents=await residents(parts.database),
    )
    desk = desk_of(parts)
    app = create_app(cover=cover, pictures=parts.pictures, state=health, desk=desk, house=house_of(settings))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    exits.push_async_callback(runner.cleanup)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.web_host, settings.web_port).start()
    except OSError as error:
        raise StartError(
            f"The web app cannot listen on {settings.web_host}:{settings.web_port} ({error.strerror}). "
            "Nothing was lost. Choose another WEB_PORT in .env and start again."
        ) from error
    # The port asked for may be 0: any free one.
    return f"http://{settings.web_host}:{runner.addresses[0][1]}"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
