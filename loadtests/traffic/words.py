"""What users of a Pawa AI application say, in English and Swahili.

Templates with gaps that :mod:`loadtests.traffic.requests` fills: ``{name}``, ``{town}``,
``{thing}``, ``{count}``, ``{money}``, ``{number}``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its faker locale, what an assistant is told, and what people ask and add.

    ``opening`` begins a conversation, ``following`` goes on with it, ``padding`` makes a long
    message longer, ``sentences`` are what is embedded.
    """

    locale: str
    system: str
    opening: tuple[str, ...]
    following: tuple[str, ...]
    padding: tuple[str, ...]
    sentences: tuple[str, ...]
    things: tuple[str, ...]


TOWNS = ("Dar es Salaam", "Arusha", "Mwanza", "Dodoma", "Mbeya", "Moshi", "Tanga", "Morogoro")

ENGLISH = Language(
    locale="en_US",
    system="You help the customers of a shop in {town}. Answer briefly and politely.",
    opening=(
        "Hello, this is {name}. My order {number} of {count} {thing} has not come to {town} yet.",
        "How much do {count} {thing} cost with delivery to {town}?",
        "I paid {money} shillings by phone, but order {number} still says unpaid. What now?",
        "Can {name} return {thing} that were bought two weeks ago in {town}?",
        "Please write a short message to {name}: the {count} {thing} are ready in {town}.",
        "Which {thing} do you have under {money} shillings?",
    ),
    following=(
        "And if I take {count} instead?",
        "Thank you. When will it be in {town}?",
        "The number was {number}, I made a mistake before.",
        "Could you say that again in one sentence for {name}?",
        "Is that with or without the delivery of {money} shillings?",
    ),
    padding=(
        "I have written to you before about the same order.",
        "The driver called from {town} and could not find the house behind the market.",
        "We are a school and need {count} {thing} before the term begins.",
        "The receipt says {money} shillings, the message on the phone says something else.",
        "My neighbour {name} had the same trouble last month.",
    ),
    sentences=(
        "{thing} delivered to {town}, paid on arrival",
        "order {number}: {count} {thing}, {money} shillings",
        "complaint of {name} about late {thing}",
        "opening hours of the shop in {town}",
        "{thing} for schools, from {count} pieces on",
    ),
    things=("solar lamps", "bags of rice", "school books", "phone covers", "water filters"),
)

SWAHILI = Language(
    locale="sw",
    system="Unawasaidia wateja wa duka lililopo {town}. Jibu kwa ufupi na kwa heshima.",
    opening=(
        "Habari, naitwa {name}. Oda yangu {number} ya {thing} {count} haijafika {town} bado.",
        "{thing} {count} ni bei gani pamoja na usafiri hadi {town}?",
        "Nimelipa shilingi {money} kwa simu, lakini oda {number} inaonyesha haijalipwa. Nifanyeje?",
        "Je, {name} anaweza kurudisha {thing} alizonunua wiki mbili zilizopita {town}?",
        "Tafadhali mwandikie {name} ujumbe mfupi: {thing} {count} ziko tayari {town}.",
        "Mna {thing} gani chini ya shilingi {money}?",
    ),
    following=(
        "Na nikichukua {count} badala yake?",
        "Asante. Zitafika {town} lini?",
        "Namba ilikuwa {number}, nilikosea mwanzoni.",
        "Unaweza kurudia kwa sentensi moja kwa ajili ya {name}?",
        "Hiyo ni pamoja na usafiri wa shilingi {money}, au bila?",
    ),
    padding=(
        "Nimeshawaandikia kuhusu oda hiyo hiyo.",
        "Dereva alipiga simu kutoka {town}, hakuiona nyumba nyuma ya soko.",
        "Sisi ni shule, tunahitaji {thing} {count} kabla ya muhula kuanza.",
        "Risiti inasema shilingi {money}, ujumbe wa simu unasema vingine.",
        "Jirani yangu {name} alipata shida hiyo hiyo mwezi uliopita.",
    ),
    sentences=(
        "{thing} zapelekwa {town}, malipo baada ya kufika",
        "oda {number}: {thing} {count}, shilingi {money}",
        "malalamiko ya {name} kuhusu {thing} zilizochelewa",
        "saa za kufungua duka la {town}",
        "{thing} kwa shule, kuanzia vipande {count}",
    ),
    things=("taa za jua", "magunia ya mchele", "vitabu vya shule", "chujio za maji", "kofia"),
)

LANGUAGES = (ENGLISH, SWAHILI)
