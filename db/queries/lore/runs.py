"""The log of what lore did in replies: written with the reply, in one statement; read for /lore why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, column, delete, exists, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.direct import Direct, Prepared
from db.ids import new_id
from db.models import LoreActivation, LoreBook, LoreCall, LoreEntry, LoreEntryUse, LoreFired, LoreRun, Message

_CONVERSATION = bindparam("conversation_id", type_=Uuid())
_TURN = bindparam("turn_id", type_=Uuid())


@dataclass(frozen=True, slots=True)
class LoreRecord:
    """One run as it is written down. `activations` are rows of `lore_activations` without ids, `fired` of `lore_fired`
    (entry_id, message_at, state), `used` the entries (with their books) that went in, `over` calls that are used up.
    """

    run: Mapping[str, Any]
    activations: Sequence[Mapping[str, Any]]
    fired: Sequence[Mapping[str, Any]]
    used: Sequence[tuple[UUID, UUID]]
    over: Sequence[UUID] = ()


_RUN_COLUMNS = (
    "message_index", "books", "budget", "spent", "beside", "refused", "model", "threshold", "warnings", "rest",
    "took_us",
)  # fmt: skip
_RUN_ID = bindparam("run_id", type_=Uuid())
_RUN = insert(LoreRun).values(
    id=_RUN_ID,
    turn_id=_TURN,
    conversation_id=_CONVERSATION,
    number=bindparam("number"),
    **{name: bindparam(name) for name in _RUN_COLUMNS},
)


def _recordset(name: str, model: type[Any], columns: Sequence[str]) -> Any:
    """Rows that come as one JSON value, by the model's types."""
    table = model.__table__.c
    typed = [column(one, table[one].type) for one in columns]
    rows = func.jsonb_to_recordset(bindparam(name, type_=JSONB())).table_valued(*typed, name=name)
    return rows.render_derived(with_types=True)


_ACTIVATION_COLUMNS = (
    "id", "entry_id", "book_id", "entry_name", "method", "score", "matched_keywords", "vector_similarity",
    "position_inserted", "tokens_used", "was_included", "exclusion_reason", "wave", "parent_id", "detail",
)  # fmt: skip
_ROWS = _recordset("activations", LoreActivation, _ACTIVATION_COLUMNS)
_LOGGED = insert(LoreActivation).from_select(
    ["run_id", "conversation_id", *_ACTIVATION_COLUMNS],
    select(_RUN_ID, _CONVERSATION, *(_ROWS.c[name] for name in _ACTIVATION_COLUMNS)),
    include_defaults=False,
)
_FIRED_COLUMNS = ("entry_id", "message_at", "state")
_FIRING = _recordset("fired", LoreFired, _FIRED_COLUMNS)
# What was deleted meanwhile runs on no longer.
_KNOWN = select(LoreEntry.id)
_NEW_FIRED = insert(LoreFired).from_select(
    ["turn_id", "conversation_id", *_FIRED_COLUMNS],
    select(_TURN, _CONVERSATION, *(_FIRING.c[name] for name in _FIRED_COLUMNS)).where(
        exists(_KNOWN.where(LoreEntry.id == _FIRING.c.entry_id))
    ),
    include_defaults=False,
)
_FIRE = _NEW_FIRED.on_conflict_do_update(
    index_elements=[LoreFired.turn_id, LoreFired.entry_id],
    set_={"message_at": _NEW_FIRED.excluded.message_at, "state": _NEW_FIRED.excluded.state},
)
_UNFIRE = delete(LoreFired).where(
    LoreFired.turn_id == _TURN,
    ~exists(select(_FIRING.c.entry_id).where(_FIRING.c.entry_id == LoreFired.entry_id)),
)
_USES = (
    func.unnest(bindparam("used", type_=ARRAY(Uuid())), bindparam("used_of", type_=ARRAY(Uuid())))
    .table_valued(column("entry_id", Uuid()), column("book_id", Uuid()), name="uses")
    .render_derived()
)
_NEW_USE = insert(LoreEntryUse).from_select(
    ["entry_id", "book_id", "activated_count", "last_activated_at"],
    # In one order, so that two replies that use the same entries never wait for each other in a circle.
    select(_USES.c.entry_id, _USES.c.book_id, literal(1), func.now())
    .where(exists(_KNOWN.where(LoreEntry.id == _USES.c.entry_id)))
    .order_by(_USES.c.entry_id),
    include_defaults=False,
)
_USE = _NEW_USE.on_conflict_do_update(
    index_elements=[LoreEntryUse.entry_id],
    set_={"activated_count": LoreEntryUse.activated_count + 1, "last_activated_at": func.now()},
)
_OVER = delete(LoreCall).where(LoreCall.id == any_(bindparam("over", type_=ARRAY(Uuid()))))
_LOG = Prepared(
    _RUN.add_cte(
        _LOGGED.cte("logged"),
        _UNFIRE.cte("unfired"),
        _FIRE.cte("firing"),
        _USE.cte("used_now"),
        _OVER.cte("calls_over"),
    )
)


async def log(direct: Direct, turn_id: UUID, conversation_id: UUID, number: int, record: LoreRecord) -> None:
    """Write one run down, for the wording `number` of a reply; what an earlier wording let run on is replaced."""
    await direct.count(
        _LOG,
        run_id=new_id(),
        turn_id=turn_id,
        conversation_id=conversation_id,
        number=number,
        activations=[{"id": str(new_id()), **one} for one in record.activations],
        fired=list(record.fired),
        used=[entry for entry, _ in record.used],
        used_of=[book_id for _, book_id in record.used],
        over=list(record.over),
        **record.run,
    )


async def chosen_number(session: AsyncSession, turn_id: UUID) -> int:
    """Which wording of a turn's reply stands; 0 where it has none yet."""
    return await session.scalar(select(Message.chosen_variant).where(Message.turn_id == turn_id)) or 0


async def run_of(session: AsyncSession, turn_id: UUID, number: int) -> LoreRun | None:
    """The run behind one wording of a reply."""
    return await session.scalar(select(LoreRun).where(LoreRun.turn_id == turn_id, LoreRun.number == number))


async def activations_of(session: AsyncSession, run_id: UUID) -> Sequence[LoreActivation]:
    """What was decided in a run, in the order in which it was written down."""
    found = await session.scalars(
        select(LoreActivation).where(LoreActivation.run_id == run_id).order_by(LoreActivation.id)
    )
    return list(found)


async def readable_books(session: AsyncSession, book_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these books that the actor may read. Ask in a person's own name: a turn reads more."""
    return frozenset(await session.scalars(select(LoreBook.id).where(LoreBook.id.in_(book_ids))))
