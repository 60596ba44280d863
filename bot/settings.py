"""Every setting of BotCafé, typed and frozen, from the environment or a file `.env` beside the Makefile.

A test holds these fields equal to `.env.example`, and another fails where `docs/settings.md` lacks one. A setting left
empty counts as not set. Secrets are `SecretStr`: printing settings never shows them.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_FILE = Path(".env")


class ModelChoice(StrEnum):
    """Who speaks for the characters."""

    AUTO = "auto"
    REHEARSAL = "rehearsal"
    LOCAL = "local"
    OPENAI = "openai"


class EmbeddingsChoice(StrEnum):
    """What tells how near two texts are in meaning, for lore that is found by it."""

    AUTO = "auto"
    LOCAL = "local"
    MULTILINGUAL = "multilingual"
    ENDPOINT = "endpoint"
    OFF = "off"


class PlansChoice(StrEnum):
    """Whether people are held to what their plan includes."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class RepliesCost(StrEnum):
    """What characters' answers cost whoever asks for them."""

    AUTO = "auto"
    TOKENS = "tokens"
    NOTHING = "nothing"


class SettingsError(Exception):
    """A setting cannot be used. Its text names the setting and says what to write instead; it never holds a value."""


def _http_address(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("write a whole address that begins with http:// or https://")
    return value.rstrip("/")


def _digits(value: str) -> str:
    if value and not value.isdecimal():
        raise ValueError("write the application's id: digits alone, as the Developer Portal shows it")
    return value


def _networks(value: str) -> str:
    try:
        for one in value.split(","):
            if one.strip():
                ipaddress.ip_network(one.strip(), strict=False)
    except ValueError:
        raise ValueError("write addresses or networks such as 10.0.0.1 or 172.16.0.0/12, with commas") from None
    return value


def _discord_ids(value: str) -> str:
    words = value.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and 15 <= len(word) <= 19 for word in words):
        raise ValueError("write Discord ids (15 to 19 digits: right-click a person, Copy User ID) with commas")
    return value


