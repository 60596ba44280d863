"""What Discord accepts and refuses, as pure functions: no world, no sockets, no clock.

Each `check_…` returns nothing when the input is acceptable and raises `sandbox.errors.ApiError` (mostly its form with a
tree of fields, `InvalidForm`) otherwise. Numbers come from Discord's HTTP specification and its documentation; the codes
of field errors are those its API answers with.
"""
