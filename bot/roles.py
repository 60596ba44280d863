"""Which part of BotCafé a process runs. One process runs all of it, until one is not enough."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What `run --role` takes. Processes of several roles share only the database and the media folder."""

    ALL = "all"
    """Everything, in one process."""
    GATEWAY = "gateway"
    """Discord: hearing, commands, answering. One process per database holds the lock for it."""
    WEB = "web"
    """The web app."""
    WORKER = "worker"
    """Durable jobs, and the clock that asks for the recurring ones."""

    @property
    def hears(self) -> bool:
        """Whether it connects to Discord's gateway."""
        return self in (Role.ALL, Role.GATEWAY)

    @property
    def serves(self) -> bool:
        """Whether it opens the web app."""
        return self in (Role.ALL, Role.WEB)

    @property
    def works(self) -> bool:
        """Whether it works off the queue of jobs."""
        return self in (Role.ALL, Role.WORKER)
