"""The demo: three characters with a world each, their faces, and how they come into an empty house."""
