"""The REST API by area. A handler reads its call, asks for the right, calls an act, renders the result."""
