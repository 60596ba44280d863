"""Who may do what: overwrites, the order of roles, time-outs, command permissions, bans."""

from datetime import timedelta
from typing import Any

import discord
import pytest

from sandbox import permissions
from sandbox.acts import guilds
from sandbox.permissions import Permission
from sandbox.server import Sandbox
from sandbox.world.models import Overwrite
from tests.sandbox.visitors import Bot, Person


def _in_tavern(sandbox: Sandbox, username: str) -> int:
    channel = sandbox.world.channel(sandbox.channel_id("tavern"))
    return permissions.in_channel(sandbox.world, channel, sandbox.person(username).id)


async def test_overwrites_go_from_everyone_over_roles_to_the_member(sandbox: Sandbox) -> None:
    tavern = sandbox.world.channel(sandbox.channel_id("tavern"))
    sasha = sandbox.person("sasha")
    (creators,) = sandbox.world.member(sandbox.guild.id, sasha.id).roles
    send = int(Permission.SEND_MESSAGES)
    assert _in_tavern(sandbox, "sasha") & send
    tavern.overwrites = [Overwrite(sandbox.guild.id, 0, deny=send)]
    assert not _in_tavern(sandbox, "sasha") & send
    tavern.overwrites.append(Overwrite(creators, 0, allow=send))
    assert _in_tavern(sandbox, "sasha") & send
    tavern.overwrites.append(Overwrite(sasha.id, 1, deny=send))
    assert not _in_tavern(sandbox, "sasha") & send
    assert _in_tavern(sandbox, "alex") == permissions.ALL, "the owner may do everything"


async def test_who_cannot_see_can_do_nothing(sandbox: Sandbox) -> None:
    tavern = sandbox.world.channel(sandbox.channel_id("tavern"))
    tavern.overwrites = [Overwrite(sandbox.guild.id, 0, deny=int(Permission.VIEW_CHANNEL))]
    assert _in_tavern(sandbox, "robin") == 0


async def test_a_time_out_leaves_only_reading(sandbox: Sandbox, alex: Person, robin: Person) -> None:
    path = f"/guilds/{sandbox.guild.id}/members/{robin.id}"
    until = discord.utils.utcnow() + timedelta(minutes=5)
    assert (await alex.call("PATCH", path, {"communication_disabled_until": until.isoformat()}))[0] == 200
    tavern = f"/channels/{sandbox.channel_id('tavern')}/messages"
    assert (await robin.call("POST", tavern, {"content": "x"}))[1]["code"] == 50013
    assert (await robin.call("GET", tavern))[0] == 200
    sandbox.core.clock.advance(301)
    assert (await robin.call("POST", tavern, {"content": "x"}))[0] == 200
    too_long = (until + timedelta(days=30)).isoformat()
    assert (await alex.call("PATCH", path, {"communication_disabled_until": too_long}))[1]["code"] == 50035


async def test_nobody_reaches_above_their_highest_role(sandbox: Sandbox, bot: Bot, alex: Person) -> None:
    guild = sandbox.guild.id
    bot_role = sandbox.world.roles.get(sandbox.world.member(guild, sandbox.application.id).roles[0])
    assert bot_role is not None
    bot_role.permissions |= Permission.MANAGE_ROLES | Permission.MANAGE_NICKNAMES
    above = guilds.make_role(sandbox.core, guild, "Above", 0)
    above.position = bot_role.position + 1
    below = guilds.make_role(sandbox.core, guild, "Below", 0)
    robin = await bot.guilds[0].fetch_member(int(sandbox.person("robin").id))
    await robin.add_roles(discord.Object(int(below.id)))
    for doing in (
        robin.add_roles(discord.Object(int(above.id))),
        bot.http.edit_role(int(guild), int(above.id), name="mine"),
        bot.guilds[0].create_role(name="Boss", permissions=discord.Permissions(administrator=True)),
        bot.http.edit_member(int(guild), int(alex.id), nick="x"),
    ):
        with pytest.raises(discord.Forbidden) as caught:
            await doing
        assert caught.value.code == 50013


async def test_bans(sandbox: Sandbox, alex: Person, robin: Person) -> None:
    path = f"/guilds/{sandbox.guild.id}/bans/{robin.id}"
    assert (await robin.call("PUT", path, {}))[1]["code"] == 50013
    await robin.say("tavern", "mischief")
    assert (await alex.call("PUT", path, {"delete_message_seconds": 60}))[0] == 204
    assert sandbox.world.history(sandbox.channel_id("tavern")) == []
    await robin.event("GUILD_DELETE")
    assert (await alex.call("GET", path))[1]["user"]["id"] == robin.id
    assert (await robin.call("GET", f"/channels/{sandbox.channel_id('tavern')}"))[1]["code"] == 50001
    assert (await alex.call("DELETE", path, {}))[0] == 204
    assert (await alex.call("GET", path))[1]["code"] == 10026


async def test_an_admin_decides_who_may_use_a_command(sandbox: Sandbox, bot: Bot, robin: Person, alex: Person) -> None:
    @bot.tree.command(name="hello", description="Hello")
    async def hello(interaction: discord.Interaction) -> None: ...

    (command,) = await bot.tree.sync()
    guild, tavern = sandbox.guild.id, sandbox.channel_id("tavern")
    rules = f"/applications/{sandbox.application.id}/guilds/{guild}/commands/{command.id}/permissions"
    search = f"/channels/{tavern}/application-commands/search?type=1"

    async def seen(person: Person) -> int:
        return len((await person.call("GET", search))[1]["application_commands"])

    async def rule(*entries: Any) -> None:
        body = {"permissions": [{"id": key, "type": kind, "permission": given} for key, kind, given in entries]}
        assert (await alex.call("PUT", rules, body))[0] == 200

    assert (await alex.call("GET", rules))[1]["code"] == 10066
    assert await seen(robin) == 1
    await rule((guild, 1, False))
    assert (await seen(robin), await seen(alex)) == (0, 1)
    await rule((guild, 1, False), (robin.id, 2, True))
    assert await seen(robin) == 1
    await rule((robin.id, 2, True), (tavern, 3, False))
    assert await seen(robin) == 0
    assert (await robin.call("PUT", rules, {"permissions": []}))[1]["code"] == 50013


async def test_commands_are_shown_in_the_persons_language(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    command = {
        "name": "hello",
        "description": "Hello",
        "name_localizations": {"es-ES": "hola"},
        "description_localizations": {"es-ES": "Saluda"},
    }
    await bot.http.bulk_upsert_global_commands(bot.application_id, [command])  # type: ignore[arg-type]
    path = f"/channels/{sandbox.channel_id('tavern')}/application-commands/search?type=1&locale="
    for locale, name in (("es-ES", "hola"), ("es-MX", "hola"), ("fr", None)):
        (found,) = (await robin.call("GET", path + locale))[1]["application_commands"]
        assert found["name"] == "hello"
        assert found.get("name_localized") == name
    robin.user.locale = "es-ES"
    (found,) = (await robin.call("GET", path.removesuffix("&locale=")))[1]["application_commands"]
    assert found["description_localized"] == "Saluda"


async def test_one_application_cannot_touch_anothers(sandbox: Sandbox, bot: Bot) -> None:
    alex = sandbox.person("alex")
    other = guilds.make_application(sandbox.core, "Other", alex.id, approved_intents=0)
    for path in (f"/applications/{other.id}/commands", f"/applications/{other.id}/emojis"):
        with pytest.raises(discord.Forbidden) as caught:
            await bot.http.request(discord.http.Route("GET", path))
        assert caught.value.code == 20012
