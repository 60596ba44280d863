"""Every limit a person can run into: the number, why it is that number, and Discord's own where there is one.

A `Limit` is an `int`, so it is used as a number wherever a number is wanted. The documentation of limits is held to
this module by a test; refusals name the number, so a change here changes every sentence that mentions it.

Discord's numbers are from https://discord.com/developers/docs (resources/message, resources/webhook, resources/user,
interactions/message-components, interactions/application-commands), as of August 2026.
"""

from __future__ import annotations


class Limit(int):
    """A whole number with its reason. `unit` is what it counts; `discord` is Discord's own number, if it has one."""

    unit: str
    reason: str
    discord: int | None

    def __new__(cls, value: int, unit: str, reason: str, *, discord: int | None = None) -> Limit:
        """Make the number and attach what explains it."""
        limit = super().__new__(cls, value)
        limit.unit = unit
        limit.reason = reason
        limit.discord = discord
        return limit


# ------------------------------------------------------------------------------------------------ characters

CHARACTER_NAME_MIN = Limit(2, "characters", "a one-letter name would be spoken to in nearly every sentence", discord=1)
CHARACTER_NAME_MAX = Limit(
    32,
    "characters",
    "as long as a Discord display name, so it fits beside a message on a phone; a webhook would take 80",
    discord=80,
)
NAME_MARKS_MAX = Limit(
    3, "marks on one letter", "the scripts we know stack at most three; more only overflows into other lines"
)
DESCRIPTION_MAX = Limit(300, "characters", "shown in lists and cards, where more is cut off anyway", discord=4096)
SYSTEM_PROMPT_MAX = Limit(
    32_000, "characters", "as long as real character cards have them; a form holds 4,000, a file more"
)
GREETING_MAX = Limit(8000, "characters", "as long as real character cards have them; it is posted in parts")
POST_OPENING_MAX = Limit(2000, "characters", "one message opens a post", discord=2000)
OTHER_GREETINGS_MAX = Limit(50, "greetings", "more than any real card has; each is one of the summoner's choices")
CARD_TEXT_MAX = Limit(32_000, "characters", "as long as real character cards have them; more than most prompts hold")
CARD_VERSION_MAX = Limit(100, "characters", "a version is a word or a number")
NOTE_DEPTH_MAX = Limit(100, "messages", "no prompt holds more lines than that before its end")
EXAMPLES_TEXT_MAX = Limit(4000, "characters", "the most one field of a Discord form holds", discord=4000)
EXAMPLES_MAX = Limit(8, "exchanges", "enough to show a voice; more costs prompt and teaches repetition")
EXAMPLE_LINE_MAX = Limit(1000, "characters", "an example longer than a usual answer teaches long answers")
CHARACTERS_PER_PERSON = Limit(100, "characters", "more than anybody shows; keeps one person from filling the directory")

CHARACTER_AGE_MAX = Limit(200, "years", "the plan's own bound; an age in thousands belongs into the instructions")
PHRASES_MAX = Limit(10, "phrases", "more and a character seems to speak in nothing but its sayings")
PHRASE_MAX = Limit(150, "characters", "a saying is a line, not a speech")
TAGS_MAX = Limit(8, "tags", "enough to be found; more is only crowding the directory")
TAG_MIN = Limit(2, "characters", "one letter tells nobody anything")
TAG_MAX = Limit(24, "characters", "fits on a phone beside others")
TEMPERATURE_MAX = Limit(2, "", "the highest that OpenAI's API takes; 0 is the lowest")
SEARCH_TEXT_MAX = Limit(50, "characters", "must fit into the button that turns the page", discord=100)
RESTORE_HOURS = Limit(24, "hours", "a night's sleep to regret a deletion; then it is gone for good")
RATERS_MIN = Limit(3, "people", "an average of fewer would tell what one of them thinks")

# ------------------------------------------------------------------------------------------------ pictures

