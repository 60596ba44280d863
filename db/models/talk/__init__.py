"""Talk: conversations, turns, messages, and what carries them."""

from db.models.talk.conversation import (
    Conversation,
    ConversationKind,
    ConversationStatus,
    Message,
    MessageKind,
    MessageVariant,
    Participant,
    ParticipantRole,
    PromptPartRecord,
)
from db.models.talk.delivery import ChannelCursor, InboxMessage, InboxState, UploadedFace, Webhook
from db.models.talk.turns import UNFINISHED, PartState, Turn, TurnPart, TurnState

__all__ = [
    "UNFINISHED",
    "ChannelCursor",
    "Conversation",
    "ConversationKind",
    "ConversationStatus",
    "InboxMessage",
    "InboxState",
    "Message",
    "MessageKind",
    "MessageVariant",
    "PartState",
    "Participant",
    "ParticipantRole",
    "PromptPartRecord",
    "Turn",
    "TurnPart",
    "TurnState",
    "UploadedFace",
    "Webhook",
]
