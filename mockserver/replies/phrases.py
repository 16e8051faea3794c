"""Short sentences in Swahili and English, and the words that they are made of.

A sentence is who, does what, and where or when: each picked from a list of 32 by one number, so
that three numbers make one of 65,536 sentences. Whoever the sentence is about stands in the
singular, so that every verb fits.
"""

from __future__ import annotations

from itertools import chain

Words = tuple[str, ...]

_SWAHILI_WHO = (
    "mwalimu, mkulima, daktari, dereva, fundi, mama, baba, rafiki yangu, jirani yetu, "
    "mfanyabiashara, mwanafunzi, mvuvi, mpishi, muuguzi, msafiri, mzee wetu, dada yangu, "
    "kaka yangu, bibi, babu, mtoto, mgeni, kijana, msichana, mvulana, mwandishi, mhasibu, "
    "mlinzi, mchoraji, meneja, mteja, seremala"
)
_SWAHILI_DOES = (
    "anauza matunda, ananunua mboga, anasoma barua, anaandika jibu, anapika chakula, "
    "analima shamba, anatengeneza baiskeli, anafundisha watoto, anabeba maji, anasubiri basi, "
    "anatafuta njia, anajenga nyumba, anakunywa chai, anapenda kahawa, analeta habari njema, "
    "anatuma ujumbe, anapokea malipo, anahesabu pesa, anafungua duka, anafunga mlango, "
    "anapanda mti, anavua samaki, anasaidia jirani, anauliza swali, anapokea simu, "
    "anaimba wimbo, anasikiliza redio, anachora ramani, anaongoza mkutano, anatembelea ndugu, "
    "anapanga safari ndefu, anaosha vyombo"
)
_SWAHILI_WHEN = (
    "asubuhi, jioni, sokoni, mjini, kijijini, karibu na mto, kando ya ziwa, kila siku, "
    "leo mchana, kesho asubuhi, nyumbani, shuleni, hospitalini, kazini, njiani, mapema, "
    "polepole, haraka, kwa furaha, kwa makini, bila haraka, baada ya mvua, kabla ya usiku, "
    "wakati wa jua, pamoja na familia, na marafiki, kwa msaada wetu, kituoni, "
    "chini ya mwembe, juu ya mlima, mbele ya duka, siku ya soko"
)
_ENGLISH_WHO = (
    "the teacher, a farmer, the doctor, our driver, a carpenter, my neighbour, the nurse, "
    "a fisherman, the cook, a traveller, my sister, her brother, the old man, a young woman, "
    "the shopkeeper, our guest, the child, a student, the writer, an accountant, the guard, "
    "a painter, the manager, one customer, my grandmother, his uncle, the singer, a pilot, "
    "the tailor, our captain, the gardener, a friend"
)
_ENGLISH_DOES = (
    "sells fresh fruit, buys green vegetables, reads a letter, writes an answer, "
    "cooks a meal, walks to town, repairs a bicycle, teaches the children, carries water, "
    "waits for the bus, looks for the road, builds a house, drinks sweet tea, likes coffee, "
    "brings good news, sends a message, receives a payment, counts the money, opens the shop, "
    "closes the door, plants a tree, catches fish, helps a neighbour, asks a question, "
    "answers the phone, sings a song, listens to the radio, draws a map, leads the meeting, "
    "visits the family, plans a journey, washes the dishes"
)
_ENGLISH_WHEN = (
    "in the morning, in the evening, at the market, in town, in the village, near the river, "
    "by the lake, every day, this afternoon, tomorrow, at home, at school, near the hospital, "
    "at work, on the way, very early, slowly, in a hurry, with joy, with care, without haste, "
    "after the rain, before night, in the sun, with the family, among friends, with our help, "
    "at the station, under the mango tree, on the hill, in front of the shop, on market day"
)
_GREETINGS = (
    "asante, karibu, sawa, ndiyo, hakika, vizuri, safi, kweli, thanks, welcome, yes, indeed"
)
_RESTS = (
    "anakuja, anacheka, anapumzika, anasoma, anaimba, anacheza, anaondoka, anarudi, anasubiri, "
    "anafikiri, analala, anaamka, anatembea, anakimbia, anaogelea, anashukuru"
)


def _phrases(text: str, *, first: bool = False, last: bool = False) -> tuple[Words, ...]:
    """Phrases as words; the ``first`` of a sentence has a capital, its ``last`` a full stop."""
    phrases = text.split(", ")
    if first:
        phrases = [phrase[:1].upper() + phrase[1:] for phrase in phrases]
    return tuple(tuple(f"{phrase}{'.' if last else ''}".split()) for phrase in phrases)


Book = tuple[tuple[Words, ...], tuple[Words, ...], tuple[Words, ...]]

SWAHILI: Book = (
    _phrases(_SWAHILI_WHO, first=True),
    _phrases(_SWAHILI_DOES),
    _phrases(_SWAHILI_WHEN, last=True),
)
ENGLISH: Book = (
    _phrases(_ENGLISH_WHO, first=True),
    _phrases(_ENGLISH_DOES),
    _phrases(_ENGLISH_WHEN, last=True),
)


def _of_length(phrases: tuple[Words, ...], length: int) -> tuple[Words, ...]:
    return tuple(words for words in phrases if len(words) == length)


_WHO = _of_length(SWAHILI[0], 1)
_DOES = _of_length(SWAHILI[1], 2)
FITTING: dict[int, Book] = {
    1: (_phrases(_GREETINGS, first=True, last=True), ((),), ((),)),
    2: (_WHO, _phrases(_RESTS, last=True), ((),)),
    3: (_WHO, _of_length(_phrases(_SWAHILI_DOES, last=True), 2), ((),)),
    4: (_WHO, _DOES, _of_length(SWAHILI[2], 1)),
    5: (_WHO, _DOES, _of_length(SWAHILI[2], 2)),
    6: (_WHO, _DOES, _of_length(SWAHILI[2], 3)),
}
"""Sentences of exactly so many words, for the end of a text of a given length."""

VOCABULARY = frozenset(
    chain.from_iterable(
        words
        for book in (SWAHILI, ENGLISH, *FITTING.values())
        for phrases in book
        for words in phrases
    )
)
"""Every word of a generated text, with its capital or full stop where it has one."""
