"""What the audit log can tell of: each action by its stable name, and how it is said on the page.

A name is `noun.verb`. Whoever records something adds it here; a test holds every recorded action to this list.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.texts import N_, Text

ACTIONS: Mapping[str, Text] = {
    # ---------------------------------------------------------------------------------------- staff look
    "staff.overview_opened": N_("opened the overview"),
    "user.listed": N_("searched people"),
    "user.looked_at": N_("looked at an account"),
    "report.listed": N_("looked through reports"),
    "report.looked_at": N_("read a report"),
    "publication.listed": N_("looked through what waits to be published"),
    "publication.looked_at": N_("read something that waits to be published"),
    "payment.listed": N_("looked through payments"),
    "ledger.looked_at": N_("looked into the ledger"),
    "ledger.verified": N_("had the ledger checked"),
    "audit.searched": N_("searched the audit log"),
    "audit.verified": N_("had the audit log's chain checked"),
    "job.listed": N_("looked at the jobs"),
    "health.looked_at": N_("looked at the house's health"),
    "statistics.looked_at": N_("looked at the statistics"),
    "switch.listed": N_("looked at the switches"),
    "plan.listed": N_("looked at the plans' editor"),
    "package.listed": N_("looked at the packages' editor"),
    # ---------------------------------------------------------------------------------------- staff decide
    "user.role_changed": N_("changed somebody's role"),
    "user.suspended": N_("suspended somebody"),
    "user.banned": N_("banned somebody"),
    "user.restored": N_("lifted a suspension or a ban"),
    "user.limits_changed": N_("changed somebody's limits"),
    "user.tagged": N_("changed somebody's tags"),
    "user.noted": N_("wrote a note about somebody"),
    "user.note_removed": N_("removed a note about somebody"),
    "user.signed_out": N_("signed somebody out everywhere"),
    "user.withdrawn": N_("withdrew everything somebody had published"),
    "user.wallet_adjusted": N_("gave or took tokens by hand"),
    "report.taken": N_("took a report in hand"),
    "report.resolved": N_("resolved a report"),
    "report.dismissed": N_("dismissed a report"),
    "publication.granted": N_("published something"),
    "publication.declined": N_("declined to publish something"),
    "publication.withdrawn": N_("withdrew something that was published"),
    "plan.changed": N_("changed a plan"),
    "plan.created": N_("made a plan"),
    "package.changed": N_("changed a token package"),
    "package.created": N_("made a token package"),
    "payment.refunded": N_("refunded a payment"),
    "switch.changed": N_("turned a part of the house on or off"),
    "job.released": N_("had held jobs tried again"),
    "job.removed": N_("gave up held jobs"),
    "audit.details_erased": N_("erased what the log told of somebody"),
    # ---------------------------------------------------------------------------------------- everybody
    "report.filed": N_("reported something"),
    "publication.asked": N_("asked for something to be published"),
    "publication.taken_back": N_("took back a request to publish"),
}
