"""When the database has no connection left to give, or does not answer: a request is put off, and no bug."""

from __future__ import annotations

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from bot.texts import N_

NOT_NOW = (NoConnectionLeft, OperationalError, InterfaceError, ConnectionRefusedError)
"""What the pool and the driver raise then; nothing of the request was kept."""

RETRY_SECONDS = 5

WORDS = N_("There is more to do right now than the house can manage. Nothing was changed; try again in a few seconds.")
