"""What of a world belongs into a prompt: pure functions of books and a scene."""
