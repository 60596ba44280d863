"""What plans limit, by name and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.texts import N_, Text
from db.models import AnalyticsLevel, PlanLimits, SupportLevel


class LimitName(StrEnum):
    """What a plan limits: the names its fields have."""

    CHARACTERS = "characters"
    MESSAGES = "messages_per_month"
    UPLOADS = "file_uploads"
    FILE_SIZE = "file_size_mb"
    WEBSITES = "website_sources"
    TEXTS = "text_sources"
    HISTORY = "history_days"
    PROVIDERS = "providers"
    API = "api_access"
    BRANDING = "custom_branding"
    ANALYTICS = "analytics_level"
    SUPPORT = "support_level"


COUNTERS: Mapping[LimitName, str] = {LimitName.MESSAGES: "messages", LimitName.UPLOADS: "uploads"}
"""Limits of what is used within a calendar month, and the counter of each."""

WITHOUT_END = PlanLimits(
    api_access=True,
    custom_branding=True,
    analytics_level=AnalyticsLevel.ADVANCED,
    support_level=SupportLevel.PRIORITY,
)
"""What everybody has where plans are off."""

LABELS: Mapping[LimitName, Text] = {
    LimitName.CHARACTERS: N_("characters"),
    LimitName.MESSAGES: N_("messages a month"),
    LimitName.UPLOADS: N_("files a month"),
    LimitName.FILE_SIZE: N_("MB for one file"),
    LimitName.WEBSITES: N_("websites as sources"),
    LimitName.TEXTS: N_("texts as sources"),
    LimitName.HISTORY: N_("days of history"),
    LimitName.PROVIDERS: N_("other models"),
    LimitName.API: N_("use by programs (API)"),
    LimitName.BRANDING: N_("looks of your own"),
    LimitName.ANALYTICS: N_("statistics"),
    LimitName.SUPPORT: N_("help"),
}
"""Each limit in words, as it stands beside its number."""


@dataclass(frozen=True, slots=True)
class Words:
    """A refusal, with and without a larger plan to name."""

    code: str
    alone: Text
    advised: Text


WORDS: Mapping[LimitName, Words] = {
    LimitName.CHARACTERS: Words(
        "plan_characters",
        N_(
            "Characters: your plan {plan} has room for {maximum}, and you have {used}. Nothing was made. "
            "Delete one to make room."
        ),
        N_(
            "Characters: your plan {plan} has room for {maximum}, and you have {used}. Nothing was made. "
            "Delete one, or change to {next} with room for {more} (/plan)."
        ),
    ),
    LimitName.MESSAGES: Words(
        "plan_messages",
        N_("Your plan {plan} includes {maximum} messages a month, and {used} are used. It begins anew on {resets}."),
        N_(
            "Your plan {plan} includes {maximum} messages a month, and {used} are used. It begins anew on {resets}; "
            "{next} includes {more} (/plan)."
        ),
    ),
    LimitName.UPLOADS: Words(
        "plan_uploads",
        N_(
            "Your plan {plan} includes {maximum} files a month, and {used} are used. The file was not kept. "
            "It begins anew on {resets}."
        ),
        N_(
            "Your plan {plan} includes {maximum} files a month, and {used} are used. The file was not kept. "
            "It begins anew on {resets}; {next} includes {more} (/plan)."
        ),
    ),
    LimitName.WEBSITES: Words(
        "plan_websites",
        N_("Websites: your plan {plan} has room for {maximum}, and you have {used}. Nothing was added."),
        N_(
            "Websites: your plan {plan} has room for {maximum}, and you have {used}. Nothing was added. "
            "{next} has room for {more} (/plan)."
        ),
    ),
    LimitName.TEXTS: Words(
        "plan_texts",
        N_("Texts: your plan {plan} has room for {maximum}, and you have {used}. Nothing was added."),
        N_(
            "Texts: your plan {plan} has room for {maximum}, and you have {used}. Nothing was added. "
            "{next} has room for {more} (/plan)."
        ),
    ),
    LimitName.FILE_SIZE: Words(
        "plan_file_size",
        N_("Your plan {plan} takes files of up to {maximum} MB, and this one has {used} MB. It was not kept."),
        N_(
            "Your plan {plan} takes files of up to {maximum} MB, and this one has {used} MB. It was not kept. "
            "{next} takes up to {more} MB (/plan)."
        ),
    ),
    LimitName.PROVIDERS: Words(
        "plan_model",
        N_("{what} is not in your plan {plan}. Nothing was changed."),
        N_("{what} is not in your plan {plan}. Nothing was changed. {next} has it (/plan)."),
    ),
    LimitName.API: Words(
        "plan_api",
        N_("Your plan {plan} does not include use by programs (API)."),
        N_("Your plan {plan} does not include use by programs (API). {next} does (/plan)."),
    ),
    LimitName.BRANDING: Words(
        "plan_branding",
        N_("Your plan {plan} does not include looks of your own."),
        N_("Your plan {plan} does not include looks of your own. {next} does (/plan)."),
    ),
}

WITHOUT_NUMBER = N_("any number")

RESTS = N_(
    "{name} is beyond what its maker's plan has room for, so it rests: nothing of it is lost, and it is back with a "
    "larger plan or when another character makes room."
)