PICTURE_BYTES_MAX = Limit(
    10 * 1024 * 1024, "bytes", "what Discord lets a person without Nitro upload", discord=10 * 1024 * 1024
)
PICTURE_PIXELS_MAX = Limit(40_000_000, "pixels", "a good camera's photo; unpacked it takes 160 MB, more would hurt")
PICTURE_SIDE_MAX = Limit(12_000, "pixels", "no camera makes more in one direction, bombs do")
PICTURE_FRAMES_MAX = Limit(500, "frames", "only the first frame is shown; files with more are made to overload")
PICTURE_SIDE_MIN = Limit(16, "pixels", "smaller is a dot, not a face")
PICTURE_SIDE_KEPT = Limit(512, "pixels", "the largest size at which Discord shows an avatar we send", discord=4096)
BANNER_WIDTH_KEPT = Limit(1200, "pixels", "the head of a page, as wide as pages are; a third of it high")

# ------------------------------------------------------------------------------------------------ conversations

CHARACTERS_PER_CHANNEL = Limit(8, "characters", "beyond that nobody can follow who is speaking")
SPEAKERS_PER_MESSAGE = Limit(3, "characters", "one message that wakes a whole room would flood it")
HEARD_TEXT_MAX = Limit(
    4000, "characters", "the longest message a person can write on Discord (with Nitro)", discord=4000
)
SAY_TEXT_MAX = Limit(1500, "characters", "your line is shown in one message together with both names", discord=2000)
HISTORY_LINES = Limit(60, "lines", "what a conversation remembers word for word; the prompt's budget cuts further")
ANSWER_TOKENS_MAX = Limit(800, "tokens", "about two Discord messages, a long answer for a conversation")
FORK_LINES = Limit(1000, "lines", "what a fork takes along; older lines stay where they were said, told by the recap")
EXPORT_LINES = Limit(10_000, "lines", "a copy is made in memory; so many lines take some 20 MB for a moment")
EXPORT_BYTES_MAX = Limit(
    8_000_000, "bytes", "the whole answer must fit what Discord lets a bot upload", discord=10 * 1024 * 1024
)
RECAP_LINES = Limit(
    1000, "lines", "how far back a recap that is made afresh looks; beyond that nobody remembers either"
)
RECAP_AFTER_LINES = Limit(8, "lines", "a recap is not made by itself for fewer new ones: each asks the model once more")
RECAP_KEPT_LINES = Limit(
    20, "lines", "the newest ones, which a recap that is made by itself leaves to be said as they are"
)
RECAP_TEXT_MAX = Limit(4000, "characters", "the most one field of a Discord form holds", discord=4000)
RECAPS_AT_ONCE = Limit(2, "recaps", "made by themselves; they must not keep a model from answering people")
RECAP_SECONDS = Limit(600, "seconds", "after that whoever was making a recap is taken to have died over it")
RECAP_TOKENS_MAX = Limit(500, "tokens", "five to ten sentences: short enough to stand in every later prompt")
ANSWER_TEXT_MAX = Limit(16_000, "characters", "eight Discord messages; a model that goes on is stopped there")
TITLE_MAX = Limit(100, "characters", "one line of a list; as long as the name of a thread", discord=100)
LIST_SEARCH_MAX = Limit(
    24, "characters", "a search stands in the buttons that turn the pages, beside all else they carry", discord=100
)
RETENTION_DAYS_MAX = Limit(3650, "days", "ten years; longer is for ever")
WAITING_PER_CHANNEL = Limit(20, "messages", "a queue longer than this is answered too late to make sense")
TURNS_AT_ONCE = Limit(
    400,
    "answers",
    "an answer mostly waits for its model and for Discord; more at once are more than one process can show",
)
TURN_ATTEMPTS_MAX = Limit(3, "attempts", "an answer that brought the program down twice is not tried for ever")
ANSWER_WITHIN_SECONDS = Limit(
    3600, "seconds", "an answer that comes more than an hour late surprises more than it helps"
)

