"""Channels, forums and threads: what may be made and changed.

Source: docs, Create Guild Channel, Modify Channel, Start Thread, Start Thread in Forum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.rules.forms import Faults, Form
from sandbox.rules.roles import MAX_PERMISSIONS

#: What a bot may make in a server: text, voice, category, announcement, stage, directory, forum.
CREATABLE_TYPES = frozenset({0, 2, 4, 5, 13, 14, 15})
THREAD_TYPES = frozenset({10, 11, 12})
#: Minutes after which a quiet thread is archived.
ARCHIVE_MINUTES = frozenset({60, 1440, 4320, 10080})
#: Slow mode, in seconds: up to six hours.
MAX_SLOWMODE = 21_600
MAX_TOPIC = 1024
MAX_FORUM_TOPIC = 4096
#: docs: Forum Tag: tags of a forum, tags of a post, and a tag's name.
MAX_TAGS = 20
MAX_APPLIED_TAGS = 5
MAX_TAG_NAME = 50
_FORUM = 15


def check_channel(payload: Mapping[str, Any], *, creating: bool, kind: int = 0) -> None:
    """Check the body that makes or changes a channel of a server; `kind` is its type when it says none.

    Raises InvalidForm.
    """
    faults = Faults()
    form = Form(payload, faults)
    form.text("name", 100, low=1, required=creating)
    chosen = form.choice("type", CREATABLE_TYPES)
    form.text("topic", MAX_FORUM_TOPIC if (kind if chosen is None else chosen) == _FORUM else MAX_TOPIC)
    form.whole("position", low=0)
    form.truth("nsfw")
    form.snowflake("parent_id")
    form.whole("bitrate", low=8000)
    form.whole("user_limit", low=0)
    for key in ("rate_limit_per_user", "default_thread_rate_limit_per_user"):
        form.whole(key, low=0, high=MAX_SLOWMODE)
    form.choice("default_auto_archive_duration", ARCHIVE_MINUTES)
    _check_forum_fields(form)
    for overwrite in form.forms("permission_overwrites", 100):
        overwrite.snowflake("id", required=True)
        _check_overwrite(overwrite)
    faults.raise_any()


def _check_forum_fields(form: Form) -> None:
    for tag in form.forms("available_tags", MAX_TAGS):
        tag.snowflake("id")
        tag.text("name", MAX_TAG_NAME, low=1, required=True, strip=True)
        tag.truth("moderated")
        _check_emoji(tag)
    reaction = form.form("default_reaction_emoji")
    if reaction is not None:
        _check_emoji(reaction)
    form.choice("default_sort_order", {0, 1})
    form.choice("default_forum_layout", {0, 1, 2})
    form.whole("flags", low=0)


def _check_emoji(form: Form) -> None:
    """docs: Forum Tag: a custom emoji's id or a unicode emoji, never both."""
    form.snowflake("emoji_id")
    form.text("emoji_name", 100)
    if form.data.get("emoji_id") and form.data.get("emoji_name"):
        form.fault("emoji_id", "BASE_TYPE_CHOICES", "At most one of emoji_id and emoji_name may be set.")


def check_overwrite(payload: Mapping[str, Any]) -> None:
    """Check the body that sets one permission overwrite. Raises InvalidForm."""
    faults = Faults()
    _check_overwrite(Form(payload, faults))
    faults.raise_any()


def _check_overwrite(overwrite: Form) -> None:
    overwrite.choice("type", {0, 1})
    for key in ("allow", "deny"):
        overwrite.whole(key, low=0, high=MAX_PERMISSIONS, digits=True)


def check_thread(payload: Mapping[str, Any], *, creating: bool) -> None:
    """Check the body that starts or changes a thread. Raises InvalidForm."""
    faults = Faults()
    form = Form(payload, faults)
    form.text("name", 100, low=1, required=creating)
    if creating:
        form.choice("type", THREAD_TYPES)
    for key in ("archived", "locked", "invitable"):
        form.truth(key)
    form.choice("auto_archive_duration", ARCHIVE_MINUTES)
    form.whole("rate_limit_per_user", low=0, high=MAX_SLOWMODE)
    form.whole("flags", low=0)
    check_applied_tags(form)
    faults.raise_any()


def check_applied_tags(form: Form) -> None:
    """Note what is wrong with the tags put on a post."""
    for index, tag in enumerate(form.items("applied_tags", MAX_APPLIED_TAGS)):
        Form({str(index): tag}, form.faults, form.at("applied_tags")).snowflake(str(index), required=True)
