"""Lore books as files: every format people bring, read without loss, and those that are written again.

An entry remembers the object it came from (`raw`). Writing it in the same format begins with that object and changes
only what was changed here since, so whatever the file knew that this program does not is still there afterwards.
"""
