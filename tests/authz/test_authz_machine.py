"""Who may do what: random walks through giving, taking back, running out, publishing and deleting, against a model.

Five people and a visitor; a character, a lore book with an entry, a persona. After every step the model says what each
may, and services and rows must agree; what is denied to somebody who may nothing looks like what is not there.
A slice runs with the others; `AUTHZ=full` (`make test-isolation`) walks 200 times 40 steps.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from enum import IntEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.services.people.grants import May, Thing, ThingKind
from db.ids import new_id
from db.work import Work
from tests.authz.world import Made, World, later

EXAMPLES, STEPS = (200, 40) if os.environ.get("AUTHZ") == "full" else (12, 30)

PEOPLE = 5
OWNER = 0
GUEST = st.integers(1, PEOPLE - 1)
ANYONE = st.integers(0, PEOPLE - 1)
KIND = st.sampled_from(list(ThingKind))


class Level(IntEnum):
    """What somebody may do with a thing; each includes those before."""

    NOTHING = 0
    READ = 1
    WRITE = 2
    ADMIN = 3
    OWN = 4


GIVEN = {Level.READ: May.READ, Level.WRITE: May.WRITE, Level.ADMIN: May.ADMIN}
LEVEL = st.sampled_from(list(GIVEN))


class Machine(RuleBasedStateMachine):
    """One example: fresh people and things, and what the model knows of them."""

    world: World
    checks = 0
    denied = 0

    @initialize()
    def begin(self) -> None:
        self.users = self.world.people(PEOPLE)
        self.made: Made = self.world.furnish(self.users[OWNER])
        self.granted: dict[tuple[ThingKind, int], Level] = {}
        self.is_public = False
        self.is_deleted = dict.fromkeys(ThingKind, False)
        self.count = 0

    def thing(self, kind: ThingKind) -> Thing:
        return Thing(kind, self.made.character if kind is ThingKind.CHARACTER else self.made.book)

    def may(self, kind: ThingKind, who: int) -> Level:
        """The model: all there is to know."""
        if self.is_deleted[kind]:
            return Level.NOTHING
        if who == OWNER:
            return Level.OWN
        public = Level.READ if kind is ThingKind.CHARACTER and self.is_public else Level.NOTHING
        return max(public, self.granted.get((kind, who), Level.NOTHING))

    # -------------------------------------------------------------------------------------------- deeds

    @rule(kind=KIND, actor=ANYONE, guest=GUEST, level=LEVEL)
    def give(self, kind: ThingKind, actor: int, guest: int, level: Level) -> None:
        thing, who, to = self.thing(kind), self.users[actor], self.users[guest]
        mine, theirs = self.may(kind, actor), self.granted.get((kind, guest), Level.NOTHING)
        allowed = mine >= Level.ADMIN and (mine is Level.OWN or Level.ADMIN not in (level, theirs))
        done = self.tries(kind, actor, lambda work: self.world.shares.give(work, who, thing, to, GIVEN[level], later()))
        assert done is allowed, (kind, actor, guest, level)
        if done:
            self.granted[kind, guest] = level

    @rule(kind=KIND, actor=ANYONE, guest=GUEST)
    def revoke(self, kind: ThingKind, actor: int, guest: int) -> None:
        thing, who, of = self.thing(kind), self.users[actor], self.users[guest]
        mine, theirs = self.may(kind, actor), self.granted.get((kind, guest), Level.NOTHING)
        allowed = (
            theirs is not Level.NOTHING and mine >= Level.ADMIN and (mine is Level.OWN or theirs is not Level.ADMIN)
        )
        done = self.tries(kind, actor, lambda work: self.world.shares.revoke(work, who, thing, of))
        assert done is allowed, (kind, actor, guest)
        if done:
            del self.granted[kind, guest]

    @rule(kind=KIND, guest=GUEST)
    def leave(self, kind: ThingKind, guest: int) -> None:
        thing, who = self.thing(kind), self.users[guest]
        allowed = self.granted.get((kind, guest), Level.NOTHING) is not Level.NOTHING and not self.is_deleted[kind]
        assert self.tries(kind, guest, lambda work: self.world.shares.leave(work, who, thing)) is allowed
        if allowed:
            del self.granted[kind, guest]

    @rule(kind=KIND, guest=GUEST)
    def run_out(self, kind: ThingKind, guest: int) -> None:
        self.world.expire(self.thing(kind), self.users[guest])
        self.granted.pop((kind, guest), None)

    @rule(actor=ANYONE, public=st.booleans())
    def publish(self, actor: int, public: bool) -> None:
        who, character, characters = self.users[actor], self.made.character, self.world.characters
        allowed = self.may(ThingKind.CHARACTER, actor) is Level.OWN

        async def deed(work: Work) -> None:
            if public:
                await characters.publish(work, who, character, is_adult=False)
            else:
                await characters.unpublish(work, who, character)

        if allowed and public == self.is_public:
            return
        assert self.tries(ThingKind.CHARACTER, actor, deed) is allowed
        if allowed:
            self.is_public = public

    @rule(kind=KIND, actor=ANYONE)
    def delete_and_perhaps_restore(self, kind: ThingKind, actor: int) -> None:
        who, world, thing = self.users[actor], self.world, self.thing(kind)
        service = world.characters if kind is ThingKind.CHARACTER else world.books
        if self.is_deleted[kind]:
            assert self.tries(kind, actor, lambda work: service.restore(work, who, thing.id)) is (actor == OWNER)
            if actor == OWNER:
                self.is_deleted[kind] = False
                self.is_public = self._public_now()
            return
        allowed = self.may(kind, actor) is Level.OWN
        assert self.tries(kind, actor, lambda work: service.delete(work, who, thing.id)) is allowed
        if allowed:
            self.is_deleted[kind] = True

    def _public_now(self) -> bool:
        """A restored character may come back private; that is the service's choice and not a question of rights."""
        row = self.world.sql("SELECT visibility FROM characters WHERE id = $1", self.made.character)
        return row[0][0] == "public"

    # -------------------------------------------------------------------------------------------- questions

    @rule(kind=KIND, actor=ANYONE)
    def ask_services(self, kind: ThingKind, actor: int) -> None:
        level, who, self.count = self.may(kind, actor), self.users[actor], self.count + 1
        for wanted, deed in self.deeds(kind, who):
            type(self).checks += 1
            assert self.tries(kind, actor, deed) is (level >= wanted), (kind, actor, wanted.name, level.name)

    @rule(actor=GUEST)
    def ask_for_a_persona(self, actor: int) -> None:
        who, persona = self.users[actor], self.made.persona
        refused = self.world.tries(who, lambda work: self.world.personas.get(work, who, persona))
        missing = self.world.tries(who, lambda work: self.world.personas.get(work, who, new_id()))
        type(self).checks += 1
        assert refused is not None
        assert refused == missing
        assert self.world.rows_seen(who, "personas", persona) == (False, False)

    @rule(kind=KIND, actor=st.none() | ANYONE)
    def ask_rows(self, kind: ThingKind, actor: int | None) -> None:
        table = "characters" if kind is ThingKind.CHARACTER else "lore_books"
        who = None if actor is None else self.users[actor]
        seen, changed = self.world.rows_seen(who, table, self.thing(kind).id)
        type(self).checks += 1
        if actor == OWNER:
            assert seen
            return
        level = self._level_of(kind, actor)
        # A book's own columns are for its admins; who writes in it changes entries.
        needed = Level.WRITE if kind is ThingKind.CHARACTER else Level.ADMIN
        assert (seen, changed) == (level >= Level.READ, level >= needed), (kind, actor, level.name)

    def _level_of(self, kind: ThingKind, actor: int | None) -> Level:
        if actor is not None:
            return self.may(kind, actor)
        is_open = kind is ThingKind.CHARACTER and self.is_public and not self.is_deleted[kind]
        return Level.READ if is_open else Level.NOTHING

    def deeds(self, kind: ThingKind, who: UUID) -> list[tuple[Level, Callable[[Work], Awaitable[Any]]]]:
        world, made, thing, words = self.world, self.made, self.thing(kind), f"Words {self.count}"
        manage = (Level.ADMIN, lambda work: world.shares.sharing(work, who, thing))
        if kind is ThingKind.CHARACTER:
            return [
                (Level.READ, lambda work: world.characters.card(work, who, made.character)),
                (Level.WRITE, lambda work: world.characters.greet(work, who, made.character, words)),
                manage,
            ]
        return [
            (Level.READ, lambda work: world.entries.get(work, who, made.entry)),
            (Level.WRITE, lambda work: world.entries.edit(work, who, made.entry, {"content": words})),
            manage,
        ]

    def tries(self, kind: ThingKind, actor: int, deed: Callable[[Work], Awaitable[Any]]) -> bool:
        """Whether it was done. Who may nothing is told that there is no such thing."""
        refused = self.world.tries(self.users[actor], deed)
        if refused is not None:
            type(self).denied += 1
            if self.may(kind, actor) is Level.NOTHING:
                assert refused.is_not_found, (kind, actor, refused.code)
        return refused is None


