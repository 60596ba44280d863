"""What a creator may be called in an address: the rules of `/<username>`. Pure."""

from __future__ import annotations

import re

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.names import skeleton
from bot.texts import N_

FIELD = "username"

_SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_BETWEEN_WORDS = re.compile(r"[-_]+")

# Addresses of this house, of its next issues, and those that browsers and robots ask every site for. That no first part
# of an address is missing is held by a test.
_ADDRESSES = """
    about account accounts admin administration api appeal apply apps assets auth avatar billing books bot bots
    browserconfig callback cancel cards character characters checkout coach community connect contact conversation
    conversations cookies creator creators crisis css dashboard data delete devices discover dmca docs doctor donate
    download downloads edit embed error errors events explore export faq favicon favorites feed feedback files
    follow followers following follows forgot forum forums gift gifts guide guidelines health healthz help home hook
    hooks house html icons image images img import imprint index info install invite invoice issues javascript job
    jobs journeys js key keys languages ledger legal library license limit limits list log login logins logout logs
    look looks lore mail manifest me media member members memory messages metrics mod moderation mods money mood new
    news notifications null oauth oauth2 offers openapi opensearch overview packages pages paid password pay payment
    payments people persona personas photo plan plans portal post posts premium press preview pricing privacy
    profile profiles program programs public purchase readyz recover refund refunds register report reports reset
    review role roles rooms root rss rule rules safety sandbox script scripts search security server servers service
    session sessions settings setup share shared shares shop sign sign-in sign-out sign-up signin signing signout
    signup sitemap sources spending ssl stages start static statistics status store stripe studio styles subscribe
    subscription subscriptions support switch switches sync system tag tags team teams terms test tests ticket
    tickets token tokens tools topic topics transfers trending tutorials undefined unfollow unsubscribe update
    updates upgrade upload uploads usage user username users verification verify wallet wallets webhook webhooks
    well-known wellbeing widget wiki www
"""
RESERVED = frozenset(_ADDRESSES.split())
"""Whole usernames nobody can take, each as it is written."""

_OF_THE_HOUSE = ("botcafe", "discord", "clyde")
"""Words no username may hold."""

_OF_STAFF = ("admin", "moderator", "staff", "official")
"""Words no username may have between its hyphens."""

_ALONE = ("everyone", "here", "owner", "anybody", "somebody", "nobody", "you")
"""Words that are no names."""


def clean_username(typed: str) -> str:
    """The username as it is kept: small letters. Raises `InvalidInput` (field `username`) that says the rule."""
    name = typed.strip().lower()
    if not limits.USERNAME_MIN <= len(name) <= limits.USERNAME_MAX:
        raise _invalid(
            "username_length",
            N_("Username: it needs {minimum} to {maximum} characters; yours has {length}."),
            minimum=int(limits.USERNAME_MIN),
            maximum=int(limits.USERNAME_MAX),
            length=len(name),
        )
    if not name.isascii() or not _SHAPE.fullmatch(name):
        raise _invalid(
            "username_signs",
            N_(
                "Username: only the letters a to z, digits, - and _ fit into an address, and it begins and ends with "
                "a letter or digit."
            ),
        )
    refuse_reserved(name)
    return name


def refuse_reserved(name: str) -> None:
    """Raise `InvalidInput` where a username is an address of the house, or would be taken for somebody of it."""
    looks = skeleton(name)
    is_whole = name in RESERVED or looks in _LOOKS_RESERVED
    is_of_staff = any(skeleton(word) in _LOOKS_OF_STAFF for word in _BETWEEN_WORDS.split(name))
    if is_whole or is_of_staff or any(word in looks for word in _LOOKS_OF_HOUSES):
        raise _invalid(
            "username_reserved",
            N_("Username: “{name}” is kept for the house, or looks as if it were. Choose another one."),
            name=name,
        )


def taken(name: str) -> InvalidInput:
    """The refusal for a username that is somebody else's, or looks like theirs."""
    return _invalid(
        "username_taken",
        N_("Username: “{name}” is taken, or looks like one that is. Choose another one; nothing was changed."),
        name=name,
    )


def is_username(typed: str) -> bool:
    """Whether a part of an address could be a username at all: whatever else is asked for is not looked up."""
    return len(typed) <= limits.USERNAME_MAX and typed.isascii() and _SHAPE.fullmatch(typed) is not None


def _invalid(code: str, message: str, /, **values: object) -> InvalidInput:
    return InvalidInput(code, message, field=FIELD, **values)


_LOOKS_RESERVED = frozenset(skeleton(word) for word in (*RESERVED, *_ALONE))
_LOOKS_OF_HOUSES = tuple(skeleton(word) for word in _OF_THE_HOUSE)
_LOOKS_OF_STAFF = frozenset(skeleton(word) for word in _OF_STAFF)
