"""One evening at the tavern: two members, two personas, three characters, and everything one can do to a reply.

`play` takes two guests at browsers through it. `make transcript` plays it before the running product and writes down
what the local Discord's journal holds; a test plays it before a scripted model.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import Locator, expect

from tests.e2e.guests import Guest, id_of

Look = Callable[[str, Guest], Awaitable[None]]
"""Takes a picture: its name, and before whose browser."""


async def no_picture(name: str, guest: Guest) -> None:
    """Look at nothing."""


@dataclass
class Scene:
    """Who is there, and what was said so far."""

    robin: Guest
    sasha: Guest
    look: Look = no_picture
    said: dict[str, Locator] = field(default_factory=dict)

    async def play(self) -> None:
        """The whole evening."""
        await self.sasha_brings_orla()
        await self.the_others_come()
        await self.both_put_on_masks()
        await self.robin_asks_mira()
        await self.sasha_asks_juno()
        await self.wording_again()
        await self.going_on()
        await self.by_hand()
        await self.second_thoughts()
        await self.two_at_once()
        await self.a_reply_to_orla()
        await self.why()
        await self.who_may()
        await self.fork()
        await self.taken_back()

    async def play_short(self) -> None:
        """What a test plays: everything once, without what only makes an evening of it."""
        await self.sasha_brings_orla()
        await self.the_others_come()
        await self.both_put_on_masks()
        await self.robin_asks_mira()
        await self.sasha_asks_juno()
        await self.wording_again()
        await self.by_hand()
        await self.second_thoughts()
        await self.why()
        await self.who_may()
        await self.fork()

    async def sasha_brings_orla(self) -> None:
        """Sasha makes a character, and asks it in."""
        await self.sasha.run("character create")
        await self.sasha.fills(
            "A new character",
            Name="Orla",
            Description="Keeps an inn where every road crosses.",
            Instructions="You are Orla and keep an inn at a crossroads. You know every road, and your soup never ends.",
            Greeting="Come in, the soup is hot and the fire is yours. Which road brought you?",
        )
        await self.sasha.choose("character summon", starts="Orl", choice="Orla")
        await self.sasha.answered("Orla")

    async def the_others_come(self) -> None:
        """Mira and Juno, who come with the house."""
        await self.robin.choose("character summon", starts="Mir", choice="Mira")
        await self.robin.answered("Mira")
        await self.sasha.choose("character summon", starts="Jun", choice="Juno")
        await self.sasha.answered("Juno")

    async def both_put_on_masks(self) -> None:
        """A persona each. Nobody else sees that."""
        await self.robin.run("persona create")
        await self.robin.fills(
            "A persona of yours",
            Name="Wren Ashdown",
            Description="Inspects lighthouses for the harbour board, and trusts no stair.",
            Wishes="Call me Inspector.",
        )
        await self.robin.choose("persona use", starts="Wre", choice="Wren Ashdown")
        await expect(self.robin.message("You are Wren Ashdown in this conversation")).to_be_visible()
        await self.sasha.run("persona create")
        await self.sasha.fills(
            "A persona of yours",
            Name="Captain Ilse",
            Description="Sailed the fog once, and will not talk about it.",
        )
        await self.sasha.choose("persona use", starts="Cap", choice="Captain Ilse")
        await expect(self.sasha.message("You are Captain Ilse in this conversation")).to_be_visible()

    async def robin_asks_mira(self) -> None:
        """By her name."""
        said = await self.robin.says("Mira, what is in the jars on your stairs?")
        self.said["jars"] = await self.robin.answered("Mira", said)

    async def sasha_asks_juno(self) -> None:
        """Somebody else asks somebody else."""
        said = await self.sasha.says("Can I come along tonight, Juno?")
        self.said["along"] = await self.sasha.answered("Juno", said)

    async def wording_again(self) -> None:
        """Swipes: two more wordings, back, and forth."""
        reply, robin = self.said["jars"], self.robin
        first = await robin.words_of(reply)
        panel = await robin.panel(reply)
        for count in (2, 3):
            await robin.button("Word it anew", panel).click()
            await expect(robin.button(f"{count}/{count}", panel)).to_be_visible()
        await robin.button("◀", panel).click()
        await expect(robin.button("2/3", panel)).to_be_visible()
        await robin.button("◀", panel).click()
        await expect(robin.button("1/3", panel)).to_be_visible()
        await expect(reply.locator(".message-content")).to_contain_text(first)
        await robin.button("▶", panel).click()
        await expect(robin.button("2/3", panel)).to_be_visible()
        await self.look("swipes", robin)
        await robin.dismisses(panel)

    async def going_on(self) -> None:
        """Juno goes on with what she said; Sasha likes it."""
        reply, sasha = self.said["along"], self.sasha
        before = await sasha.words_of(reply)
        panel = await sasha.panel(reply)
        await sasha.button("Continue", panel).click()
        await expect(panel).to_contain_text("Continued at the wish of @Sasha")
        # What is too long for one message goes on in the next.
        assert (await sasha.words_of(reply)).startswith(before[:40])
        await panel.get_by_role("combobox").click()
        await sasha.page.get_by_role("option", name="★★★★★").click()
        await expect(panel).to_contain_text("Your rating is kept")
        await sasha.dismisses(panel)

    async def by_hand(self) -> None:
        """Robin changes a word of Mira's. Who opens the panel reads that."""
        reply, robin = self.said["jars"], self.robin
        words = await robin.words_of(reply)
        panel = await robin.panel(reply)
        await robin.button("Edit", panel).click()
        await robin.fills("Change the words", What_it_says=f"{words} The ninth jar hums.")
        await expect(panel).to_contain_text("Changed by hand by")
        await expect(reply.locator(".message-content")).to_contain_text("The ninth jar hums.")
        await robin.dismisses(panel)

    async def second_thoughts(self) -> None:
        """What Robin changes or deletes of her own is remembered so."""
        robin = self.robin
        told = await robin.replies(self.said["jars"], "My favourite tea is nettle.")
        await robin.answered("Mira", told)
        await robin.edits(told, "My favourite tea is juniper.")
        secret = await robin.says("I hid the spare key under the third stair.")
        await robin.deletes(secret)
        asked = await robin.says("Mira, do you remember what I like?")
        self.said["tea"] = await robin.answered("Mira", asked)

    async def two_at_once(self) -> None:
        """Two names in one message: both answer, in the order in which they were called."""
        said = await self.sasha.says("Juno and Orla, how far is it to Port Saffron?")
        await self.sasha.answered("Orla", said)
        order = await self.sasha.page.locator(
            f".message[data-message-id='{await id_of(said)}'] ~ .message"
        ).evaluate_all("nodes => nodes.map(node => node.dataset.author)")
        assert order.index("Juno") < order.index("Orla")

    async def a_reply_to_orla(self) -> None:
        """Without a name, by Discord's reply."""
        orla = self.robin.page.locator(".message[data-author='Orla']").last
        said = await self.robin.replies(orla, "And which of these roads would you take yourself?")
        self.said["road"] = await self.robin.answered("Orla", said)
        await self.look("tavern", self.robin)

    async def why(self) -> None:
        """What a reply was made from."""
        panel = await self.robin.panel(self.said["tea"])
        await self.robin.button("Why", panel).click()
        told = self.robin.page.locator(".message.ephemeral").filter(has_text="Why Mira said this").last
        await expect(told).to_contain_text("tokens")
        await self.look("why", self.robin)
        await self.robin.dismisses(told)
        await self.robin.dismisses(panel)

    async def who_may(self) -> None:
        """A stranger is told who made it, and that it is not theirs to change. Sasha, who began it all, is none."""
        panel = await self.robin.panel(self.robin.by_id(await id_of(self.said["along"])))
        await expect(panel).to_contain_text(
            "Only who asked, who began this conversation, or a moderator can change it."
        )
        await expect(panel.get_by_role("button", name="Word it anew")).to_have_count(0)
        await self.robin.dismisses(panel)

    async def fork(self) -> None:
        """Another way on from Mira's first answer, in a thread; then back."""
        robin = self.robin
        panel = await robin.panel(self.said["jars"])
        await robin.button("Fork from here", panel).click()
        await expect(panel).to_contain_text("The fork goes on in")
        name = "Fork: Orla, Mira, Juno"
        await robin.walks_to(name)
        said = await robin.says("Mira, hold the ninth jar up to the light.")
        await robin.answered("Mira", said)
        await self.look("fork", robin)
        await robin.walks_to("tavern")
        await expect(robin.page.locator(".message", has_text="hold the ninth jar")).to_have_count(0)
        await robin.dismisses(panel)

    async def taken_back(self) -> None:
        """Robin has the last reply taken away. It asks first."""
        reply, robin = self.said["road"], self.robin
        panel = await robin.panel(reply)
        await robin.button("Delete", panel).click()
        await robin.button("Delete this reply", panel).click()
        await expect(panel).to_contain_text("The reply is deleted.")
        await expect(reply).to_have_count(0)
