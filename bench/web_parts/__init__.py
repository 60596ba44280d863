"""What `bench.web` is made of: a crowd in the database, what is asked for, and the client that asks."""
