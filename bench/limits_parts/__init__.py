"""What shows that limits hold: people over weeks, an oracle of plain sets, and the program beside it."""
