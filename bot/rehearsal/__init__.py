"""The rehearsal: a pretend language model for a machine without one.

An OpenAI-compatible server on loopback that answers with no model at all, out of nothing but the prompt it receives:
the character's card, examples and phrases, lore, memories and the conversation so far. `python -m bot.rehearsal
--port N`.
"""
