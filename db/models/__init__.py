"""Every table, by area. Importing this package fills `Base.metadata`."""

from db.base import Base
from db.models.characters import Character, Media, SpeechExample, Visibility
from db.models.keys import TokenFactor
from db.models.oversight import CommandSync
from db.models.people import User
from db.models.talk import (
    UNFINISHED,
    ChannelCursor,
    Conversation,
    ConversationKind,
    ConversationStatus,
    InboxMessage,
    InboxState,
    Message,
    MessageKind,
    MessageVariant,
    Participant,
    ParticipantRole,
    PartState,
    PromptPartRecord,
    Turn,
    TurnPart,
    TurnState,
    UploadedFace,
    Webhook,
)

__all__ = [
    "UNFINISHED",
    "Base",
    "ChannelCursor",
    "Character",
    "CommandSync",
    "Conversation",
    "ConversationKind",
    "ConversationStatus",
    "InboxMessage",
    "InboxState",
    "Media",
    "Message",
    "MessageKind",
    "MessageVariant",
    "PartState",
    "Participant",
    "ParticipantRole",
    "PromptPartRecord",
    "SpeechExample",
    "TokenFactor",
    "Turn",
    "TurnPart",
    "TurnState",
    "UploadedFace",
    "User",
    "Visibility",
    "Webhook",
]
