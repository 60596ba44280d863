"""What the doctor says of payments."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor.findings import Level
from bot.doctor.payments import check
from bot.settings import Settings
from tests.payments.conftest import Counter

NO_ENV = Path("nowhere")


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type, call-arg]


async def test_a_house_that_sells_nothing() -> None:
    (only,) = await check(settings(), NO_ENV)
    assert only.level is Level.OK


async def test_all_is_well(counter: Counter) -> None:
    found = await check(
        settings(
            stripe_secret_key=SecretStr("sk_test_1"),
            stripe_webhook_secret=SecretStr("whsec_1"),
            stripe_base_url=counter.url,
            public_url="https://cafe.example",
        ),
        NO_ENV,
    )
    assert [one.level for one in found] == [Level.OK]
    assert "play money" in found[0].seen


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({"stripe_secret_key": SecretStr("sk_of_nobody")}, Level.RED),
        ({"stripe_base_url": "http://127.0.0.1:1"}, Level.RED),
        ({"public_url": ""}, Level.RED),
        ({"stripe_webhook_secret": SecretStr("")}, Level.WARN),
    ],
)
async def test_what_is_amiss(counter: Counter, given: dict[str, object], level: Level) -> None:
    whole: dict[str, object] = {
        "stripe_secret_key": SecretStr("sk_test_1"),
        "stripe_webhook_secret": SecretStr("whsec_1"),
        "stripe_base_url": counter.url,
        "public_url": "https://cafe.example",
    }
    found = await check(settings(**whole | given), NO_ENV)
    assert max(found, key=lambda one: [Level.OK, Level.WARN, Level.RED].index(one.level)).level is level
    assert all(one.advice for one in found if one.level is not Level.OK)
    assert not any("sk_of_nobody" in f"{one.seen}{one.advice}" for one in found)
