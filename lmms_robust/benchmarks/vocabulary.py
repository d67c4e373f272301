"""Word lists for :mod:`lmms_robust.benchmarks.grammar`: what a rule cannot know about English words."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words(
    "the a an this that these those my your his her its our their some any each every both all no another one "
    "two three four five six seven eight nine ten several many most few what which whose someone's"
)
PRONOUNS = _words("i you he she it we they me him us them himself herself itself who someone somebody nobody everyone")
COLOURS = _words(
    "red orange yellow green blue purple pink brown black white gray grey beige gold golden silver tan violet cyan "
    "maroon navy turquoise cream khaki teal olive magenta"
)

# A head noun ends before one of these.
BREAKS = _words(
    "of in on at with without to from by for near under underneath beneath below above over behind beside between "
    "against along across around inside outside into onto next through among toward towards before after atop than "
    "that which who whose where when whom is are was were has have wearing holding sitting standing walking carrying "
    "riding lying looking facing hanging playing eating driving running leaning located placed positioned parked "
    "dressed covered surrounded made seen shown visible closest nearest furthest there"
)

# Common nouns by form or meaning that the rules would get wrong.
IRREGULAR = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "ox": "oxen",
    "die": "dice",
    "cactus": "cacti",
    "fungus": "fungi",
    "knife": "knives",
    "wife": "wives",
    "life": "lives",
    "leaf": "leaves",
    "loaf": "loaves",
    "shelf": "shelves",
    "bookshelf": "bookshelves",
    "half": "halves",
    "calf": "calves",
    "scarf": "scarves",
    "wolf": "wolves",
    "thief": "thieves",
    "hoof": "hooves",
    "tomato": "tomatoes",
    "potato": "potatoes",
    "mango": "mangoes",
    "bus": "buses",
    "gas": "gases",
    "lens": "lenses",
    "canvas": "canvases",
    "iris": "irises",
    "axis": "axes",
    "quiz": "quizzes",
    "ski": "skis",
    "taxi": "taxis",
    "bikini": "bikinis",
    "kiwi": "kiwis",
    "menu": "menus",
}
SAME = _words(
    "sheep deer fish aircraft spacecraft watercraft bison moose salmon trout shrimp squid species series cattle "
    "livestock furniture luggage grass"
)
PAIRS = _words(
    "scissors sunglasses eyeglasses pants jeans trousers shorts goggles binoculars pliers tongs tweezers headphones "
    "earphones leggings pajamas"
)
SINGULAR_IN_S = _words(
    "bus gas lens canvas atlas christmas chaos pancreas alias bias yes species series gps texas kansas"
)
MASS_IN_S = _words("news physics mathematics gymnastics athletics")

# Plurals that lose only the "s", where a rule would take more.
KEEP_E = _words(
    "shoes horseshoes snowshoes toes canoes hoes cookies movies ties neckties pies selfies brownies zombies hoodies "
    "smoothies collies calories axes caches headaches mustaches moustaches niches avalanches causes houses mouses "
    "greenhouses lighthouses warehouses blouses horses noses roses purses nurses vases bases cases suitcases bookcases "
    "briefcases pillowcases staircases hoses uses spouses"
)

# Names that often stand alone as an option.
PROPER = _words(
    "Africa Antarctica Asia Australia Europe America Oceania Arctic Atlantic Pacific Indian "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February April June July August September "
    "October November December Christmas Easter Halloween Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune "
    "Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho Illinois "
    "Indiana Iowa Kansas Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri "
    "Montana Nebraska Nevada Ohio Oklahoma Oregon Pennsylvania Tennessee Texas Utah Vermont Virginia Washington "
    "Wisconsin Wyoming Argentina Austria Bangladesh Belgium Brazil Britain Bulgaria Canada Chile China Colombia Cuba "
    "Denmark Egypt England Ethiopia Fiji Finland France Germany Ghana Greece Grenada Haiti Hungary India Indonesia "
    "Iran Iraq Ireland Israel Italy Jamaica Japan Kenya Korea Kuwait Malaysia Mexico Mongolia Morocco Nauru Nepal "
    "Netherlands Nigeria Norway Pakistan Palau Peru Philippines Poland Portugal Russia Samoa Scotland Singapore Spain "
    "Sweden Switzerland Thailand Tonga Turkey Tuvalu Ukraine Vanuatu Vietnam Wales English French German Spanish "
    "Italian Chinese Japanese Korean Russian Portuguese Dutch Roman Greek Arabic Latin American European Asian African "
    "British Christian Muslim Buddhist Jewish Hindu London Paris Rome Berlin Madrid Tokyo Beijing Shanghai Moscow "
    "Sydney Chicago Boston Seattle Houston Dallas Facebook Google Apple Microsoft Amazon Python Java Photoshop"
)

# For yes/no questions: which words open the predicate.
OPENERS = _words(
    "above below underneath beneath under behind beside between near inside outside over visible higher lower larger "
    "smaller bigger taller shorter closer farther further nearer parallel perpendicular directly immediately "
    "completely partially slightly currently mostly also more less located placed positioned situated parked "
    "facing looking pointing touching turned oriented adjacent opposite"
)
WEAK_OPENERS = _words("in on at with from to by for made full empty open closed")
# These describe the subject wherever a clearer predicate follows: "the man wearing a hat behind the car".
ATTACHING = _words("wearing holding carrying riding having containing with showing saying reading using")
PARTICIPLES = _words(
    "sitting standing lying walking running moving leaning hanging driving eating drinking playing flying swimming "
    "jumping sleeping smiling talking going coming heading resting crossing kneeling bending skiing surfing skating "
    "raining snowing working waiting"
)
# "Are all X Y?" is not denied by "all X are not Y".
QUANTIFIERS = _words("all both every each any some most many several no only")
BARE_VERBS = _words(
    "have wear hold look face contain show touch appear see be belong carry ride use need support stand sit lie lean "
    "point reach cover match make eat play seem fit cross live grow fly swim go come move share indicate include "
    "depict represent describe feature display depend"
)

TURNED = re.compile(r"\b(?:not|n't|incorrect|false|wrong|except|least|cannot|never|without|neither)\b", re.IGNORECASE)
"""Questions whose right option is the one that does not hold, so that an option is no statement about the picture."""
