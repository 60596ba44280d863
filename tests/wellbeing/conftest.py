"""Programs for tests of limits, as those of the rules have them."""

from tests.services.conftest import channels, program, start

__all__ = ["channels", "program", "start"]