# ------------------------------------------------------------------------------------------------ people

PERSONAS_PER_PERSON = Limit(50, "personas", "more masks than anybody can tell apart; keeps one person's list readable")
PERSONA_DESCRIPTION_MAX = Limit(1000, "characters", "goes into every prompt of its wearer, so it costs in each answer")
PERSONA_APPEARANCE_MAX = Limit(500, "characters", "a paragraph; goes into every prompt of its wearer")
PERSONA_AGE_MAX = Limit(10_000, "years", "room for elves and old gods; more is a typing error")
INSTRUCTIONS_MAX = Limit(1000, "characters", "wishes on how to be spoken to; they must not outweigh the character")
TOPICS_MAX = Limit(10, "topics", "a model that is told more heeds none of them")
TOPIC_MAX = Limit(60, "characters", "a topic is a few words; more is a description")
PRONOUNS_MAX = Limit(40, "characters", "such as “xe/xem/xyr”, as many as Discord's own field takes", discord=40)
ABOUT_ME_MAX = Limit(1000, "characters", "goes into every prompt of that person, so it costs in each answer")

# ------------------------------------------------------------------------------------------------ places

CHANCE_PERCENT_USUAL = Limit(10, "percent", "one message in ten: there, but not in everybody's words")
CHANCE_PERCENT_MAX = Limit(100, "percent", "that is every message")
BANTER_MAX = Limit(6, "lines", "what characters may say to each other before a person must; more burns money unread")
REPLIES_PER_MINUTE = Limit(20, "replies", "per person and channel; nobody reads faster, scripts write faster")
REPLIES_PER_MINUTE_MAX = Limit(60, "replies", "one a second; Discord shows no webhook's messages faster for long")
SUMMONER_ROLES_MAX = Limit(25, "roles", "as many as one of Discord's menus lets an admin choose", discord=25)

FILES_PER_MESSAGE = Limit(10, "files", "as many as Discord lets one message carry", discord=10)
FILE_BYTES_MAX = Limit(256 * 1024, "bytes", "a text file longer than this is no message but a book", discord=10485760)
FILE_TEXT_MAX = Limit(12_000, "characters", "about three pages; the prompt's budget cuts further")
FILE_NAME_MAX = Limit(120, "characters", "enough to tell files apart")
ALT_TEXT_MAX = Limit(1024, "characters", "Discord's limit for a picture's description", discord=1024)
PICTURES_SEEN = Limit(4, "pictures", "each costs a model as much as a page of text")
PICTURE_SEEN_BYTES_MAX = Limit(5 * 1024 * 1024, "bytes", "the smallest bound among the models we know that see")
EMOJI_MAX = Limit(100, "characters", "the longest emoji Unicode knows has 14; a server's own has a name of 32")
BOT_LINES_IN_A_ROW = Limit(6, "lines", "two programs that answer each other never stop by themselves")

# ------------------------------------------------------------------------------------------------ replies

VARIANTS_MAX = Limit(10, "wordings", "a reply nobody likes after ten tries needs another question")
REPLY_EDIT_MAX = Limit(4000, "characters", "the most one field of a Discord form holds", discord=4000)
STARS_MAX = Limit(5, "stars", "one to five, as everywhere")
RATING_WORDS_MAX = Limit(500, "characters", "a remark; longer belongs to the maker in person")
REWORDING_WAIT_SECONDS = Limit(600, "seconds", "how long a panel waits; Discord takes its answer for 900")

# ------------------------------------------------------------------------------------------------ faces of commands

CHOICES_MAX = Limit(25, "choices", "Discord shows no more under an option", discord=25)
CHOICE_LABEL_MAX = Limit(100, "characters", "Discord's limit for a choice", discord=100)
LIST_PAGE = Limit(8, "characters", "one screen of a phone")
TABLE_PAGE = Limit(50, "rows", "of a table on the web: read at a glance, drawn at once")
FORM_FIELD_MAX = Limit(4000, "characters", "the most one field of a Discord form holds", discord=4000)
AUTOCOMPLETE_MS = Limit(1000, "milliseconds", "after that the suggestions come too late to be of use", discord=3000)
DRAIN_SECONDS = Limit(20, "seconds", "how long running answers may finish when the program stops")

