"""The state of the sandbox: rows, shelves, and how they are kept in a file."""
