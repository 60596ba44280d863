"""Whether people can pay by card, and whether we hear of it."""

from __future__ import annotations

from pathlib import Path

from bot.doctor.findings import Finding, ok, red, warn
from bot.ports.till import TillRefused, TillUnreachable
from bot.settings import Settings

CHECK = "payments"


async def check(settings: Settings, env_file: Path) -> list[Finding]:
    """The key, the way back for people, and the secret of the notices."""
    key = settings.stripe_secret_key.get_secret_value()
    if not key:
        return [ok(CHECK, "nothing is paid by card (STRIPE_SECRET_KEY is not set)")]
    findings = [await _key(settings, key)]
    if not settings.public_url:
        findings.append(
            red(
                CHECK,
                "people cannot come back from paying",
                "Set PUBLIC_URL: the web app's address from outside.",
            )
        )
    elif key.startswith(("sk_live_", "rk_live_")) and not settings.public_url.startswith("https://"):
        findings.append(red(CHECK, "PUBLIC_URL is not https, so Stripe sends no notices there", "Put it behind https."))
    if not settings.stripe_webhook_secret.get_secret_value():
        findings.append(
            warn(
                CHECK,
                "Stripe's notices are not believed: payments arrive when people come back, or in the night",
                f"Add an endpoint at Stripe for {settings.public_url or 'PUBLIC_URL'}/hooks/stripe, and write its "
                "secret into STRIPE_WEBHOOK_SECRET.",
            )
        )
    return findings


async def _key(settings: Settings, key: str) -> Finding:
    # Here and not above: it weighs 33 MB, and few houses sell.
    from bot.providers.stripe_till import StripeTill

    till = await StripeTill.open(key, (), base_url=settings.stripe_base_url)
    try:
        await till.check()
    except TillRefused as error:
        return red(CHECK, f"{error}", "Copy the secret key again (Stripe's dashboard, Developers, API keys).")
    except TillUnreachable as error:
        return red(CHECK, f"{error}", "See whether this machine reaches api.stripe.com, or mend STRIPE_BASE_URL.")
    finally:
        await till.close()
    kind = "with play money (a test key)" if till.is_play else "with real money"
    return ok(CHECK, f"Stripe answers; people pay {kind}")
