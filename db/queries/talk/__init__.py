"""The SQL of conversations, turns, what was said, and how it is delivered."""
