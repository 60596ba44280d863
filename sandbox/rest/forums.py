"""Posts of forums: begun by somebody who writes, or by a webhook (docs: Start Thread in Forum; Execute Webhook)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox import permissions
from sandbox.acts import messages as message_acts
from sandbox.acts import threads as acts
from sandbox.bodies import values
from sandbox.errors import ApiError, InvalidForm, missing_permissions, unknown
from sandbox.permissions import Permission
from sandbox.render import messages as render
from sandbox.render import places
from sandbox.rest.call import Answer, Call
from sandbox.rest.messages import needed_for, wait_for_slowmode
from sandbox.rules.channels import check_thread
from sandbox.rules.messages import check_message
from sandbox.snowflake import as_id
from sandbox.uploads import Upload
from sandbox.world.models import Channel, ChannelFlag, ChannelType, Json, Webhook


async def start(call: Call, forum: Channel, form: Json, uploads: list[Upload]) -> Answer:
    """Start Thread in Forum: the post, with the message it begins with inside."""
    check_thread(form, creating=True)
    if not isinstance(form.get("message"), dict):
        raise InvalidForm.field("message", "BASE_TYPE_REQUIRED", "This field is required")
    body: Json = form["message"]
    needed = needed_for(body, uploads) | Permission.SEND_MESSAGES
    allowed = permissions.need_in_channel(call.world, forum, call.user.id, needed)
    try:
        check_message(body, files=[upload.info for upload in uploads], application_owned=call.caller.kind == "bot")
    except InvalidForm as wrong:
        raise wrong.under("message") from None
    tags = tags_of(forum, form.get("applied_tags"), allowed)
    draft = message_acts.Draft(forum, call.user.id, body, uploads, allowed)
    message_acts.stickers_of(call.core, draft)
    wait_for_slowmode(call, forum, allowed)
    post, first = acts.start_post(
        call.core,
        forum,
        form["name"],
        draft,
        tags=tags,
        auto_archive=form.get("auto_archive_duration"),
        slowmode=form.get("rate_limit_per_user"),
    )
    shown = places.thread(post, call.user.id)
    return Answer(201, {**shown, "message": render.message(call.world, first, call.user.id)})


def tags_of(forum: Channel, given: Any, allowed: int | None) -> list[str]:
    """The tags a new post bears.

    Raises 10087 for a tag the forum does not have, 50013 for one that only moderators may set, 40067 for none at all
    where the forum wants one. `allowed` is what the author may do there; None for webhooks, which moderators made.
    """
    tags = [as_id(one) or "" for one in values(given)]
    check_tags(forum, tags, allowed)
    if forum.flags & ChannelFlag.REQUIRE_TAG and not tags:
        raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")
    return tags


def check_tags(forum: Channel, tags: Iterable[str], allowed: int | None) -> None:
    """Raise 10087 for a tag the forum does not have, 50013 for one that only moderators may set."""
    known = {one["id"]: one for one in forum.available_tags}
    for tag in tags:
        if tag not in known:
            raise unknown("tag")
        if known[tag]["moderated"] and allowed is not None and not allowed & Permission.MANAGE_THREADS:
            raise missing_permissions()


def place_of(call: Call, webhook: Webhook, form: Json) -> Channel:
    """Where a webhook's message goes; the forum itself when it begins a post there.

    Raises 220001, 220002 and 220003 for too little, too much or the wrong kind of place.
    """
    channel = call.world.channel(webhook.channel_id)
    thread_id, name = call.query_id("thread_id"), form.get("thread_name")
    if channel.type == ChannelType.FORUM:
        if name and thread_id:
            raise ApiError(
                400, 220002, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"
            )
        if not name and not thread_id:
            raise ApiError(400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id")
    elif name:
        raise ApiError(400, 220003, "Webhooks can only create threads in forum channels")
    return channel if thread_id is None else _thread(call, webhook, thread_id)


def _thread(call: Call, webhook: Webhook, thread_id: str) -> Channel:
    thread = call.world.channel(thread_id)
    if not thread.is_thread or thread.parent_id != webhook.channel_id:
        raise unknown("channel")
    # A webhook has no rights, so no right to manage threads either.
    message_acts.need_open(thread, manages=False)
    return thread
