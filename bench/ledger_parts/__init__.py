"""What `bench.ledger` is made of: a server that is killed, a program that is killed, clients that remember, a judge."""
