"""Tables, queries and the way to the database. Imports nothing of `bot`."""
