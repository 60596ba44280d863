"""Sentences that speak of nothing in particular, in several languages."""

NEUTRAL = (
    "There is a table in the room.",
    "He told them what he had seen.",
    "Nobody knows why it is so.",
    "It was made a long time ago.",
    "Hoy hace buen tiempo.",
    "Hay una mesa en la habitación.",
    "Das Wetter war an dem Tag mild.",
    "Sie gingen zusammen die Straße entlang.",
    "Il y a une table dans la pièce.",
    "Personne ne sait pourquoi.",
    "В комнате стоит стол.",
    "Каждый год что-то меняется.",
    "部屋に机があります。",
    "毎年何かが変わります。",
    "房间里有一张桌子。",
    "Há uma mesa na sala.",
    "W pokoju stoi stół.",
)
"""What a model makes of these on average is the middle from which books with few entries are seen (they have no centre
of their own yet). Of several languages, since each pulls its own way."""