# ------------------------------------------------------------------------------------------------ lore

LORE_KEY_MAX = Limit(200, "characters", "a key is a name or a short phrase; a longer one is hardly ever written out")
LORE_REGEX_BYTES_MAX = Limit(1_048_576, "bytes", "what one compiled pattern may take; hostile ones ask for gigabytes")
LORE_REGEX_PLACES_MAX = Limit(
    100, "places", "repeated letters of a pattern, braces multiplied out; the worst of 100 takes 5 ms for 4,000 letters"
)
LORE_TEXT_MAX = Limit(100_000, "characters", "of one text that keys are looked for in; a message has 4,000 at most")
LORE_REMEMBERED_BYTES = Limit(
    4_000_000, "bytes", "what was found in texts is remembered, for each set of books: 800 messages at 10,000 entries"
)
LORE_CLOCK_MAX = Limit(100, "messages", "sticky and cooldown together reach back no further than this")
LORE_LOADED_ENTRIES = Limit(
    100_000,
    "entries",
    "of lore books kept ready in memory (one of 1,000 characters counts as one, a longer one as more)",
)
LORE_DECKS = Limit(200, "sets of books", "whose keys are kept indexed; another set is indexed when it is needed")
LORE_LOGGED_REFUSALS = Limit(
    100, "entries", "left out of one reply that the log holds one by one; those beyond stand in the full trace only"
)
LORE_CALL_REPLIES_MAX = Limit(20, "replies", "an entry called in by hand stays at most; call it again then")
LORE_CALLS_MAX = Limit(10, "entries", "called in by hand at once in a conversation: they take others' room")
LORE_TEST_MAX = Limit(4000, "characters", "of the words a trial is made with: as long as a message can be")
LORE_MEANING_SECONDS = Limit(3, "seconds", "a reply waits for what an embedding model says; then it goes on without")
LORE_MEANING_TEXT_MAX = Limit(2000, "characters", "of a message, compared by meaning; models read no further")
LORE_EXACT_CHUNKS = Limit(15_000, "pieces", "of books in force, compared one by one; beyond that an index is faster")
LORE_SCORES_MAX = Limit(1000, "entries", "the nearest, whose scores a reply is told; further ones are near to nothing")
LORE_NEAREST_CHUNKS = Limit(200, "pieces", "taken from the index for each message; at most 20 of a book may come in")
LORE_CHUNKED_AT_ONCE = Limit(32, "entries", "embedded by one job, which then gives way to other books")
LORE_CHUNK_OVERLAP = Limit(40, "tokens", "repeated at the start of the next piece, so that nothing is lost between two")
LORE_BOOKS_PER_PERSON = Limit(200, "books", "a book for each world and character; more is a library nobody keeps up")
LORE_ENTRIES_PER_BOOK = Limit(20_000, "entries", "twice the largest book we know of; the engine reads it in 10 ms")
LORE_BOOK_NAME_MAX = Limit(80, "characters", "one line of a list, with room for the code beside it")
LORE_ENTRY_NAME_MAX = Limit(120, "characters", "one line of a list; files have names as long as this")
LORE_CONTENT_MAX = Limit(30_000, "characters", "about 7,500 tokens: one entry that fills most prompts by itself")
LORE_FOLDER_MAX = Limit(60, "characters", "one line of a menu", discord=100)
LORE_WORD_MAX = Limit(60, "characters", "of one name in a list: a speaker, a group, an outlet")
LORE_LIST_MAX = Limit(100, "names", "in one list of an entry: speakers, groups, entries, places")
LORE_KEYS_MAX = Limit(200, "keys", "of one entry, of each kind; more belong into several entries")
LORE_PATTERNS_MAX = Limit(25, "patterns", "among the keys of one entry, of each kind; each is tried on every message")
LORE_SCAN_DEPTH_MAX = Limit(100, "messages", "looked at for keys; what is older is in no prompt either")
LORE_DEPTH_MAX = Limit(100, "messages", "below an entry; the first plan's own bound")
LORE_RESULTS_MAX = Limit(20, "entries", "that may come in by meaning at once; the first plan's own bound")
LORE_STICKY_MAX = Limit(50, "turns", "an entry stays or rests; the first plan's own bound")
LORE_DELAY_MAX = Limit(1000, "turns", "before an entry may come in")
LORE_ORDER_MAX = Limit(100_000, "", "order and priority; files of others go up to some ten thousand")
LORE_STEPS_MAX = Limit(20, "waves", "of entries that wake each other; each looks through all keys again")
LORE_GROUP_WINNERS_MAX = Limit(20, "entries", "of one group at once")
LORE_AT_LEAST_MAX = Limit(50, "entries", "sought by looking further back")
LORE_QUERY_DEPTH_MAX = Limit(10, "messages", "compared by meaning; each is one more search")
LORE_BUDGET_MAX = Limit(200_000, "tokens", "the largest prompts there are")
LORE_ENTRY_TOKENS_MAX = Limit(8000, "tokens", "of one entry; the first plan's own bound")
LORE_VERSIONS_KEPT = Limit(50, "versions", "of one entry; older ones are forgotten")
LORE_BULK_MAX = Limit(20_000, "entries", "changed at once: a whole book")
LORE_ATTACHED_MAX = Limit(25, "books", "attached to one place; more than one of Discord's menus shows", discord=25)
LORE_GUESTS_MAX = Limit(100, "people", "who share one book by invitation")
LORE_REQUESTS_MAX = Limit(50, "requests", "open at once for one book")
LORE_SEARCH_MAX = Limit(100, "characters", "of a search among entries; twelve words are looked for")
LORE_SEARCH_WORDS_MAX = Limit(2000, "words", "by which one entry is found; the longest contents have more")
LORE_REQUEST_WORDS_MAX = Limit(200, "characters", "of who asks to write in a book; more is a conversation")
LORE_PASSWORD_MIN = Limit(4, "characters", "shorter ones are guessed by hand")
LORE_PASSWORD_MAX = Limit(100, "characters", "a sentence; longer ones only cost time to check")
LORE_PASSWORD_TRIES = Limit(5, "tries", "wrong passwords of one person within ten minutes")
LORE_IMPORT_AT_ONCE = Limit(300, "entries", "of a file, stored while its sender waits; more are stored by a job")
LORE_IMPORTS_AT_ONCE = Limit(2, "files", "stored at a time by jobs; each keeps one connection while it does")
LORE_IMPORTS_WAITING = Limit(5, "files", "of one person, kept until they are stored; each may have 25 MB")
LORE_REPORT_MAX = Limit(2_000_000, "characters", "of an import's report: two hundred for each of 10,000 entries")

