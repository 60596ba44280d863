"""Talk: who is spoken to, what a prompt holds, the road of a turn."""
