"""Webhooks: make, list, change, remove (for who may manage them), and everything a webhook's token opens."""

from __future__ import annotations

from sandbox import permissions
from sandbox.acts import messages as message_acts
from sandbox.acts import threads as thread_acts
from sandbox.acts import webhooks as acts
from sandbox.errors import ApiError, RateLimited, missing_permissions, unknown
from sandbox.permissions import Permission
from sandbox.render import messages as render
from sandbox.rest import followups, forums
from sandbox.rest.call import Call
from sandbox.rest.routes import ANYBODY, Routes
from sandbox.rules.messages import WEBHOOK_PARSE, check_execute
from sandbox.rules.names import check_webhook_name
from sandbox.snowflake import as_id
from sandbox.world.models import ChannelType, Json, Message, Webhook

routes = Routes()

#: Channel types that can have webhooks.
HOSTS = {ChannelType.TEXT, ChannelType.NEWS, ChannelType.VOICE, ChannelType.STAGE, ChannelType.FORUM}


@routes.post("/channels/{channel_id}/webhooks")
async def make(call: Call) -> Json:
    """Create Webhook; a bot's belongs to its application."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.MANAGE_WEBHOOKS)
    if channel.type not in HOSTS:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    form = await call.form()
    check_webhook_name(form.get("name"))
    webhook = acts.make_webhook(
        call.core,
        channel,
        form["name"],
        user_id=call.user.id,
        application_id=call.user.id if call.user.bot else None,
        avatar=form.get("avatar"),
    )
    return render.webhook(call.world, webhook, with_token=True)


@routes.get("/channels/{channel_id}/webhooks")
async def of_channel(call: Call) -> list[Json]:
    """Get Channel Webhooks."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.MANAGE_WEBHOOKS)
    return [_shown(call, webhook) for webhook in call.world.webhooks.of(channel.id)]


@routes.get("/guilds/{guild_id}/webhooks")
async def of_guild(call: Call) -> list[Json]:
    """Get Guild Webhooks."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, Permission.MANAGE_WEBHOOKS)
    return [_shown(call, webhook) for webhook in call.world.webhooks if webhook.guild_id == guild_id]


@routes.get("/webhooks/{webhook_id}")
async def read(call: Call) -> Json:
    """Get Webhook."""
    return _shown(call, _managed(call))


@routes.patch("/webhooks/{webhook_id}")
async def change(call: Call) -> Json:
    """Modify Webhook; it may move to another channel of its server."""
    webhook = _managed(call)
    form = await call.form()
    if form.get("name") is not None:
        check_webhook_name(form["name"])
    channel = None
    if form.get("channel_id") is not None:
        channel = call.world.channel(as_id(form["channel_id"]) or "")
        if channel.guild_id != webhook.guild_id:
            raise unknown("channel")
        permissions.need_in_channel(call.world, channel, call.user.id, Permission.MANAGE_WEBHOOKS)
        if channel.type not in HOSTS:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
    acts.change_webhook(call.core, webhook, form, channel)
    return _shown(call, webhook)


@routes.delete("/webhooks/{webhook_id}")
async def delete(call: Call) -> None:
    """Delete Webhook."""
    acts.delete_webhook(call.core, _managed(call))


# ---------------------------------------------------------------------------------------------------- by token


@routes.get("/webhooks/{webhook_id}/{webhook_token}", callers=ANYBODY)
async def read_by_token(call: Call) -> Json:
    """Get Webhook with Token: without its maker."""
    return render.webhook(call.world, _by_token(call), with_token=True, with_user=False)


@routes.patch("/webhooks/{webhook_id}/{webhook_token}", callers=ANYBODY)
async def change_by_token(call: Call) -> Json:
    """Modify Webhook with Token: name and face only."""
    webhook = _by_token(call)
    form = await call.form()
    if form.get("name") is not None:
        check_webhook_name(form["name"])
    acts.change_webhook(call.core, webhook, form, None)
    return render.webhook(call.world, webhook, with_token=True, with_user=False)


@routes.delete("/webhooks/{webhook_id}/{webhook_token}", callers=ANYBODY)
async def delete_by_token(call: Call) -> None:
    """Delete Webhook with Token."""
    acts.delete_webhook(call.core, _by_token(call))


@routes.post("/webhooks/{webhook_id}/{webhook_token}", callers=ANYBODY)
async def execute(call: Call) -> Json | None:
    """Execute Webhook, or Create Followup Message when the token is an interaction's."""
    if followups.is_interaction(call):
        return await followups.create(call)
    webhook = _by_token(call)
    form, uploads = await call.upload()
    channel = forums.place_of(call, webhook, form)
    if not (webhook.application_id or call.asks("with_components")):
        form.pop("components", None)
    check_execute(form, files=[upload.info for upload in uploads], application_owned=webhook.application_id is not None)
    tags = forums.tags_of(channel, form.get("applied_tags"), None) if channel.type == ChannelType.FORUM else []
    _need_room(call, webhook)
    draft = message_acts.Draft(channel, webhook.id, form, uploads, default_parse=WEBHOOK_PARSE)
    draft.extra = {
        "webhook_id": webhook.id,
        "webhook_name": form.get("username") or webhook.name,
        "webhook_avatar": await _face(call, webhook, form),
        "application_id": webhook.application_id,
    }
    if channel.type == ChannelType.FORUM:
        _, message = thread_acts.start_post(call.core, channel, form["thread_name"], draft, tags=tags)
    else:
        message = message_acts.write(call.core, draft)
    return render.message(call.world, message, None) if call.asks("wait") else None


