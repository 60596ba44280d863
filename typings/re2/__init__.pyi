# The part of google-re2 that is used here; the package itself states no types.
class error(Exception): ...  # noqa: N801 - the name it has there

class Options:
    max_mem: int
    log_errors: bool

class Match:
    def start(self) -> int: ...
    def end(self) -> int: ...

class Pattern:
    def search(self, text: str) -> Match | None: ...

def compile(pattern: str, options: Options | None = None) -> Pattern: ...
