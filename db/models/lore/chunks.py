"""Pieces of entries with what an embedding model makes of them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, SmallInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing

CHUNK_DIMENSIONS = (384, 768, 1024, 1536)
"""Dimensions with an index of their own; other ones are searched exactly."""


class Chunk(Base):
    """A piece of an entry. A search only ever compares chunks of one model with a query of that model.

    `content_sha256` is that of the entry's name, a line end and its whole content, in UTF-8, when it was cut; an entry
    of which this is another by now, or whose chunks are another model's, is cut and embedded again. A chunk without
    `embedding` is one that the model's server refused for good: it is not asked again until the entry changes.
    """

    __tablename__ = "chunks"
    __table_args__ = (
        UniqueConstraint("entry_id", "model", "chunk_index"),
        Index("ix_chunks_book_id_model", "book_id", "model"),
        *(
            Index(
                f"ix_chunks_embedding_{size}",
                literal_column(f"(embedding::halfvec({size}))", HALFVEC(size)).label("meaning"),
                postgresql_ops={"meaning": "halfvec_cosine_ops"},
                postgresql_using="hnsw",
                postgresql_where=text(f"dimensions = {size}"),
            )
            for size in CHUNK_DIMENSIONS
        ),
        CheckConstraint("dimensions > 0", name="dimensions_known"),
        CheckConstraint("(embedding IS NULL) = (dimensions IS NULL)", name="dimensions_of_embedding"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the owner of the book; seen by whoever may see the book",
        purpose="to find entries by what they mean",
        retention="as long as the entry",
        export=Export.NOTHING,
        erase=Erase.ROWS,
        note="made of entries, which are exported; numbers of a model beside",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("lore_entries.id", ondelete="CASCADE"))
    book_id: Mapped[UUID] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"))
    chunk_index: Mapped[SmallInt]
    total_chunks: Mapped[SmallInt]
    text: Mapped[str]
    content_sha256: Mapped[str] = mapped_column(CHAR(64))
    model: Mapped[str]
    dimensions: Mapped[SmallInt | None]
    embedding: Mapped[list[float] | None] = mapped_column(HALFVEC)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
