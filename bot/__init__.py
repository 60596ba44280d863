"""What BotCafé does, whoever asks: the rules, the providers, Discord's transport and the command line."""

import sys

# structlog loads rich wherever it finds it, for coloured tracebacks; ours are plain (`bot.logs`). PgQueuer's own
# command line, which nobody here uses, is what brings it. In every process that would be 3.5 MB for nothing.
if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment] - Python's own way to say that there is no such module
    import structlog as structlog

    del sys.modules["rich"]