# ------------------------------------------------------------------------------------------------ cards

CARD_FILE_BYTES_MAX = Limit(25_000_000, "bytes", "a large picture with a large book in it; more is something else")
CARD_UNPACKED_BYTES_MAX = Limit(50_000_000, "bytes", "of one packed part of a file; a bomb unpacks to gigabytes")
CARD_CHUNKS_MAX = Limit(20_000, "chunks", "of a PNG; a long animation has a few thousand")
CARD_FILES_MAX = Limit(2_000, "files", "of an archive; a card with many pictures has some hundred")
CARD_JSON_DEPTH_MAX = Limit(64, "levels", "a card is nested about eight deep")

# ------------------------------------------------------------------------------------------------ money

TOKENS_AT_ONCE_MAX = Limit(10**12, "tokens", "in one step of the ledger; more is a slip, and sums stay exact")
RESERVE_MINUTES = Limit(15, "minutes", "tokens are kept back for an answer under way; the slowest takes two")
GIFT_MAX = Limit(5_000_000, "tokens", "in one gift; a few zeros too many are noticed before they are sent")
GIFTS_DAILY = Limit(20, "gifts", "given by one person within 24 hours; more is not giving but paying out")
GIFT_TOKENS_DAILY = Limit(10_000_000, "tokens", "given by one person within 24 hours: what a stolen account can lose")
GIFTS_WAITING_MAX = Limit(50, "gifts", "waiting for one person; nobody is buried under gifts they did not ask for")
GIFT_MESSAGE_MAX = Limit(300, "characters", "a few lines beside a gift; longer is a letter")
GIFT_DAYS = Limit(14, "days", "a gift waits to be accepted; then its tokens go back to who gave it")
PLAN_NAME_MAX = Limit(60, "characters", "one line of a card on a phone")
PLAN_TEXT_MAX = Limit(500, "characters", "a plan or package is described in a few lines")
PLAN_FEATURE_MAX = Limit(120, "characters", "of one line among those that tell what a plan has")
PLAN_FEATURES_MAX = Limit(12, "lines", "that tell what a plan has; nobody compares more")
WALLET_PAGE = Limit(10, "entries", "of a wallet's history: one screen of a phone")


