"""The rules, by area. Plain classes and pure functions: no Discord, no web server, no SQL text."""
