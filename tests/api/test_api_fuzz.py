"""Schemathesis over the document: requests made of the schema, and against it, in three roles.

The people it calls as have rows of their own, and so has somebody else, whose ids it is given as well. A slice runs with
every run; `API_CASES=1500` asks for as many.
"""

from __future__ import annotations
