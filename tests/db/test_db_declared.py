"""Every table says whose data it holds, why, how long, and how it is exported and erased."""

import pytest
from sqlalchemy.orm import Mapper

from db.models import Base
from db.personal import Erase, Export, Personal, Sharing

MAPPERS = sorted(Base.registry.mappers, key=lambda mapper: mapper.local_table.name)


def declaration(mapper: Mapper) -> Personal | None:
    return mapper.class_.__dict__.get("personal")


def shortcomings(mapper: Mapper) -> list[str]:
    """What a model's declaration lacks."""
    declared = declaration(mapper)
    if declared is None:
        return ["it declares nothing"]
    found = [f"{name} is empty" for name in ("whose", "purpose", "retention") if not getattr(declared, name).strip()]
    table = mapper.local_table
    to_users = {key.parent.name for key in table.foreign_keys if key.column.table.name == "users"}
    if missing := to_users - set(declared.people):
        found.append(f"columns that name a person are not declared: {sorted(missing)}")
    if unknown := set(declared.people) - set(table.columns.keys()):
        found.append(f"declared columns do not exist: {sorted(unknown)}")
    if (declared.sharing is Sharing.SYSTEM) != bool(declared.system_reason):
        found.append("a system table gives its reason, and only a system table does")
    if declared.export is Export.NOTHING and not declared.note:
        found.append("it says nothing is exported, and not why")
    if to_users and declared.erase is Erase.NOTHING:
        found.append("it names a person and is never erased")
    return found


@pytest.mark.parametrize("mapper", MAPPERS, ids=lambda mapper: mapper.local_table.name)
def test_every_table_declares_its_personal_data(mapper: Mapper) -> None:
    assert shortcomings(mapper) == []


def test_control_a_missing_or_false_declaration_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    (characters,) = [mapper for mapper in MAPPERS if mapper.local_table.name == "characters"]
    monkeypatch.delattr(characters.class_, "personal")
    assert shortcomings(characters) == ["it declares nothing"]
    false = Personal(Sharing.SHARED, "", "p", "r", Export.NOTHING, Erase.NOTHING, people=("writer_id",))
    monkeypatch.setattr(characters.class_, "personal", false, raising=False)
    assert len(shortcomings(characters)) == 5