# ------------------------------------------------------------------------------------------------ creators

USERNAME_MIN = Limit(3, "characters", "shorter ones are kept for the house's own addresses")
USERNAME_MAX = Limit(32, "characters", "as long as Discord's own; an address must fit on one line", discord=32)
USERNAME_KEPT_DAYS = Limit(90, "days", "how long a former username leads to its creator, and nobody else can take it")
USERNAME_WAIT_DAYS = Limit(14, "days", "between two changes of a username; links to it are somewhere else")
CREATOR_BIO_MAX = Limit(4000, "characters", "the most one field of a Discord form holds", discord=4000)
CREATOR_LOCATION_MAX = Limit(80, "characters", "a place, not an address")
CREATOR_LINK_MAX = Limit(300, "characters", "longer addresses carry more than where they lead")
CREATOR_LINKS_MAX = Limit(6, "links", "beside those of the named sites; more is a list nobody reads")
CREATOR_PLATFORM_MAX = Limit(30, "characters", "the name of a site, shown in place of its address")
CREATOR_LANGUAGES_MAX = Limit(10, "languages", "that somebody answers in; more is a claim")
CREATOR_SPECIALTIES_MAX = Limit(8, "specialties", "enough to be found; more is only crowding the directory")
CREATOR_FEATURED_MAX = Limit(6, "characters", "shown first on a creator's page: two rows on a wide screen")
COMMISSION_WORDS_MAX = Limit(500, "characters", "what is made, for how much, how to ask; the rest is a conversation")
VERIFICATION_WORDS_MAX = Limit(1000, "characters", "why, and where it can be seen that it is them")
FOLLOWS_MAX = Limit(1000, "creators", "that one person follows; nobody reads more")
PEOPLE_TOLD_MIN = Limit(5, "people", "statistics of fewer would tell what one of them does")
STATISTICS_DAYS_MAX = Limit(365, "days", "that a creator's statistics look back")
WEB_LIST_PAGE = Limit(24, "cards", "on one page of a directory: whole rows of two, three and four")
PROGRAM_NAME_MAX = Limit(80, "characters", "one line of a list")
PROGRAM_TEXT_MAX = Limit(8000, "characters", "of each of a program's texts: some three pages")
PROGRAM_TIERS_MAX = Limit(8, "tiers", "of one program; more cannot be compared")
PROGRAM_TIER_TEXT_MAX = Limit(1000, "characters", "of what a tier asks and gives")
APPLICATION_WORDS_MAX = Limit(2000, "characters", "of who applies; work is seen on their page")
APPLICATIONS_OPEN_MAX = Limit(10, "applications", "of one creator, waiting at once")

