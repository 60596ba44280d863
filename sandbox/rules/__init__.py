"""What Discord accepts and refuses, as pure functions: no world, no sockets, no clock.

Each `check_…` returns nothing when the input is acceptable. Otherwise it raises `sandbox.errors.ApiError`, mostly as
the form with a tree of fields, `InvalidForm`. Numbers come from Discord's HTTP specification and documentation; the
codes of field errors are those its API answers with.
"""
