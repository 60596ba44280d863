"""Whether this machine's clock agrees with another one."""

from __future__ import annotations

from bot.doctor.findings import Finding, ok, red, warn

NOTICEABLE_SECONDS = 5.0
HARMFUL_SECONDS = 60.0
"""Interaction tokens, message ids and sessions carry times: a minute off, replies are refused as late or as early."""


def clock_finding(whose: str, ahead_seconds: float) -> Finding:
    """What it means that our clock is this much ahead (negative: behind) of another."""
    apart = abs(ahead_seconds)
    seen = f"{apart:.0f} s {'ahead of' if ahead_seconds > 0 else 'behind'} {whose}"
    advice = "Set this machine's clock by NTP (timedatectl set-ntp true)."
    if apart >= HARMFUL_SECONDS:
        return red("clock", seen, advice)
    if apart >= NOTICEABLE_SECONDS:
        return warn("clock", seen, advice)
    return ok("clock", f"agrees with {whose}")