@routes.get("/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", callers=ANYBODY)
async def read_message(call: Call) -> Json:
    """Get Webhook Message, or an interaction's."""
    if followups.is_interaction(call):
        return await followups.read(call)
    return render.message(call.world, _message(call, _by_token(call)), None)


@routes.patch("/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", callers=ANYBODY)
async def edit_message(call: Call) -> Json:
    """Edit Webhook Message, or an interaction's."""
    if followups.is_interaction(call):
        return await followups.edit(call)
    webhook = _by_token(call)
    message = _message(call, webhook)
    if call.world.channel(message.channel_id).archived:
        raise ApiError(400, 50083, "Thread is archived")
    form, uploads = await call.upload()
    if not (webhook.application_id or call.asks("with_components")):
        form.pop("components", None)
    owned = webhook.application_id is not None
    message_acts.edit(call.core, message, form, uploads, application_owned=owned, default_parse=WEBHOOK_PARSE)
    return render.message(call.world, message, None)


@routes.delete("/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", callers=ANYBODY)
async def delete_message(call: Call) -> None:
    """Delete Webhook Message, or an interaction's."""
    if followups.is_interaction(call):
        await followups.delete(call)
        return
    message_acts.delete(call.core, _message(call, _by_token(call)))


# ------------------------------------------------------------------------------------------------ parts of the above


def _shown(call: Call, webhook: Webhook) -> Json:
    """The token is only for who made it: the own application, or people for webhooks that people made."""
    mine = webhook.application_id == (call.user.id if call.user.bot else None) or webhook.application_id is None
    return render.webhook(call.world, webhook, with_token=mine)


def _managed(call: Call) -> Webhook:
    webhook = call.world.webhook(call.id("webhook_id"))
    channel = call.world.channel(webhook.channel_id)
    allowed = permissions.in_channel(call.world, channel, call.user.id)
    # An application may always manage what it made (docs: Webhook resource).
    if not allowed & Permission.MANAGE_WEBHOOKS and webhook.application_id != call.user.id:
        raise missing_permissions()
    return webhook


def _by_token(call: Call) -> Webhook:
    webhook = call.world.webhook(call.id("webhook_id"))
    if webhook.token != call.text("webhook_token"):
        raise ApiError(401, 50027, "Invalid Webhook Token")
    return webhook


def _need_room(call: Call, webhook: Webhook) -> None:
    verdict = call.core.limits.check_webhooks_of(webhook.channel_id)
    if verdict.retry_after is not None:
        raise RateLimited(verdict.retry_after, headers=verdict.headers)


async def _face(call: Call, webhook: Webhook, form: Json) -> str | None:
    url = form.get("avatar_url")
    if not url:
        return webhook.avatar
    found = await call.core.avatars.hash_of(webhook.id, url)
    if found is None:
        call.headers["X-Sandbox-Note"] = "No picture at avatar_url; the message shows the default face."
        call.note("avatar_unreachable")
    return found


def _message(call: Call, webhook: Webhook) -> Message:
    channel_id = call.query_id("thread_id") or webhook.channel_id
    message = call.world.message(channel_id, call.id("message_id"))
    if message.webhook_id != webhook.id:
        raise unknown("message")
    return message