def walk(examples: int, steps: int, url: str, folder: Path) -> type[Machine]:
    """Run it on a database; raises what disagreed."""
    with asyncio.Runner() as runner:
        world = runner.run(World.on(url, folder, runner.run))
        here = type("Here", (Machine,), {"world": world})
        try:
            run_state_machine_as_test(
                here,
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    # What disagreed is read from the first walk that shows it; making it shorter takes minutes.
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                    database=None,
                ),
            )
        finally:
            runner.run(world.close())
    return here


async def test_services_and_rows_agree_with_the_model(owner_url: str, tmp_path: Path) -> None:
    walked = await asyncio.to_thread(walk, EXAMPLES, STEPS, owner_url, tmp_path)
    sys.stdout.write(
        f"{EXAMPLES} walks of {STEPS} steps: {walked.checks} questions, {walked.denied} refusals, 0 disagreements\n"
    )
    assert walked.checks > EXAMPLES
    assert walked.denied > EXAMPLES


async def test_control_a_check_that_is_left_out_is_found(
    owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row security lets admins of a character make admins; only the service does not."""
    monkeypatch.setattr("bot.services.people.grants_characters._refuse_ruling", lambda *_: None)
    with pytest.raises(AssertionError):
        await asyncio.to_thread(walk, 100, 40, owner_url, tmp_path)
