"""The gateway: websockets, sessions that can be resumed, and who hears of what."""
