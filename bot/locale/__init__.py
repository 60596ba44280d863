"""The catalogues of `bot.texts`, and the command that keeps them (`python -m bot.locale`)."""
