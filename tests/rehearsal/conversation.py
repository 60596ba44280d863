"""A conversation with the rehearsal, through the prompt that the house really writes."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.ports import Profile
from bot.rehearsal import reply, scene
from bot.services.talk.compose import CharacterSheet, Example, Line, LoreText, Snapshot, compose

MIRA = CharacterSheet(
    name="Mira",
    description="Keeper of the Lantern Archive.",
    system_prompt=(
        "You are Mira Vale, keeper of the Lantern Archive. You are thirty-four and wear brass spectacles.\n"
        "Always stay in character and use short paragraphs.\n"
        "The Lantern Archive is a library inside an old lighthouse on Halden Rock. "
        "Below it lies the Hush, a sea of fog.\n"
        "Your cat is called Comma. Comma is grey and sleeps on open books.\n"
        "You came to the rock to look for your sister Isolde.\n"
        "You drink smoked tea, you love storms, and you are afraid of the lamp going out.\n"
        "Old Fenwick, the ferryman, brings the post. He lost his own name in the Hush.\n"
        "At the top of the tower is the Blank Room, where nothing written will stay on the page."
    ),
    greeting="What would you hate to forget?",
    examples=(
        Example("What is this place?", "A library, when the weather is kind. *She taps a jar.*"),
        Example("How are you?", "Warm, now that the lamp is full. Do you take tea?"),
    ),
    phrases=("Mind the third stair.", "Comma disagrees."),
)


@dataclass
class Conversation:
    """Say a line, get the answer."""

    sheet: CharacterSheet = MIRA
    user: str = "Alex"
    others: tuple[str, ...] = ()
    lore: tuple[str, ...] = ()
    memories: tuple[str, ...] = ()
    language: str | None = "en-GB"
    seed: int | None = 1
    history: list[Line] = field(default_factory=list)

    def scene(self) -> scene.Scene:
        """What the rehearsal reads out of the prompt."""
        lore = tuple(LoreText(text) for text in self.lore)
        snapshot = Snapshot(self.sheet, self.user, tuple(self.history), self.others, self.language, lore, self.memories)
        prompt = compose(snapshot, profile=Profile.FULL, budget_tokens=8000, count=lambda text: len(text) // 4 + 1)
        return scene.read([(message.role.value, message.content) for message in prompt.messages])

    def say(self, text: str, speaker: str | None = None, *, is_character: bool = False) -> str:
        """One turn."""
        self.hear(text, speaker, is_character=is_character)
        answer = reply.answer(self.scene(), self.seed)
        self.history.append(Line(self.sheet.name, answer, is_character=True))
        return answer

    def hear(self, text: str, speaker: str | None = None, *, is_character: bool = False) -> None:
        """A line that is not answered."""
        self.history.append(Line(speaker or self.user, text, is_character=is_character))