Address = Annotated[str, AfterValidator(_http_address)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """What an operator decides. Read once at the start; hand the object on, never look at the environment elsewhere."""

    model_config = SettingsConfigDict(
        frozen=True, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    # ---- where things are kept
    data_dir: Path = Field(
        Path("data"),
        description="Folder for everything BotCafé writes: the embedded database, pictures, the demo world.",
    )
    database_url: SecretStr = Field(
        SecretStr(""),
        description="A Postgres of your own (16 or newer, with pgvector ≥ 0.8). Empty: one is started in DATA_DIR.",
    )
    pg_bin: Path | None = Field(
        None,
        description="Folder with the Postgres programs to run in DATA_DIR. Empty: those that were installed with it.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Seals webhook tokens and keys in the database. Empty: one is made and kept in DATA_DIR.",
    )

    # ---- Discord
    discord_token: SecretStr = Field(
        SecretStr(""), description="The bot token of your Discord application. Empty: the local Discord is used."
    )
    discord_base_url: Address = Field(
        "", description="Where Discord is, when it is not discord.com: the address of a local Discord already running."
    )
    discord_client_id: Annotated[str, AfterValidator(_digits)] = Field(
        "",
        description="The application's id, for signing in on the web. Empty: the one that the bot's token belongs to.",
    )
    discord_client_secret: SecretStr = Field(
        SecretStr(""),
        description="The application's OAuth2 secret, for signing in on the web. With the local Discord it is made up.",
    )

    # ---- the web
    public_url: Address = Field(
        "", description="The address at which people reach the web app from outside. Empty: there is none."
    )
    web_host: str = Field(
        "127.0.0.1", description="The address the web app listens on. 0.0.0.0 opens it to the network."
    )
    web_port: Port = Field(8080, description="The port the web app listens on.")
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="Proxies before the web app whose X-Forwarded-For is believed: addresses or networks, with commas.",
    )
    sandbox_port: Port = Field(3900, description="The port of the local Discord, when it is used.")

    # ---- who speaks
    model: ModelChoice = Field(
        ModelChoice.AUTO,
        description="Who speaks for the characters: auto (the best there is), rehearsal, local or openai.",
    )
    house_api_key: SecretStr = Field(
        SecretStr(""), description="The key for the model provider that the house pays for."
    )
    house_base_url: Address = Field(
        "",
        description="The provider's address, as its API documents it (any OpenAI-compatible one). Empty: OpenAI's own.",
    )
    house_model: str = Field("", description="The provider's name of the model to use.")
    house_models: str = Field(
        "",
        description="Further models of that provider that may be chosen for characters and conversations, with commas.",
    )
    house_models_that_see: str = Field(
        "",
        description="Models that take pictures although BotCafé does not know it by their name, with commas.",
    )
    local_model: Path | None = Field(
        None, description="A GGUF file to use as the local model instead of the small one that comes with the demo."
    )
    model_context_tokens: Annotated[int, Field(ge=512, le=4_000_000)] | None = Field(
        None,
        description="How many tokens the model holds in mind, prompt and answer together. Empty: what is known of it.",
    )

    # ---- lore by meaning
    embeddings: EmbeddingsChoice = Field(
        EmbeddingsChoice.AUTO,
        description="What finds lore by meaning: auto, local, multilingual, endpoint (the server below) or off.",
    )
    embeddings_base_url: Address = Field(
        "", description="Address of an OpenAI-compatible server for embeddings. Empty: OpenAI's own, if a key is given."
    )
    embeddings_api_key: SecretStr = Field(SecretStr(""), description="The key for that server, if it wants one.")
    embeddings_model: str = Field("", description="The server's name of the embedding model to use.")
    embeddings_threshold: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None,
        description="From which similarity (0 to 1) lore counts as near. Empty: what is known of the model.",
    )

    # ---- who steers
    admins: Annotated[str, AfterValidator(_discord_ids)] = Field(
        "",
        description="Discord ids of people who are made admins at every start, with commas. Roles given are kept.",
    )

    # ---- money
    plans: PlansChoice = Field(
        PlansChoice.AUTO,
        description="Whether people are held to plans: on, off (everything is included), or auto (on if any is sold).",
    )
    replies_cost: RepliesCost = Field(
        RepliesCost.AUTO,
        description="What answers cost: tokens, nothing, or auto (tokens where HOUSE_API_KEY pays and plans are on).",
    )

    stripe_secret_key: SecretStr = Field(
        SecretStr(""), description="The secret key of your Stripe account (sk_…). Empty: nothing is paid by card."
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="What Stripe signs its notices to PUBLIC_URL/hooks/stripe with (whsec_…; two with a comma).",
    )
    stripe_base_url: Address = Field(
        "", description="Where Stripe's API is, when it is not api.stripe.com: a till of play money, for trying."
    )

    # ---- what is kept
    lore_log_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        30, description="How many days the log is kept that tells why lore was in a reply or was not (/lore why)."
    )

    # ---- what it says
    language: str = Field("en", description="The language for people whose own is not known (en, es).")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much BotCafé's own parts log. Libraries never log below INFO."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Logs for people (console) or machines (json)."
    )

    def secrets(self) -> tuple[str, ...]:
        """The values that no log, report or screen may ever hold."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr) and value)


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """Read the environment, then `.env`. Raises `SettingsError` with one sentence per setting that cannot be used."""
    try:
        return Settings(_env_file=env_file)  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(str(item["loc"][0]), item["msg"]) for item in error.errors())) from None


def _sentence(field: str, message: str) -> str:
    advice = message.removeprefix("Value error, ").removeprefix("Input ")
    return (
        f"The setting {field.upper()} cannot be used: {advice}. Nothing was started. "
        f"Mend it in .env or the environment; .env.example says what it is for."
    )
