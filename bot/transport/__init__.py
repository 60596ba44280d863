"""Discord, in and out: the client, the speaker behind the webhooks, streaming, chunking, and views that cogs share.

The only room that touches a webhook. What the rules need of it, they take as a Protocol from `bot.ports`.
"""
