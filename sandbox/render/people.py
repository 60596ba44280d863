"""Users, members, roles, emojis and applications as Discord's JSON."""

from __future__ import annotations

from sandbox.world.models import Application, Emoji, Json, Member, Role, Sticker, User
from sandbox.world.world import World


def user(row: User) -> Json:
    """A user as anybody sees them."""
    return {
        "id": row.id,
        "username": row.username,
        "discriminator": row.discriminator,
        "global_name": row.global_name,
        "avatar": row.avatar,
        "avatar_decoration_data": None,
        "banner": row.banner,
        "accent_color": None,
        "bot": row.bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "collectibles": None,
    }


def own_user(row: User, *, with_email: bool = False) -> Json:
    """A user as they see themselves."""
    answer = {**user(row), "mfa_enabled": False, "locale": row.locale, "premium_type": 0, "verified": True}
    answer["email"] = f"{row.username}@example.com" if with_email else None
    return answer


def webhook_author(webhook_id: str, name: str, avatar: str | None) -> Json:
    """The author of a webhook's message."""
    return {
        "id": webhook_id,
        "username": name,
        "discriminator": "0000",
        "global_name": None,
        "avatar": avatar,
        "bot": True,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def member(world: World, row: Member, *, with_user: bool = True) -> Json:
    """A membership; without its user where the user stands beside it (messages, resolved data)."""
    answer: Json = {
        "nick": row.nick,
        "avatar": row.avatar,
        "banner": None,
        "roles": list(row.roles),
        "joined_at": row.joined_at,
        "premium_since": None,
        "pending": False,
        "flags": row.flags,
        "communication_disabled_until": row.timed_out_until,
        "deaf": row.deaf,
        "mute": row.mute,
    }
    if with_user:
        answer["user"] = user(world.user(row.user_id))
    return answer


def role(row: Role) -> Json:
    """A role."""
    answer: Json = {
        "id": row.id,
        "name": row.name,
        "permissions": str(row.permissions),
        "position": row.position,
        "color": row.color,
        "colors": {
            "primary_color": row.color,
            "secondary_color": row.secondary_color,
            "tertiary_color": row.tertiary_color,
        },
        "hoist": row.hoist,
        "managed": row.managed,
        "mentionable": row.mentionable,
        "icon": None,
        "unicode_emoji": row.unicode_emoji,
        "flags": 0,
    }
    if row.bot_id is not None:
        answer["tags"] = {"bot_id": row.bot_id}
    return answer


def emoji(world: World, row: Emoji) -> Json:
    """A custom emoji."""
    answer: Json = {
        "id": row.id,
        "name": row.name,
        "roles": list(row.roles),
        "require_colons": True,
        "managed": False,
        "animated": row.animated,
        "available": True,
    }
    author = world.users.get(row.user_id)
    if author is not None:
        answer["user"] = user(author)
    return answer


def sticker(world: World, row: Sticker) -> Json:
    """A sticker of a server."""
    answer: Json = {
        "id": row.id,
        "name": row.name,
        "tags": row.tags,
        "type": 2,
        "format_type": row.format_type,
        "description": row.description,
        "available": True,
        "guild_id": row.guild_id,
    }
    author = world.users.get(row.user_id)
    if author is not None:
        answer["user"] = user(author)
    return answer


def sticker_item(row: Sticker) -> Json:
    """A sticker as a message shows it."""
    return {"id": row.id, "name": row.name, "format_type": row.format_type}


def application(row: Application) -> Json:
    """An application as anybody sees it."""
    return {
        "id": row.id,
        "name": row.name,
        "icon": row.icon,
        "description": row.description,
        "type": None,
        "bot_public": row.public,
        "bot_require_code_grant": False,
        "verify_key": row.id.zfill(64),
        "flags": row.flags,
        "flags_new": str(row.flags),
        "integration_types_config": {"0": {}, "1": {}},
        **({"tags": list(row.tags)} if row.tags else {}),
    }


def own_application(world: World, row: Application) -> Json:
    """An application as its own bot sees it."""
    return {
        **application(row),
        "redirect_uris": list(row.redirect_uris),
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(world.user(row.owner_id)),
        "bot": user(world.user(row.id)),
        "approximate_guild_count": len(world.guilds_of(row.id)),
        "approximate_user_install_count": len(row.installed_by),
        "approximate_user_authorization_count": len({g.user_id for g in world.grants if g.application_id == row.id}),
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }
