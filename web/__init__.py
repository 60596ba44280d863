"""The web face: pages for people and the few addresses that Discord and operators need."""
