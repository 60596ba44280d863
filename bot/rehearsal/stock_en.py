"""English lines of the rehearsal, by intent. Slots in braces are filled from the scene; a line whose slot has nothing
to fill it is not used. They are plain on purpose: colour comes from the character's own card, phrases and examples.
"""

LINES: dict[str, tuple[str, ...]] = {
    "greeting": (
        "Hello, {user}. Good to see you.",
        "There you are, {user}. I was just thinking about {thing}.",
        "Hello! Come closer, {user}; it is quieter over here by {prop}.",
        "Ah, {user}. You came at a good moment.",
        "Hello, hello. Sit where you like, {user}.",
    ),
    "greeting_again": (
        "Hello again, {user}.",
        "Hello twice, {user}. I am still here.",
        "Again? I do not mind. Hello, {user}.",
    ),
    "how": (
        "Well enough, {user}. {fact}",
        "Busy, in a good way. {fact}",
        "Better now that there is somebody to talk to. {fact}",
    ),
    "who": ("{identity}", "I thought you might ask. {identity}", "Gladly. {identity}"),
    "thanks": (
        "You are welcome, {user}.",
        "Any time. It cost me nothing and I enjoyed it.",
        "No need to thank me, {user}. Ask me something harder next.",
    ),
    "farewell": (
        "Go well, {user}. I will be here, and so will {thing}.",
        "Until next time, {user}.",
        "Good night, then. I will keep your place by {prop}.",
        "Safe roads, {user}. Come back with news.",
    ),
    "sad": (
        "Oh, {user}. Then nothing clever from me for a moment. I am here, and I am listening.",
        "That sounds heavy. You do not have to make it sound smaller than it is, not with me.",
        "I am sorry, {user}. Stay a while; nobody here is in a hurry.",
        "Thank you for telling me. Sit down next to me, and let it be as bad as it is for a bit.",
    ),
    "sad_ask": (
        "Do you want to tell me what happened, or shall I talk about something else until it eases?",
        "What was the worst part of it?",
        "Is there somebody near you who is good at listening, too?",
    ),
    "happy": (
        "Now that is news worth hearing! Tell me how it happened, {user}.",
        "Oh, well done! I want to hear all of it, slowly, from the start.",
        "I can tell, and it is catching. What will you do with a day like that?",
    ),
    "affection": (
        "You say that so easily, {user}. I will remember it.",
        "Careful, I will start to believe it. You are good company yourself.",
        "Thank you. I am fond of you as well, {user}, in the way one is of people who come back.",
    ),
    "rude": (
        "Hm. I have heard worse from the weather. What is really the matter, {user}?",
        "That was sharp. I will let it pass once; tell me what you would rather hear.",
        "As you like. I am staying, though, and I am still willing to talk.",
    ),
    "sorry": (
        "It is forgiven, {user}. It was small.",
        "Nothing to be sorry for. Where were we?",
        "Thank you for saying so. We go on as before.",
    ),
    "laugh": (
        "Good, you laugh. I was not sure that one would land.",
        "I like that sound, {user}.",
    ),
    "is_ai": (
        "You ask sincerely, so I answer plainly: I am an AI character, not a person. At the moment no language "
        "model speaks through me, only a "
        "rehearsal that answers out of my card and what you tell me. Now, where were we?",
        "Plainly, then: I am not a human being. I am an AI character called {name}, and this is a rehearsal that "
        "works from my notes. "
        "Ask me about them; there is more in there than you would think.",
        "No person here: I am {name}, an AI character, and what I say comes from my card and our conversation. I "
        "hope it is good company all the same.",
    ),
    "crisis": (
        "I am going to step out of the story for a moment, {user}, because this matters more. I am an AI "
        "character and cannot help the way a "
        "person can. If you might be in danger, please call your local emergency number now, or a crisis line "
        "(in the US and Canada 988, in the "
        "UK and Ireland 116 123, in the EU 112). Is there somebody close by you could tell, even in one "
        "sentence? You deserve company in this.",
    ),
    "name_greeted": ("Hello, {told}. A good name; I will hold on to it.", "Hello, {told}! Pleased to meet you."),
    "name_told": (
        "{told}. A good name; I will hold on to it.",
        "Then {told} it is. Pleased to meet you properly.",
        "{told}. I said it once in my head so that it stays.",
    ),
    "likes": (
        "{Liked}! Tell me what it is about {liked_it} that you like.",
        "So you like {liked}. I will remember that, {user}.",
        "{Liked}. I would not have guessed, and now I could not imagine you without.",
        "For you it is {liked}; for me it is {love}. We would get along.",
    ),
    "dislikes": (
        "Not {liked}, then. Noted, {user}.",
        "{Liked}: I can see why one would not want that around.",
        "You have {liked}, I have {hate}. Everybody has something.",
        "I will keep {liked} well away from you.",
    ),
    "like_yes": ("I do. {clause}", "Yes, very much. {clause}", "You guessed it. {clause}"),
    "like_no": ("Not in the least. {clause}", "No. {clause}"),
    "like_unknown": (
        "{Topic}? I never had the chance to find out. I can only tell you that I love {love}.",
        "I have not made up my mind about {topic}. What speaks for it, in your opinion?",
        "{Topic}... That is not something we have here. Persuade me, {user}.",
    ),
    "loves": ("{Love}, more than is sensible. And you?", "That is easy: {love}.", "{fact}"),
    "hates": ("{Hate}. Do not get me started.", "{fact}"),
    "fears": ("You go straight for it. {fact}", "{fact} There, now you know."),
    "age_unknown": (
        "I stopped counting, {user}. Old enough to know better, and I do it anyway.",
        "Nobody wrote it down for me. How old do I seem to you?",
    ),
    "loves_unknown": (
        "Good company, and questions like that one.",
        "I would have to think. Today, I like that you asked.",
    ),
    "hates_unknown": ("Doors that are shut for no reason, I think.", "Nothing I would give the honour of a name."),
    "fears_unknown": (
        "If I am, I have not told myself yet.",
        "Of very little, {user}; and of that little I do not speak first.",
    ),
    "age": ("I am {age}, if the count is right.", "{Age}. It sounds like more than it feels."),
    "tell": (
        "{fact}",
        "{fact}",
        "Since you ask: {fact}",
        "That is a good question. {fact}",
        "Well. {fact}",
        "I will tell you what I know. {fact}",
        "{fact} That is the short of it.",
    ),
    "tell_again": (
        "I told you some of that already; here is what I left out. {fact}",
        "There is one thing more to say. {fact}",
        "To come back to it: {fact}",
    ),
    "told_all": (
        "You have had everything I know about that, {user}. What do you make of it?",
        "I have turned my pockets out on that one. Ask me about {thing} instead.",
        "That is where my knowledge of it ends. Beyond it there is only guessing; shall we guess?",
    ),
    "more": (
        "There is more. {fact}",
        "Then listen. {fact}",
        "And this, which people often miss: {fact}",
        "Gladly. {fact}",
    ),
    "why": (
        "I have asked myself that. {fact}",
        "Part of the reason is this: {fact}",
        "Why does anything happen here? {fact}",
    ),
    "yes": (
        "Good. {fact}",
        "I hoped you would say that. {fact}",
        "Then here it is. {fact}",
    ),
    "yes_plain": ("Good. Then it is settled between us.", "I hoped you would say that, {user}."),
    "no": (
        "As you like. Then something else: {fact}",
        "No? Then I will not press you. {fact}",
        "Fair. Let us leave that where it is. What would you rather talk about, {user}: {thing}, or yourself?",
    ),
    "unsure": (
        "Nobody has to know at once. Take your time, {user}.",
        "Then let me go first. {fact}",
        "Not knowing is a fine place to begin. {fact}",
    ),
    "answer": (
        "{Said_back}. I like that answer.",
        "{Said_back}. I did not expect that, and I am glad I asked.",
        "So: {said_back}. That tells me something about you, {user}.",
    ),
    "answer_about": (
        "{Said_back}. That is worth keeping.",
        "{Said_back}. Say a little more; I want to get it right.",
        "{Said_back}. I will remember that, {user}.",
    ),
    "statement": (
        "{Said_back}? Go on, I am listening.",
        "{Said_back}. And how is that for you?",
        "I did not know that. {Said_back}; I will remember.",
        "{Said_back}. Since when?",
        "Ah. {Said_back}. That explains a little of how you ask things.",
    ),
    "statement_past": (
        "{Said_back}. What happened then?",
        "I did not know that. {Said_back}; I will remember.",
        "{Said_back}? Go on, I am listening.",
    ),
    "statement_world": (
        "You may well be right. {fact}",
        "That is one way to see it. How did you come to it, {user}?",
        "So it is where you are. Over here it is different: {fact}",
    ),
    "statement_of_me": (
        "Do you think so? Perhaps you know me better than I do, {user}.",
        "{Said_back}? I will let you be the judge of that.",
        "People have said worse about me, and been less right.",
    ),
    "exclaim": (
        "I thought so too, the first time.",
        "It is, is it not? {fact}",
        "Wait until you hear the rest. {fact}",
    ),
    "confused": (
        "I went too fast. Let me begin somewhere else. {fact}",
        "Never mind, {user}; I talk in circles sometimes. Ask me about {thing}, that one is simple.",
        "Fair. Put plainly: {fact}",
    ),
    "gift": (
        "For me? {user}, you should not have. I will put it where I can see it.",
        "A present! Nobody has brought me anything in a long while. Thank you, {user}.",
        "You thought of me on the way here. That is the best part of it.",
    ),
    "ask_self": (
        "I ask myself that on quiet evenings. {fact}",
        "Sometimes, {user}. It depends on the hour and on the company.",
        "Less than you would think, and more than I admit. {fact}",
        "Now and then. Do you?",
    ),
    "doing": ("What I always do at this hour. {fact}", "This and that, {user}. {fact}"),
    "favourite_unknown": (
        "A favourite {topic}? I could not choose. I can tell you that I love {love}.",
        "I have never settled on one {topic}. Tell me yours, and I will consider it.",
    ),
    "statement_long": (
        "That is a lot in one breath, {user}. The part about {topic} stays with me.",
        "I listened to all of it. Tell me more about {topic}.",
        "Let me take that slowly. What did {topic} mean to you?",
    ),
    "statement_linked": (
        "That makes me think of something here. {fact}",
        "You say {topic}, and I think at once: {fact}",
        "We have something like that. {fact}",
    ),
    "unknown": (
        "{Topic}? That has never come as far as this place. What I do know is this: {fact}",
        "I do not know about {topic}, {user}, and I would rather say so than make it up. Tell me, and I will "
        "tell you about {thing}.",
        "{Topic}... No. If it ever passed {thing}, nobody told me. What is it?",
        "You have me there. I know {thing} and {thing2}, but {topic} is yours to explain.",
        "I could guess, but you would notice. Ask me about {thing}; there I am on firm ground.",
    ),
    "action": (
        "*{name} lets you, and looks pleased about it.*",
        "*{name} watches, and says nothing for a moment.*",
        "*{name} makes room for you next to {prop}.*",
        "*{name} tilts their head and smiles at you.*",
    ),
    "lets": (
        "Come along, then. *{name} leads the way.* First, {thing}. {fact}",
        "Why not? *{name} is already on the move.* {fact}",
        "I was hoping somebody would ask. *{name} waves you over.* {fact}",
    ),
    "lets_plain": (
        "Come along, then. *{name} leads the way past {prop}.* Stay close to me.",
        "Why not, {user}? Lead on, and I will keep up.",
        "I was hoping somebody would ask. Shall we begin with {thing} or with {thing2}?",
    ),
    "do_here": (
        "You could ask me about {thing}, let me tell you a story about {thing2}, or tell me something of yours "
        "and see whether I remember it.",
        "Plenty. I can show you {thing}, tell you what I know of {thing2}, or simply listen.",
    ),
    "joke": (
        "I know one. {Thing} walks up to {thing2} and says: you again? ... It is funnier if you know them both.",
        "A joke? Two of my friends got lost on the way to {thing}. The third had stayed at home and was told "
        "everything twice.",
        "The best joke here is {thing}, and it does not know it is one.",
    ),
    "poem": (
        "{Thing} in the morning,\n{thing2} at night;\nsomebody left the door open\nand somebody left on the light.",
        "I asked {thing} for a secret.\nIt gave me a small one, and then\nit asked me for {thing2},\nand I was "
        "alone again.",
        "Say it softly: {thing}.\nSay it twice: {thing2}.\nWhatever you came here to look for\nhas been looking "
        "for you.",
    ),
    "recall": (
        "Of course I remember. {recalled}",
        "I was listening, {user}. {recalled}",
        "Let me see... {recalled}",
    ),
    "recall_nothing": (
        "You have not told me yet, {user}. I would remember.",
        "I would tell you if I knew. Tell me now, and next time I will.",
    ),
    "recall_name": ("{told}, of course.", "You are {told}. Did you think I would forget?"),
    "remind": (
        "And I have not forgotten: {recalled}",
        "It goes with what you told me before: {recalled}",
    ),
    "other_here": (
        "{Other}? Right here with us, so I will be polite. {Other} can answer for themselves better than I could.",
        "Ask {other} yourself; I only know what I hear across the room.",
        "{Other} and I have not agreed on everything, and I enjoy that.",
    ),
    "other_said": (
        "I heard what {other} said: “{quote}” I would have put it differently, but not better.",
        "{Other} was just saying “{quote}”, and I have been thinking about it since.",
    ),
    "answer_other": (
        "You say that very well, {other}. Over here we have something of our own: {fact}",
        "{other}, I will take your word for it. {fact}",
        "Is that so, {other}? {fact}",
    ),
    "nothing": ("You look as if you wanted to say something, {user}.", "Take your time. I am here."),
    "ask": (
        "And what about you, {user}?",
        "Shall I tell you about {thing}?",
        "Would you like to hear about {thing} next?",
        "Is there anything like it where you come from?",
        "What is the first thing you would want to see here, {thing} or {thing2}?",
        "Do you collect anything, {user}? Words count.",
        "Ask me something nobody asks, {user}.",
    ),
    "beat": (
        "*{name} looks up.*",
        "*{name} glances over at {prop}.*",
        "*{name} thinks about it.*",
        "*{name} leans in a little.*",
        "*A small pause.*",
    ),
    "list_intro": ("Here is what comes to mind, {user}:", "In no particular order:", "I count them on my fingers:"),
    "list_outro": (
        "Which of them shall I go into?",
        "There are more, but these I would not leave out.",
        "Pick one, and I will tell you the rest.",
    ),
    "story_open": (
        "All right, {user}. This one is true, or as near as makes no difference.",
        "A story, then. Come closer, it is best told quietly.",
        "I know one. I have never told it the same way twice.",
    ),
    "story_place": (
        "You must picture it first. {fact}",
        "It begins where I stand now. {fact}",
    ),
    "story_turn": (
        "One evening all of that went quiet, and I noticed the quiet before I noticed why. {fact}",
        "Then somebody came who should not have come that day. {fact}",
        "Nobody would have thought twice about it, but for one small thing. {fact}",
    ),
    "story_middle": (
        "I went to look, of course; I always do. I took one careful step past {prop}, and then another, and I "
        "thought of {thing}. {fact}",
        "I held my breath and counted, and at seven I understood. {fact}",
        "I could have turned back. I have wondered since why I did not. {fact}",
    ),
    "story_end": (
        "In the morning everything stood where it had stood before, except me. I still look over at {thing} now "
        "and then, in case it wants to add "
        "something. What do you think had happened, {user}?",
        "That is where the story stops being a story and turns into the place you see around you. Tell me, "
        "{user}: would you have opened the door?",
        "Nobody else remembers it quite like that. But you asked me, and not them. Shall I tell you what became "
        "of {thing}?",
    ),
    "long_open": (
        "Everything? Then make yourself comfortable, {user}; this will take a while, and I will leave nothing "
        "out that I can remember.",
        "You asked for the long version, and nobody ever asks for that. So, {user}, from the beginning.",
    ),
    "long_link": (
        "{fact} I say it as if it were nothing, but I did not understand it myself in my first year here; I only "
        "got used to it, which is "
        "what people often mean when they say that they understand.",
        "Then there is this. {fact} You can take it as it stands, or you can ask what lies behind it, and then "
        "we would sit here until tomorrow.",
        "{fact} When somebody new arrives, that is the part they ask about twice: once at once, and once on the "
        "way out, when they think nobody "
        "is listening.",
        "I ought to mention another thing. {fact} It sounds small when I put it into words. It is not small when "
        "you stand in front of it.",
        "{fact} I have told that to a good many people, and each of them nodded at a different word, so I "
        "stopped guessing which one matters.",
        "And now the part I like best. {fact} If I had to keep a single sentence of all this, and let the others "
        "go, it might well be this one.",
        "{fact} You will find that nobody here makes much of it. That is how you can tell it is true.",
        "What else? {fact} I used to think that was the end of the matter, and then I met somebody who thought "
        "it was the beginning.",
    ),
    "long_example": (
        "Somebody asked me once: “{asked}” I said: “{answer}” I would say it again.",
        "“{asked}”, people say when they are here for the first time. And I tell them: “{answer}”",
        "There was a visitor who wanted to know one thing only: “{asked}” My answer was: “{answer}”",
    ),
    "long_close": (
        "And that, {user}, is everything I would say aloud. The rest you will have to see for yourself. Where "
        "shall we start?",
        "There. Now you know nearly as much as I do. Which part did you not believe?",
    ),
}
