"""What `make start` runs beside the bot on one machine: the database, a local Discord, a model; and who keeps them."""