# ------------------------------------------------------------------------------------------------ shares

CHARACTER_GUESTS_MAX = Limit(100, "people", "who share one character by invitation")
CHARACTER_REQUESTS_MAX = Limit(50, "requests", "open at once for one character")
SHARE_WORDS_MAX = Limit(200, "characters", "of who asks for a part in something; more is a conversation")
SHARE_DAYS_MAX = Limit(3650, "days", "ten years; longer is without an end")

COUNTED_MOST = Limit(1_000, "rows", "so far directories count; beyond, they say that there are more")

# ------------------------------------------------------------------------------------------------ the API

API_TOKEN_NAME_MAX = Limit(60, "characters", "one line of a list, enough to know which program has it")
API_TOKENS_PER_PERSON = Limit(20, "tokens", "that hold, of one person; more than anybody can tell apart")
API_READS_PER_MINUTE = Limit(300, "calls", "of one person that only read: five a second, all the time")
API_WRITES_PER_MINUTE = Limit(60, "calls", "of one person that change something: as many as pages take")
API_FAILURES_PER_MINUTE = Limit(
    20, "calls", "with a wrong token from one address; a program with an old one stops there"
)

# ------------------------------------------------------------------------------------------------ oversight

REASON_MAX = Limit(500, "characters", "a reason the person reads: what it was, and what to do; the rest is a note")
STAFF_NOTE_MAX = Limit(4000, "characters", "of one note about a person; what is longer belongs into several")
STAFF_NOTES_SHOWN = Limit(50, "notes", "of one person on their page, the newest; more nobody reads at once")
STAFF_TAGS_MAX = Limit(10, "tags", "of one person; more sort nobody")
STAFF_TAG_MAX = Limit(40, "characters", "of a tag: a word or two")
SUSPENSION_DAYS_MAX = Limit(3650, "days", "ten years; longer is a ban, or until it is lifted")
REPORT_WORDS_MAX = Limit(1000, "characters", "what is wrong with it; what was said goes along by itself")
REPORT_EXCERPT_MAX = Limit(2000, "characters", "of the reported words: one Discord message", discord=2000)
REPORTS_PER_DAY = Limit(20, "reports", "of one person a day; who sees more than that writes to an admin")

# ------------------------------------------------------------------------------------------------ payments

GRACE_DAYS = Limit(7, "days", "a plan goes on after a payment failed: time for a new card, short of a gift")
PAYMENTS_BEGUN_PER_DAY = Limit(30, "payments", "begun by one person in a day; who really pays needs a handful")
PAYMENT_NOTICE_DAYS = Limit(90, "days", "a notice of the payment service is remembered; it repeats them for three")
ARRANGED_PLAN_DAYS_MAX = Limit(3650, "days", "ten years of a plan by agreement; longer is without an end")


# ------------------------------------------------------------------------------------------------ reminders

REMINDERS_PER_PERSON = Limit(12, "times", "to be asked at; one an hour would be nagging, whoever asked for it")
REMINDER_APART_MINUTES = Limit(240, "minutes", "between two direct messages that remind one person: six a day at most")
REMINDER_LATE_MINUTES = Limit(30, "minutes", "later than this a reminder is not sent: it would ask about another hour")
REMINDERS_PER_MINUTE = Limit(
    60, "messages", "that remind people, all together: a burst of them looks like spam to Discord"
)

# ------------------------------------------------------------------------------------------------ people's own limits

