"""Data that ships with the program; see README.md beside it for sources and licences."""
