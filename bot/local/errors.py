"""What can keep the house from opening."""

from __future__ import annotations


class StartError(Exception):
    """Something cannot be started. The text is whole sentences: what happened, what was kept, what to do next."""
