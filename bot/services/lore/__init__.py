"""Lore: what is true in a world, and which of it a character hears of when.

| where | what |
|---|---|
| `engine/` | which entries belong into a prompt, and why: pure functions of books and a scene |
| `compatible/` | the same as SillyTavern decides it, for people who move |
| `replies/` | lore on the way of a reply: loaded, decided, written down, explained |
| `meanings/` | entries cut into pieces, learnt by an embedding model, compared with what was said |
| `transfer/`, `formats/` | books as files: in and out without loss |
| `fields/` | every field of a book and an entry, once: how it is read, kept, written and compared |
| the modules here | books and entries as people have them: made, found, changed, shared, attached, undone |
"""
