"""What BotCafé does, whoever asks: the rules, the providers, Discord's transport and the command line."""