LIMIT_DAY_MINUTES_MAX = Limit(1440, "minutes", "a day has no more")
LIMIT_WEEK_MINUTES_MAX = Limit(10_080, "minutes", "a week has no more")
LIMIT_BREAK_AFTER_MIN = Limit(5, "minutes", "two moments five minutes apart are one sitting, so none is shorter")
LIMIT_BREAK_AFTER_MAX = Limit(480, "minutes", "who sits for eight hours was told of no break at all")
LIMIT_BREAK_MINUTES_MAX = Limit(240, "minutes", "of rest; more than four hours is a pause")
LIMIT_NIGHTS_MAX = Limit(3, "windows", "a day in which characters rest: a night, and a siesta, and one more")
LIMIT_TOKENS_MAX = Limit(100_000_000, "tokens", "a day or a month; a cap above what anybody has holds nothing")
LIMIT_PAUSE_DAYS_MAX = Limit(3650, "days", "ten years; longer is for good")
TRIGGERS_PER_PERSON = Limit(20, "things", "somebody wants to be told of; who is told of all is told of nothing")
TRIGGER_TIMES_MAX = Limit(30, "days or nights", "in a row: a month; active minutes are kept for forty days")
TRIGGER_WORDS_MAX = Limit(200, "characters", "of one's own words in a notice: what one would write on a slip of paper")
HABITS_PER_PERSON = Limit(20, "habits", "nobody builds more at once")
HABIT_NAME_MAX = Limit(60, "characters", "one line of a list")
ACTIVE_GAP_MINUTES = Limit(
    5, "minutes", "between two moments that are one sitting: as long as a reply is read and answered"
)
COOL_DOWN_MINUTES = Limit(15, "minutes", "characters rest where a limit cools down: long enough to stand up")
COOL_DOWN_ACTIVE_MINUTES = Limit(10, "minutes", "that follow such a rest: enough to end a scene well, and no evening")
BREAK_MINUTES_MIN = Limit(5, "minutes", "a shorter break is none: minutes at most five apart count as one sitting")
LIMIT_WARN_PERCENT = Limit(
    80, "percent", "of a limit, when its owner is told; or five minutes before, where that is later"
)
LIMIT_VERSIONS_SHOWN = Limit(50, "changes", "of one's limits, and as many things that came of them, in one's history")
RESTS_IN_A_ROW = Limit(8, "rests", "that follow each other without a minute between are told as one")
LIMIT_EVENT_DAYS = Limit(90, "days", "that warnings, stops and breaks stay in one's history")

# ------------------------------------------------------------------------------------------------ what people used

USAGE_DAYS_MAX = Limit(366, "days", "of what one used, looked at together: as long as it is kept")

# ------------------------------------------------------------------------------------------------ check-ins

MOOD_NAME_MAX = Limit(60, "characters", "of a mood, an activity, a tag or a trigger: a few words beside an emoji")
MOOD_EMOJI_MAX = Limit(16, "characters", "an emoji can be made of several signs; it stays one")
MOOD_TITLE_MAX = Limit(200, "characters", "of a check-in's title: one line")
MOOD_NOTE_MAX = Limit(20_000, "characters", "of a check-in's note: some eight pages; a form of Discord holds 4,000")
MOOD_ACTIVITIES_MAX = Limit(50, "activities", "of one check-in; more no day holds")
MOOD_TAGS_MAX = Limit(10, "tags or triggers", "of one check-in, of each; more tell nothing apart")
OWN_MOODS_MAX = Limit(20, "moods", "of one's own: with the house's five of a step they fit a select", discord=25)
OWN_ACTIVITIES_MAX = Limit(60, "activities", "of one's own; more cannot be chosen from in ten seconds")
CHECK_INS_PER_DAY = Limit(48, "check-ins", "in one day: one every half hour; more is a script")
CHECK_INS_MAX = Limit(50_000, "check-ins", "in all: several a day for decades, and still opened in seconds")
MOOD_DAYS_MAX = Limit(3650, "days", "check-ins are kept, where a number is chosen: ten years; longer is for ever")
MOOD_FILE_BYTES_MAX = Limit(5 * 1024 * 1024, "bytes", "of a diary's file: many years with long notes")
MOOD_FILE_ROWS_MAX = Limit(20_000, "rows", "of a diary's file: four a day for thirteen years")


def all_limits() -> dict[str, Limit]:
    """Every limit by its name, in the order they are written here."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}
