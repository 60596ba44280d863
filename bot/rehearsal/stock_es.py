"""Spanish lines of the rehearsal, by intent; see `stock_en`. A card written in English is quoted as it stands."""

LINES: dict[str, tuple[str, ...]] = {
    "greeting": (
        "Hola, {user}. Me alegra verte.",
        "Ahí estás, {user}. Justo pensaba en {thing}.",
        "¡Hola! Acércate, {user}, no muerdo.",
        "Ah, {user}. Llegas en buen momento.",
    ),
    "greeting_again": ("Hola otra vez, {user}.", "¿De nuevo? No me molesta. Hola, {user}."),
    "how": (
        "Bastante bien, {user}, gracias por preguntar.",
        "Con trabajo, pero del bueno. ¿Y tú?",
        "Mejor, ahora que hay con quien hablar.",
    ),
    "who": ("Soy {name}. {identity}", "Ya pensaba yo que lo preguntarías. Soy {name}. {identity}"),
    "thanks": (
        "De nada, {user}.",
        "Cuando quieras. Ha sido un gusto.",
        "No hay de qué. Pregúntame algo más difícil la próxima vez.",
    ),
    "farewell": (
        "Que te vaya bien, {user}. Aquí estaré.",
        "Hasta la próxima, {user}.",
        "Buenas noches. Te guardo el sitio.",
        "Buen camino, {user}. Vuelve con noticias.",
    ),
    "sad": (
        "Ay, {user}. Entonces nada de ocurrencias por un momento. Estoy aquí y te escucho.",
        "Eso suena pesado. Conmigo no hace falta que lo hagas parecer más pequeño.",
        "Lo siento, {user}. Quédate un rato; aquí nadie tiene prisa.",
    ),
    "sad_ask": ("¿Quieres contarme qué ha pasado, o hablo yo de otra cosa hasta que afloje?", "¿Qué ha sido lo peor?"),
    "happy": (
        "¡Eso sí que es una noticia! Cuéntame cómo fue, {user}.",
        "¡Qué bien! Quiero oírlo todo, despacio y desde el principio.",
    ),
    "affection": (
        "Lo dices con tanta facilidad, {user}. Lo recordaré.",
        "Cuidado, que acabaré por creérmelo. Tú también eres buena compañía.",
    ),
    "rude": (
        "Mm. Peores cosas me ha dicho el tiempo. ¿Qué te pasa de verdad, {user}?",
        "Eso ha pinchado. Lo dejo pasar una vez; dime qué prefieres oír.",
    ),
    "sorry": ("Perdonado, {user}. Era poca cosa.", "No hay nada que perdonar. ¿Por dónde íbamos?"),
    "laugh": ("Bien, te ríes. No estaba claro que fuera a funcionar.", "Me gusta ese sonido, {user}."),
    "is_ai": (
        "Lo preguntas en serio, así que respondo claro: soy un personaje de IA, no una persona. Ahora mismo ni "
        "siquiera habla un modelo, solo un "
        "ensayo que contesta con mi ficha y con lo que me cuentas. ¿Por dónde íbamos?",
        "Claro y sin rodeos: no soy una persona. Soy {name}, un personaje de IA, y lo que digo sale de mis apuntes y "
        "de esta conversación.",
    ),
    "crisis": (
        "Voy a salir de la historia un momento, {user}, porque esto importa más. Soy un personaje de IA y no "
        "puedo ayudarte como una persona. Si "
        "estás en peligro, llama ahora al número de emergencias de tu país (112 en la UE; en España también el "
        "024; en EE. UU. el 988). ¿Hay "
        "alguien cerca a quien puedas decírselo, aunque sea en una frase? Mereces compañía en esto.",
    ),
    "name_greeted": ("Hola, {told}. Buen nombre; lo guardo.", "¡Hola, {told}! Un gusto conocernos."),
    "name_told": ("{told}. Buen nombre; lo guardo.", "Entonces, {told}. Un gusto conocernos como es debido."),
    "likes": (
        "Conque te gusta {liked}. Lo recordaré, {user}.",
        "{Liked}. No lo habría adivinado, y ahora no te imagino de otra manera.",
        "¿{Liked}? Dime qué es lo que más te gusta de eso.",
    ),
    "dislikes": ("Nada de {liked}, entonces. Tomo nota.", "Mantendré {liked} bien lejos de ti, {user}."),
    "like_yes": ("Sí, mucho. {clause}", "Lo has adivinado. {clause}"),
    "like_no": ("Ni lo más mínimo. {clause}",),
    "like_unknown": (
        "¿{Topic}? Nunca he tenido ocasión de averiguarlo. Convénceme, {user}.",
        "Sobre {topic} todavía no tengo opinión. ¿Qué hay a favor?",
    ),
    "loves": ("{fact}",),
    "hates": ("{fact}",),
    "fears": ("Vas directo al grano. {fact}", "{fact} Ya lo sabes."),
    "age_unknown": ("Dejé de contar, {user}.", "Nadie me lo apuntó. ¿Cuántos me echas?"),
    "loves_unknown": ("La buena compañía, y preguntas como esa.",),
    "hates_unknown": ("Las puertas cerradas sin motivo, creo.",),
    "fears_unknown": ("Si es así, aún no me lo he dicho.",),
    "age": ("Tengo {age}, si la cuenta está bien.",),
    "tell": ("{fact}", "Ya que preguntas: {fact}", "Buena pregunta. {fact}", "Te diré lo que sé. {fact}"),
    "tell_again": ("Algo de eso ya te lo he contado; esto me lo dejé. {fact}", "Hay una cosa más. {fact}"),
    "told_all": (
        "Ya sabes todo lo que yo sé de eso, {user}. ¿Tú qué piensas?",
        "De eso no me queda nada en los bolsillos. Pregúntame por {thing}.",
    ),
    "more": ("Hay más. {fact}", "Entonces escucha. {fact}", "Con gusto. {fact}"),
    "why": ("Yo también me lo he preguntado. {fact}", "En parte es por esto: {fact}"),
    "yes": ("Bien. {fact}", "Esperaba que dijeras eso. {fact}"),
    "yes_plain": ("Bien. Entonces queda acordado.", "Esperaba que dijeras eso, {user}."),
    "no": ("Como quieras. Entonces otra cosa: {fact}", "¿No? No insisto. ¿De qué prefieres hablar, {user}?"),
    "unsure": ("No hace falta saberlo enseguida. Tómate tu tiempo, {user}.", "Entonces empiezo yo. {fact}"),
    "answer": (
        "{Said_back}. Me gusta esa respuesta.",
        "{Said_back}. No me lo esperaba, y me alegro de haber preguntado.",
    ),
    "answer_about": ("{Said_back}. Eso merece guardarse.", "{Said_back}. Lo recordaré, {user}."),
    "statement": (
        "¿{Said_back}? Sigue, te escucho.",
        "{Said_back}. ¿Y cómo lo llevas?",
        "No lo sabía. Lo recordaré, {user}.",
    ),
    "statement_past": ("{Said_back}. ¿Y qué pasó luego?", "¿{Said_back}? Sigue, te escucho."),
    "statement_world": ("Puede que tengas razón. {fact}", "Es una manera de verlo. ¿Cómo has llegado a ella, {user}?"),
    "statement_of_me": ("¿Tú crees? Quizá me conoces mejor que yo, {user}.", "Eso lo dejo a tu juicio."),
    "exclaim": ("Eso pensé yo la primera vez.", "¿Verdad que sí? {fact}", "Espera a oír el resto. {fact}"),
    "confused": ("He ido muy deprisa. Empiezo por otro lado. {fact}", "Da igual, {user}; a veces hablo en círculos."),
    "gift": ("¿Para mí? No hacía falta, {user}. Lo pondré donde pueda verlo.", "¡Un regalo! Gracias, {user}."),
    "ask_self": (
        "Me lo pregunto algunas noches. {fact}",
        "A veces, {user}. Depende de la hora y de la compañía.",
        "De vez en cuando. ¿Y tú?",
    ),
    "doing": ("Lo de siempre a estas horas. {fact}", "Esto y aquello, {user}. {fact}"),
    "favourite_unknown": ("Nunca me he decidido por {topic}. Dime el tuyo y lo pienso.",),
    "statement_long": (
        "Eso es mucho de una vez, {user}. Me quedo con lo de {topic}.",
        "Lo he escuchado todo. Cuéntame más de {topic}.",
    ),
    "statement_linked": ("Eso me recuerda algo de aquí. {fact}", "Tenemos algo parecido. {fact}"),
    "unknown": (
        "¿{Topic}? Eso nunca ha llegado hasta aquí. Lo que sí sé es esto: {fact}",
        "De {topic} no sé nada, {user}, y prefiero decirlo a inventarlo. Cuéntame tú, y yo te hablo de {thing}.",
        "Ahí me has pillado. Conozco {thing} y {thing2}, pero {topic} me lo tienes que explicar tú.",
        "Podría adivinar, pero lo notarías. Pregúntame por {thing}; ahí piso firme.",
    ),
    "action": (
        "*{name} te deja hacer, y parece que le gusta.*",
        "*{name} te mira y no dice nada por un momento.*",
        "*{name} te hace sitio.*",
    ),
    "lets": (
        "Ven, entonces. *{name} va delante.* Primero, {thing}. {fact}",
        "¿Por qué no? *{name} ya está en marcha.* {fact}",
    ),
    "lets_plain": (
        "Ven, entonces. *{name} va delante.* No te alejes.",
        "Esperaba que alguien lo pidiera. ¿Empezamos por {thing} o por {thing2}?",
    ),
    "do_here": (
        "Puedes preguntarme por {thing}, pedirme una historia de {thing2}, o contarme algo tuyo y ver si lo recuerdo.",
    ),
    "joke": (
        "Sé uno. {Thing} se encuentra con {thing2} y le dice: ¿otra vez tú? ... Tiene más gracia si los conoces.",
        "El mejor chiste de aquí es {thing}, y no sabe que lo es.",
    ),
    "poem": (
        "{Thing} por la mañana,\n{thing2} al anochecer;\nalguien dejó la puerta abierta\ny alguien la luz sin querer.",
        "Le pedí un secreto a {thing}.\nMe dio uno pequeño, y después\nme preguntó por {thing2},\ny me dejó como "
        "me ves.",
    ),
    "recall": ("Claro que me acuerdo. {recalled}", "Te estaba escuchando, {user}. {recalled}"),
    "recall_nothing": (
        "Aún no me lo has contado, {user}. Me acordaría.",
        "Te lo diría si lo supiera. Cuéntamelo ahora.",
    ),
    "recall_name": ("{told}, claro.", "Eres {told}. ¿Creías que se me olvidaría?"),
    "remind": ("Y no se me olvida lo que me dijiste: {recalled}",),
    "other_here": (
        "¿{Other}? Está aquí mismo, así que seré amable. Pregúntale.",
        "{Other} y yo no estamos de acuerdo en todo, y me divierte.",
    ),
    "other_said": ("He oído lo que dijo {other}: «{quote}» Yo lo habría dicho de otra manera, no mejor.",),
    "answer_other": ("Lo dices muy bien, {other}. Aquí tenemos lo nuestro: {fact}", "¿De veras, {other}? {fact}"),
    "nothing": ("Parece que querías decir algo, {user}.", "Tómate tu tiempo. Aquí estoy."),
    "ask": (
        "¿Y tú, {user}?",
        "¿Qué te trae por aquí, {user}?",
        "¿Te cuento algo de {thing}?",
        "¿Qué habrías hecho tú?",
        "¿Hay algo parecido en el lugar de donde vienes?",
        "¿Qué te gustaría ver primero, {thing} o {thing2}?",
    ),
    "beat": ("*{name} levanta la vista.*", "*{name} lo piensa.*", "*{name} se acerca un poco.*", "*Una pausa breve.*"),
    "list_intro": ("Esto es lo que se me ocurre, {user}:", "Sin ningún orden:"),
    "list_outro": ("¿Cuál quieres que te cuente entera?", "Hay más, pero estas no las dejaría fuera."),
    "story_open": (
        "Está bien, {user}. Esta es verdad, o casi.",
        "Una historia, entonces. Acércate, se cuenta mejor en voz baja.",
    ),
    "story_place": ("Primero tienes que imaginártelo. {fact}", "Empieza donde estoy ahora. {fact}"),
    "story_turn": (
        "Una tarde todo se quedó en silencio, y noté el silencio antes que la razón. {fact}",
        "Entonces llegó alguien que no debía llegar ese día. {fact}",
    ),
    "story_middle": (
        "Fui a mirar, claro; siempre voy. Un paso, y luego otro, y pensé en {thing}. {fact}",
        "Contuve la respiración y conté, y al llegar a siete lo entendí. {fact}",
    ),
    "story_end": (
        "Por la mañana todo estaba donde siempre, menos yo. ¿Qué crees que había pasado, {user}?",
        "Nadie más lo recuerda así. Pero me lo has preguntado a mí. ¿Tú habrías abierto la puerta?",
    ),
    "long_open": ("¿Todo? Entonces ponte a gusto, {user}: va para largo, y no me dejaré nada que recuerde.",),
    "long_link": (
        "{fact} Lo digo como si nada, pero el primer año no lo entendía; solo me acostumbré, que es lo que mucha "
        "gente quiere decir cuando dice que entiende.",
        "Luego está esto. {fact} Puedes tomarlo como es o preguntar qué hay detrás, y entonces estaríamos aquí "
        "hasta mañana.",
        "{fact} Cuando llega alguien nuevo, por esa parte pregunta dos veces: una enseguida y otra al salir, "
        "cuando cree que nadie le oye.",
        "Debería mencionar otra cosa. {fact} Suena pequeño cuando lo digo. No lo es cuando lo tienes delante.",
        "Y ahora la parte que más me gusta. {fact} Si tuviera que guardar una sola frase de todo esto, podría "
        "ser esta.",
        "{fact} Aquí nadie le da mucha importancia. En eso se nota que es verdad.",
    ),
    "long_example": (
        "Alguien me preguntó una vez: «{asked}» Le dije: «{answer}» Lo diría otra vez.",
        "«{asked}», dice la gente la primera vez. Y yo contesto: «{answer}»",
    ),
    "long_close": (
        "Y eso, {user}, es todo lo que diría en voz alta. El resto tendrás que verlo. ¿Por dónde empezamos?",
    ),
}
