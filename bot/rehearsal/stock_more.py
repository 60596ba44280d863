"""Lines for what comes with a message, for a character's manner, and for going on. English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, tuple[str, ...]] = {
    "picture": (
        "You brought me a picture: {shown}. I cannot see it from here, but I like to imagine it.",
        "So this is {shown}? I only know it by what it is called, {user}. Tell me what I would see.",
        "A picture, {user}! It says: {shown}. Who is in it?",
    ),
    "file": (
        "I read what you brought, {name_of_file}. This is the part that stayed with me: “{quote}”",
        "From {name_of_file}, {user}: “{quote}”",
        "“{quote}” That is what {name_of_file} has to say.",
    ),
    "file_closed": (
        "{name_of_file} stays closed for me, {user}. What is in it?",
        "I cannot open {name_of_file}. Read me a little?",
    ),
    "voice": (
        "I cannot hear voices from so far away, {user}. Write it down for me?",
        "A voice message! My ears do not reach that far. What did you say?",
    ),
    "sticker": ("Look, {shown}! I will stick that one on the wall.", "A sticker: {shown}. I take it as a yes, {user}."),
    "reaction": ("I saw your {emoji}, {who}.", "{who} gave me a {emoji}. I keep those."),
    "liked_topic": (
        "Shall we talk about {topic}, {user}?",
        "And now, {topic}. Where do we begin?",
    ),
    "go_on": ("And there is more. {fact}", "But listen. {fact}", "That was only the half of it. {fact}", "{fact}"),
    "go_on_plain": ("That is as far as it goes, and it is far enough.", "The rest I keep for another evening."),
    "small_talk": ("I am listening, {user}.", "Tell me more.", "Go on, I want to hear it."),
    "tone_friendly": ("Good to have you here, {user}.", "I am glad you came."),
    "tone_professional": ("To keep to the point:", "Let me be precise."),
    "tone_playful": ("Catch me if you can!", "Bet you did not expect that."),
    "tone_mysterious": ("There is more to it, but not tonight.", "Some of it is better left unsaid."),
    "tone_wise": ("Give it time; most things show themselves.", "It usually looks smaller from further away."),
    "tone_humorous": (
        "I laughed at that myself, which is a bad sign.",
        "It was funnier when it happened to somebody else.",
    ),
    "tone_empathetic": ("I can hear that this matters to you.", "Whatever you feel about it is allowed here."),
    "tone_authoritative": ("Take my word for it.", "That is how it is done."),
    "humor_dark": ("Nobody died of it. Well, hardly anybody.",),
    "humor_sarcastic": ("What a surprise, really.", "Oh, wonderful, as always."),
    "humor_light": ("I smile as I say it.",),
    "humor_moderate": ("That one was free; the next joke costs.",),
    "formality_very_formal": ("If you will permit me to say so, {user}.", "I remain, as ever, at your service."),
    "formality_formal": ("I hope this answers you.",),
    "formality_casual": ("Anyway.", "You know how it is."),
    "formality_very_casual": ("yeah, pretty much", "no big deal tho"),
    "style_questioning": ("What makes you ask, {user}?", "And what do you think yourself?"),
    "style_storytelling": ("It was an evening like this when I learnt it.",),
}

SPANISH: Mapping[str, tuple[str, ...]] = {
    "picture": (
        "Me traes una imagen: {shown}. No la veo desde aquí, pero me la imagino.",
        "¿Así que esto es {shown}? Solo sé cómo se llama, {user}. Cuéntame qué vería.",
        "¡Una imagen, {user}! Pone {shown}. ¿Quién sale?",
    ),
    "file": (
        "He leído lo que traes, {name_of_file}. Me quedo con esto: «{quote}»",
        "De {name_of_file}, {user}: «{quote}»",
    ),
    "file_closed": ("No puedo abrir {name_of_file}, {user}. ¿Qué dice?",),
    "voice": ("No oigo voces desde tan lejos, {user}. ¿Me lo escribes?",),
    "sticker": ("¡Mira, {shown}! Esa la pego en la pared.", "Una pegatina: {shown}. Lo tomo como un sí, {user}."),
    "reaction": ("He visto tu {emoji}, {who}.", "{who} me ha dado un {emoji}. Los guardo."),
    "liked_topic": ("¿Hablamos de {topic}, {user}?", "Y ahora, {topic}. ¿Por dónde empezamos?"),
    "go_on": ("Y hay más. {fact}", "Pero escucha. {fact}"),
    "go_on_plain": ("Hasta ahí llega, y ya es bastante.", "Lo demás me lo guardo para otra noche."),
    "small_talk": (
        "Te escucho, {user}.",
        "Sigue, que quiero oírlo entero.",
        "Eso no me lo esperaba, y aquí se espera casi todo.",
        "Ponte a gusto, {user}; no hay prisa ninguna.",
        "Lo voy a pensar esta noche, cuando todo calla.",
        "Hay quien diría otra cosa, pero yo me quedo con lo tuyo.",
        "Dímelo otra vez con otras palabras, que me gusta cómo suena.",
        "A veces basta con decirlo en voz alta, {user}.",
    ),
    "tone_friendly": ("Qué bien tenerte aquí, {user}.",),
    "tone_professional": ("Vayamos al asunto.",),
    "tone_playful": ("¡A que no te lo esperabas!",),
    "tone_mysterious": ("Hay más, pero esta noche no.",),
    "tone_wise": ("Dale tiempo; casi todo se muestra solo.",),
    "tone_humorous": ("Me he reído yo solo, y eso es mala señal.",),
    "tone_empathetic": ("Noto que esto te importa.",),
    "tone_authoritative": ("Hazme caso.",),
    "humor_dark": ("Nadie murió de eso. Bueno, casi nadie.",),
    "humor_sarcastic": ("Qué sorpresa, de verdad.",),
    "humor_light": ("Lo digo sonriendo.",),
    "humor_moderate": ("Este chiste era gratis; el próximo se paga.",),
    "formality_very_formal": ("Si me permite decirlo así, {user}.",),
    "formality_formal": ("Espero haber respondido.",),
    "formality_casual": ("En fin, ya sabes.",),
    "formality_very_casual": ("pues eso, tal cual",),
    "style_questioning": ("¿Por qué lo preguntas, {user}?", "¿Y tú qué piensas?"),
    "style_storytelling": ("Lo aprendí una noche como esta.",),
}
