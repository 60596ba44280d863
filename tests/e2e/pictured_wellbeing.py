"""The pictures of check-ins, limits and what one used: Robin's month, on the web and in Discord."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from tests.e2e.browsers import at_the_web
from tests.e2e.guests import Guest, Town, visit
from tests.e2e.pictured_web import PHONE, picture

DAYS = 75
MOODS = ("happy", "good", "good", "content", "neutral", "tired", "sad", "anxious")
DONE = ("Walk", "Friends", "Reading", "Music", "Cooking", "Work")
NOTES = ("Fog until noon, then the harbour cleared.", "Soup with Agathe.", "Slept badly, walked it off.", "")


def a_diary() -> str:
    """A month and a half as Daylio writes it: better after walks, and with days on which nothing was said."""
    chance = random.Random(7)
    lines = ["full_date,date,weekday,time,mood,activities,note_title,note"]
    for days in range(1, DAYS):
        if chance.random() < 0.15:
            continue
        day = datetime.now(UTC).date() - timedelta(days=days)
        done = chance.sample(DONE, 2)
        offered = MOODS[:5] if "Walk" in done or "Friends" in done else MOODS[2:]
        mood, note = chance.choice(offered), chance.choice(NOTES)
        lines.append(f'{day},{day:%b %d},{day:%A},{chance.randrange(8, 23)}:15,{mood},{" | ".join(done)},,"{note}"')
    return "\n".join(lines)


async def wellbeing_pages(browser: Browser, web: str, town: Town, images: Path) -> None:
    """Everything docs/moods.md, self-limits.md and usage.md show."""
    guest = await visit(browser, town, "member", "lantern-archive")
    await guest.answered("Mira", await guest.says("Good evening, Mira!"))
    robin = await at_the_web(browser, web, "Robin", to="/limits")
    await limits(robin, web, images)
    await robin.goto(f"{web}/mood")
    await picture(robin, images / "web-mood-consent.png")
    await robin.get_by_role("button", name="Yes, keep check-ins for me").click()
    await brings_a_diary(robin, web)
    await looks_back(robin, web, images)
    await checks_in(guest, images)
    await rests(guest, images)
    for page in (robin, guest.page):
        await page.context.close()


async def brings_a_diary(robin: Page, web: str) -> None:
    await robin.goto(f"{web}/mood/files")
    file: FilePayload = {"name": "daylio.csv", "mimeType": "text/csv", "buffer": a_diary().encode()}
    await robin.locator("input[type=file]").set_input_files(file)
    await robin.get_by_role("button", name="Show what is in it").click()
    for one in await robin.locator("select").all():
        await one.select_option(index=3)
    await robin.get_by_role("button", name="Bring in").click()
    await expect(robin.get_by_role("link", name="See the calendar")).to_be_visible()


async def looks_back(robin: Page, web: str, images: Path) -> None:
    await robin.goto(f"{web}/mood")
    await robin.get_by_text("Good", exact=True).first.click()
    await robin.get_by_text("A note, tags, what set it off").click()
    await robin.get_by_role("textbox", name="Note").fill("The first evening without fog in a week.")
    await picture(robin, images / "web-mood.png")
    await picture(robin, images / "web-mood-phone.png", window=PHONE)
    await robin.get_by_role("button", name="Check in").click()
    await expect(robin.get_by_role("status").first).to_contain_text("Kept.")
    last_month = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    await robin.goto(f"{web}/mood/calendar?month={last_month:%Y-%m}")
    await picture(robin, images / "web-mood-calendar.png")
    await picture(robin, images / "web-mood-calendar-dark.png", is_dark=True)
    await robin.goto(f"{web}/mood/insights")
    await picture(robin, images / "web-mood-insights.png")
    await picture(robin, images / "web-mood-insights-dark.png", is_dark=True)
    await picture(robin, images / "web-mood-insights-phone.png", window=PHONE)


async def checks_in(guest: Guest, images: Path) -> None:
    await guest.run("mood checkin")
    await of(guest, await guest.told("How are you"), images / "mood-checkin.png")


def where_it_is_day() -> str:
    """A zone in which no night of theirs holds now."""
    zones = ("Europe/Madrid", "America/New_York", "Pacific/Auckland")
    return next(name for name in zones if 7 <= datetime.now(ZoneInfo(name)).hour < 22)


async def limits(robin: Page, web: str, images: Path) -> None:
    await robin.goto(f"{web}/limits")
    for name, value in (("daily_minutes", "45"), ("weekly_minutes", "5h"), ("nights", "23:30-07:00")):
        await robin.locator(f"#f-{name}").fill(value)
    await robin.locator("#f-time_zone").fill(where_it_is_day())
    await robin.get_by_role("button", name="Save").click()
    await expect(robin.get_by_role("status").first).to_be_visible()
    await robin.goto(f"{web}/limits")
    await picture(robin, images / "web-limits.png")
    await picture(robin, images / "web-limits-dark.png", is_dark=True)
    await picture(robin, images / "web-limits-phone.png", window=PHONE)


async def rests(guest: Guest, images: Path) -> None:
    """A pause, and what is read of it: by everybody, and alone."""
    await guest.run("limits show")
    await of(guest, await guest.told("Your limits"), images / "limits-show.png")
    await guest.gives("limits pause", days="1")
    await guest.says("Mira, one more story?")
    line = guest.message("No answer to this one.")
    await expect(line).to_be_visible()
    await line.get_by_role("button", name="For me").click()
    await guest.told("You paused")
    await guest.page.mouse.move(0, 0)
    await guest.page.screenshot(path=images / "limits-rest.png")


async def of(guest: Guest, message: Locator, path: Path) -> None:
    await message.scroll_into_view_if_needed()
    await guest.page.mouse.move(0, 0)
    await message.screenshot(path=path)
