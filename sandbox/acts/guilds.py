"""Making servers, joining and leaving them, roles."""

from __future__ import annotations

import base64
import secrets

from sandbox.acts.threads import unfollow_all
from sandbox.core import Core
from sandbox.gateway.intents import APPLICATION_FLAGS
from sandbox.permissions import EVERYONE
from sandbox.render import people
from sandbox.world.models import Application, Guild, Json, Member, Role, User
from sandbox.world.world import pair


def make_person(
    core: Core, username: str, global_name: str, *, standing: str = "member", locale: str = "en-US"
) -> User:
    """A new person with a token of their own."""
    user_id = core.world.new_id()
    user = User(user_id, username, new_token(user_id), global_name=global_name, standing=standing, locale=locale)
    return core.world.users.put(user)


def make_application(
    core: Core,
    name: str,
    owner_id: str,
    *,
    token: str | None = None,
    client_secret: str | None = None,
    application_id: str | None = None,
    approved_intents: int,
) -> Application:
    """A new application and its bot user, which share an id."""
    identity = application_id or core.world.new_id()
    bot = User(identity, name, token or new_token(identity), bot=True, discriminator="0001")
    core.world.users.put(bot)
    application = Application(identity, name, owner_id, client_secret or secrets.token_urlsafe(24))
    approve_intents(application, approved_intents)
    return core.world.applications.put(application)


def approve_intents(application: Application, approved: int) -> None:
    """Switch privileged intents on or off; the flags by which a bot can tell follow."""
    application.approved_intents = approved
    for intent, flag in APPLICATION_FLAGS.items():
        application.flags = application.flags & ~flag | (flag if approved & intent else 0)


def new_token(user_id: str) -> str:
    """A token in the shape of Discord's: the id, a time and a signature."""
    head = base64.urlsafe_b64encode(user_id.encode()).decode().rstrip("=")
    return f"{head}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"


def make_guild(core: Core, name: str, owner_id: str) -> Guild:
    """A new server with @everyone and its owner, and no channels yet."""
    guild = Guild(core.world.new_id(), name, owner_id)
    core.world.guilds.put(guild)
    core.world.roles.put(Role(guild.id, guild.id, "@everyone", permissions=int(EVERYONE)))
    join(core, guild, owner_id)
    return guild


def join(core: Core, guild: Guild, user_id: str, roles: list[str] | None = None) -> Member:
    """Let somebody in; a member already there stays as they are."""
    known = core.world.membership(guild.id, user_id)
    if known is not None:
        return known
    member = Member(guild.id, user_id, joined_at=core.clock.iso(), roles=roles or [])
    core.world.members.put(member)
    core.hub.guild_joined(guild, member)
    core.hub.to_guild("GUILD_MEMBER_ADD", guild.id, {**people.member(core.world, member), "guild_id": guild.id})
    return member


def leave(core: Core, guild_id: str, user_id: str) -> None:
    """Somebody leaves or is removed; they hear GUILD_DELETE, the others GUILD_MEMBER_REMOVE."""
    core.world.members.drop(pair(guild_id, user_id))
    unfollow_all(core, guild_id, user_id)
    user = people.user(core.world.user(user_id))
    core.hub.to_application("GUILD_DELETE", user_id, guild_id, {"id": guild_id})
    core.hub.to_guild("GUILD_MEMBER_REMOVE", guild_id, {"guild_id": guild_id, "user": user})
    # The role that came with a bot goes with it.
    for role in core.world.roles.of(guild_id):
        if role.bot_id == user_id:
            delete_role(core, role)


def install_for(core: Core, application: Application, person: User, *, installed: bool) -> None:
    """A person takes an application into their account, or out of it; nobody is told (docs: User-Installable Apps)."""
    others = [one for one in application.installed_by if one != person.id]
    application.installed_by = [*others, person.id] if installed else others
    core.world.applications.put(application)


def invite_bot(core: Core, guild: Guild, application: Application, permissions: int) -> Member:
    """Add a bot with a role of its own that carries what it was granted."""
    if core.world.membership(guild.id, application.id) is not None:
        return core.world.member(guild.id, application.id)
    role = make_role(core, guild.id, application.name, permissions, managed=True, bot_id=application.id)
    return join(core, guild, application.id, [role.id])


def make_role(
    core: Core,
    guild_id: str,
    name: str,
    permissions: int,
    *,
    color: int = 0,
    hoist: bool = False,
    mentionable: bool = False,
    managed: bool = False,
    bot_id: str | None = None,
) -> Role:
    """A new role, just above @everyone; those above move up."""
    for other in core.world.roles.of(guild_id):
        if other.position >= 1:
            other.position += 1
            change_role(core, other)
    role = Role(
        core.world.new_id(),
        guild_id,
        name,
        permissions=permissions,
        position=1,
        color=color,
        hoist=hoist,
        mentionable=mentionable,
        managed=managed,
        bot_id=bot_id,
    )
    core.world.roles.put(role)
    core.hub.to_guild("GUILD_ROLE_CREATE", guild_id, {"guild_id": guild_id, "role": people.role(role)})
    return role


def change_role(core: Core, role: Role) -> None:
    """Keep a changed role and tell the server."""
    core.world.roles.put(role)
    body = {"guild_id": role.guild_id, "role": people.role(role)}
    core.hub.to_guild("GUILD_ROLE_UPDATE", role.guild_id, body)
    core.hub.rights_changed(role.guild_id, tell_people=True)


def delete_role(core: Core, role: Role) -> None:
    """Take a role away from its members and the server; overwrites of it go quietly."""
    for member in core.world.members.of(role.guild_id):
        if role.id in member.roles:
            member.roles.remove(role.id)
            change_member(core, member)
    for channel in core.world.channels_of(role.guild_id):
        if any(one.id == role.id for one in channel.overwrites):
            channel.overwrites = [one for one in channel.overwrites if one.id != role.id]
            core.world.channels.put(channel)
    core.world.roles.drop(role.id)
    core.hub.to_guild("GUILD_ROLE_DELETE", role.guild_id, {"guild_id": role.guild_id, "role_id": role.id})
    core.hub.rights_changed(role.guild_id, tell_people=True)


def change_member(core: Core, member: Member) -> None:
    """Keep a changed membership and tell the server."""
    core.world.members.put(member)
    body: Json = {**people.member(core.world, member), "guild_id": member.guild_id}
    core.hub.to_guild("GUILD_MEMBER_UPDATE", member.guild_id, body)
    core.hub.rights_changed(member.guild_id, tell_people=True)
