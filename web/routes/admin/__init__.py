"""What moderators and admins see and decide. Every look and every decision is in the audit log."""

from __future__ import annotations

from web.pages import Page
from web.routes.admin import (
    audit,
    health,
    jobs,
    ledger,
    overview,
    packages,
    payments,
    people,
    person,
    plans,
    publication,
    reports,
    statistics,
    switches,
)

PAGES: tuple[Page, ...] = (
    *overview.PAGES,
    *people.PAGES,
    *person.PAGES,
    *publication.PAGES,
    *reports.PAGES,
    *plans.PAGES,
    *packages.PAGES,
    *payments.PAGES,
    *ledger.PAGES,
    *audit.PAGES,
    *statistics.PAGES,
    *jobs.PAGES,
    *health.PAGES,
    *switches.PAGES,
)
