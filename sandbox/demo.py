"""The world a newcomer finds: one server with a few channels, three people and the bot, already invited."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox import faces, sticker_faces
from sandbox.acts import channels, guilds, messages, selling, threads
from sandbox.core import Core
from sandbox.gateway.intents import PRIVILEGED
from sandbox.permissions import EVERYONE, Permission
from sandbox.world.models import Application, Channel, ChannelType, Guild, Overwrite, Sticker, StoredFile, User
from sandbox.world.wares import SkuType

#: What the bot is invited with.
BOT_PERMISSIONS = (
    EVERYONE
    | Permission.MANAGE_WEBHOOKS
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_THREADS
    | Permission.PIN_MESSAGES
    | Permission.MENTION_EVERYONE
)
#: What the bot sells here: name, kind, and price in cents.
WARES = (
    ("Starter", SkuType.SUBSCRIPTION, 15_000),
    ("Professional", SkuType.SUBSCRIPTION, 49_900),
    ("A cup", SkuType.CONSUMABLE, 500),
    ("A pot", SkuType.CONSUMABLE, 2_000),
)
WELCOME_TOPIC = "New here? Say hello in #lantern-archive, or make a character of your own with /character create."
WELCOME = (
    "Welcome to The Copper Kettle! Two things to try first:\n"
    "• say hello in {archive}: somebody there likes visitors\n"
    "• type `/character create` and make somebody of your own"
)


@dataclass(frozen=True)
class Identity:
    """Who the bot is; what is None is made up."""

    token: str | None = None
    client_secret: str | None = None
    application_id: str | None = None
    name: str = "BotCafé"


@dataclass(frozen=True)
class Demo:
    """What was built."""

    guild: Guild
    application: Application
    robin: User
    sasha: User
    alex: User


def build(core: Core, identity: Identity, *, approved_intents: int = int(PRIVILEGED)) -> Demo:
    """Build the demo in an empty world."""
    robin = guilds.make_person(core, "robin", "Robin", standing="member")
    sasha = guilds.make_person(core, "sasha", "Sasha", standing="creator")
    alex = guilds.make_person(core, "alex", "Alex", standing="admin")
    application = guilds.make_application(
        core,
        identity.name,
        alex.id,
        token=identity.token,
        client_secret=identity.client_secret,
        application_id=identity.application_id,
        approved_intents=approved_intents,
    )
    for user, picture in (
        (robin, faces.person(faces.ROBIN)),
        (sasha, faces.person(faces.SASHA)),
        (alex, faces.person(faces.ALEX)),
        (core.world.user(application.id), faces.cup()),
    ):
        user.avatar = core.world.keep_picture(f"avatars/{user.id}", picture, "image/png")
        core.world.users.put(user)
    guild = guilds.make_guild(core, "The Copper Kettle", alex.id)
    creators = guilds.make_role(core, guild.id, "Creators", 0, color=0xE91E63, hoist=True, mentionable=True)
    guilds.join(core, guild, sasha.id, [creators.id])
    guilds.join(core, guild, robin.id)
    guilds.invite_bot(core, guild, application, int(BOT_PERMISSIONS))
    welcome, archive = _channels(core, guild)
    guild.system_channel_id = welcome.id
    core.world.guilds.put(guild)
    _stickers(core, guild, sasha)
    _forum(core, guild, sasha, robin)
    _elsewhere(core, application, [sasha, robin, alex])
    _wares(core, application)
    greeting = {"content": WELCOME.format(archive=f"<#{archive.id}>")}
    messages.write(core, messages.Draft(welcome, alex.id, greeting))
    return Demo(guild, application, robin, sasha, alex)


def _stickers(core: Core, guild: Guild, author: User) -> None:
    """A few stickers of the house."""
    for name, emoji, description, draw in (
        ("Kettle's on", "🫖", "A kettle that whistles and smiles", sticker_faces.kettle),
        ("Lamp lit", "🏮", "A lantern with a warm flame", sticker_faces.lantern),
        ("Sleepy star", "⭐", "A star with closed eyes", sticker_faces.star),
    ):
        sticker = Sticker(core.world.new_id(), guild.id, name, emoji, author.id, description)
        core.world.files.put(StoredFile(f"stickers/{sticker.id}", core.world.blobs.put(draw()), "image/png"))
        core.world.stickers.put(sticker)


def _forum(core: Core, guild: Guild, sasha: User, robin: User) -> None:
    """A forum with tags, and a post to answer in."""
    forum = channels.make_channel(
        core,
        guild.id,
        "story-corner",
        kind=ChannelType.FORUM,
        topic="One story per post. Begin one, and bring somebody along.",
        settings={
            "available_tags": [
                {"name": "Adventure", "emoji_name": "🧭"},
                {"name": "Mystery", "emoji_name": "🔍"},
                {"name": "Slow and warm", "emoji_name": "🍵"},
                {"name": "Kettle's pick", "emoji_name": "⭐", "moderated": True},
            ],
            "default_reaction_emoji": {"emoji_name": "🕯️"},
        },
    )
    opening = {"content": "The clock in the square runs backwards since Tuesday. Who has seen it, and who did it?"}
    post, _ = threads.start_post(
        core,
        forum,
        "The clock that runs backwards",
        messages.Draft(forum, sasha.id, opening),
        tags=[forum.available_tags[1]["id"]],
    )
    reply = messages.Draft(post, robin.id, {"content": "I set my watch by it and was home before I left."})
    threads.follow_by_speaking(core, post, messages.write(core, reply))


def _elsewhere(core: Core, application: Application, people: list[User]) -> None:
    """Places without the bot, where whoever installed the application for themselves brings it along.

    Robin has: a server of Sasha's, and a conversation of all three.
    """
    sasha, robin, _ = people
    club = guilds.make_guild(core, "Harbour Club", sasha.id)
    channels.make_channel(core, club.id, "pier", topic="No bots moored here; bring your own.")
    channels.make_channel(core, club.id, "regatta")
    guilds.join(core, club, robin.id)
    guilds.install_for(core, application, robin, installed=True)
    channels.group_channel(core, robin.id, [person.id for person in people], "Tea at four")


def _wares(core: Core, application: Application) -> None:
    """What the application sells, with play money."""
    for name, kind, price in WARES:
        selling.make_sku(core, application, name, kind, price)


def adopt(core: Core, identity: Identity) -> None:
    """Give the bot of a loaded world the token and secret it is asked to have now."""
    application = next(iter(core.world.applications), None)
    if application is None:
        return
    bot = core.world.user(application.id)
    bot.token = identity.token or bot.token
    core.world.users.put(bot)
    application.client_secret = identity.client_secret or application.client_secret
    core.world.applications.put(application)
    if not list(core.world.skus):
        _wares(core, application)


def _channels(core: Core, guild: Guild) -> tuple[Channel, Channel]:
    welcome = channels.make_channel(core, guild.id, "welcome", topic=WELCOME_TOPIC)
    characters = channels.make_channel(core, guild.id, "Characters", kind=ChannelType.CATEGORY)
    archive = channels.make_channel(
        core, guild.id, "lantern-archive", parent_id=characters.id, topic="Shelves of lamplight and half-told stories."
    )
    channels.make_channel(core, guild.id, "sky-harbour", parent_id=characters.id, topic="Where the airships moor.")
    channels.make_channel(core, guild.id, "greenhouse", parent_id=characters.id, topic="Warm glass, wet earth, gossip.")
    town = channels.make_channel(core, guild.id, "Town", kind=ChannelType.CATEGORY)
    channels.make_channel(core, guild.id, "tavern", parent_id=town.id, topic="Sit down with whoever is in.")
    channels.make_channel(core, guild.id, "off-topic", parent_id=town.id)
    hidden = [Overwrite(guild.id, 0, deny=int(Permission.VIEW_CHANNEL))]
    channels.make_channel(core, guild.id, "backstage", parent_id=town.id, topic="For admins only.", overwrites=hidden)
    return welcome, archive
