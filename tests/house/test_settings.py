"""Settings: typed, frozen, documented, read, and silent about secrets."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
NAMES = {name.upper() for name in Settings.model_fields}
LINES = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_settings_and_the_example_name_the_same(clean: pytest.MonkeyPatch) -> None:
    assert set(LINES) == NAMES


def test_the_example_as_it_is_changes_nothing(clean: pytest.MonkeyPatch) -> None:
    assert load_settings(ROOT / ".env.example") == load_settings(None)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_described_in_the_same_words(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert f"# {description}\n{name.upper()}=" in EXAMPLE


def test_every_setting_is_read_by_something() -> None:
    files = [path for room in ("bot", "cogs", "web", "db") for path in (ROOT / room).rglob("*.py")]
    read = {
        node.attr
        for path in files
        if path.name != "settings.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert set(Settings.model_fields) - read == set()


def test_settings_are_frozen(clean: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings(None).web_port = 1  # type: ignore[misc]


def test_secrets_do_not_show(clean: pytest.MonkeyPatch) -> None:
    secret = "a-very-secret-value"
    for name in ("SECRET_KEY", "DISCORD_TOKEN", "HOUSE_API_KEY", "DATABASE_URL"):
        clean.setenv(name, secret)
    settings = load_settings(None)
    assert secret not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings.secrets() == (secret,) * 4


def test_whatever_sounds_secret_is_a_secret() -> None:
    for name, field in Settings.model_fields.items():
        if re.search(r"key|token$|secret|password|database_url", name):
            assert field.annotation is SecretStr, name


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WEB_PORT", "eighty", "integer"),
        ("WEB_PORT", "70000", "65535"),
        ("MODEL", "gpt", "rehearsal"),
        ("PUBLIC_URL", "cafe.example", "https://"),
        ("LOG_FORMAT", "xml", "json"),
        ("MODEL_CONTEXT_TOKENS", "3", "512"),
    ],
)
def test_a_bad_setting_gets_a_sentence(clean: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    clean.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert name in str(caught.value)
    assert words in str(caught.value)
    assert "Nothing was started" in str(caught.value)


def test_an_empty_setting_counts_as_not_set(clean: pytest.MonkeyPatch) -> None:
    clean.setenv("WEB_PORT", "")
    clean.setenv("LOCAL_MODEL", "")
    assert load_settings(None).web_port == 8080
    assert load_settings(None).local_model is None


def test_the_environment_wins_over_the_file(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("WEB_PORT=9001\nSANDBOX_PORT=9002\nSOMETHING_ELSE=x\n", "utf-8")
    clean.setenv("WEB_PORT", "9003")
    settings = load_settings(file)
    assert (settings.web_port, settings.sandbox_port) == (9003, 9002)
