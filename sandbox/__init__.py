"""A local Discord: gateway, REST, CDN and OAuth2 over real sockets, for trying the bot without an account.

Imports nothing of the rest of the project. What it covers and what it does not is in ``sandbox/README.md``.
"""
