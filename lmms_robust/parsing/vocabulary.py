"""Words that mean the same and words that exclude each other, for answers to questions about pictures."""

from __future__ import annotations

# Number words that stand for digits in options and chains.
_NUMBER_WORDS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty"""
NUMBERS = {word: str(value) for value, word in enumerate(_NUMBER_WORDS.split())} | {"single": "1"}

POLYGONS = {
    "triangle": "3", "quadrilateral": "4", "square": "4", "rectangle": "4", "pentagon": "5", "hexagon": "6",
    "heptagon": "7", "octagon": "8", "nonagon": "9", "decagon": "10",
}  # fmt: skip

# Irregular forms, spellings and plain one-word synonyms, brought to one word on both sides (option and chain).
IRREGULAR = {
    "leftward": "left", "leftwards": "left", "leftmost": "left", "rightward": "right", "rightwards": "right",
    "rightmost": "right", "lefthand": "left", "righthand": "right", "upward": "up", "upwards": "up",
    "downward": "down", "downwards": "down", "forwards": "forward", "backwards": "backward", "towards": "toward",
    "grey": "gray", "grayish": "gray", "greyish": "gray", "whitish": "white", "blackish": "black",
    "reddish": "red", "bluish": "blue", "greenish": "green", "yellowish": "yellow", "brownish": "brown",
    "centre": "center", "central": "center", "middle": "center", "wooden": "wood", "metallic": "metal",
    "golden": "gold", "silvery": "silver", "woolen": "wool", "men": "man", "women": "woman", "lady": "woman",
    "ladies": "woman", "children": "child", "kid": "child", "kids": "child", "people": "person", "persons": "person",
    "feet": "foot", "mice": "mouse", "geese": "goose", "knives": "knife", "leaves": "leaf", "shelves": "shelf",
    "sofa": "couch", "bike": "bicycle", "bikes": "bicycle", "automobile": "car", "tv": "television",
    "fridge": "refrigerator", "airplane": "plane", "aeroplane": "plane", "aircraft": "plane", "cellphone": "phone",
    "smartphone": "phone", "telephone": "phone", "rug": "carpet", "shut": "closed", "trousers": "pant",
    "rectangle": "rectangular", "circle": "round", "circular": "round", "triangle": "triangular",
    "elliptical": "oval", "ellipse": "oval", "cylinder": "cylindrical", "sphere": "spherical", "within": "inside",
    "surprise": "surprised", "laying": "lie", "colour": "color", "colored": "color", "coloured": "color",
    "ajar": "open", "lit": "lit", "flame": "lit", "flames": "lit", "burning": "lit",
    "burns": "lit", "extinguished": "unlit", "vacant": "empty", "unoccupied": "empty", "deserted": "empty",
    "halt": "stop", "halts": "stop", "kilos": "kg", "kilo": "kg", "kilograms": "kg", "kilogram": "kg", "grams": "g",
    "metre": "m", "metres": "m", "meter": "m", "meters": "m", "centimetres": "cm", "centimeters": "cm", "litres": "l",
    "liters": "l", "litre": "l", "liter": "l", "differ": "different", "differs": "different", "identical": "same",
    "alike": "same", "photo": "image", "photograph": "image",
    "picture": "image", "seated": "sit", "sat": "sit", "stood": "stand", "held": "hold", "lying": "lie", "lies": "lie",
    "violet": "purple", "beneath": "below", "underneath": "below", "under": "below", "beside": "beside",
    "atop": "above", "over": "above", "rear": "back", "nearer": "closer", "nearest": "closer", "closest": "closer",
    "further": "farther", "furthest": "farther", "farthest": "farther", "bigger": "larger", "biggest": "larger",
    "largest": "larger", "smallest": "smaller", "highest": "higher", "lowest": "lower", "tallest": "taller",
    "shortest": "shorter", "longest": "longer", "oldest": "older", "youngest": "younger", "most": "more",
    "heaviest": "heavier", "lightest": "lighter", "overcast": "cloudy", "rainy": "rain", "snowy": "snow",
    "nighttime": "night", "daytime": "day", "indoors": "indoor", "outdoors": "outdoor", "inside": "inside",
    "facing": "face", "faces": "face", "faced": "face", "true": "true", "does": "do", "goes": "go",
}  # fmt: skip

# Phrases of which one may stand for another; used for a chain only where no other option could be meant.
SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("above", "on top of", "higher than", "on top"),
    ("on", "on top of", "resting on", "sitting on", "on top", "lying on", "standing on", "placed on"),
    ("below", "lower than", "at the foot of"),
    ("below", "bottom"),
    ("above", "top"),
    ("on top", "above"),
    ("at the bottom", "below"),
    ("in front", "ahead of", "front", "in the foreground"),
    ("in front of", "before", "ahead of", "front of"),
    ("front", "in front", "ahead"),
    ("behind", "in back of", "at the back of", "back", "at the rear of", "to the back of"),
    ("back", "behind", "backside"),
    ("top", "upper"),
    ("bottom", "lower"),
    ("next to", "beside", "adjacent to", "alongside", "right by"),
    ("near", "close to", "next to"),
    ("far", "distant", "far away"),
    ("inside", "within", "in"),
    ("toward camera", "toward viewer", "at camera", "face camera", "toward us", "face viewer", "face us", "at viewer"),
    ("away from camera", "away from viewer", "away from us", "back to camera"),
    ("face camera", "toward camera", "face viewer", "face us"),
    ("man", "male", "guy", "gentleman"),
    ("woman", "female"),
    ("plane", "jet"),
    ("metal", "steel", "iron", "aluminum", "stainless steel"),
    ("cloth", "fabric", "textile"),
    ("stone", "rock"),
    ("ceramic", "porcelain"),
    ("leather", "hide"),
    ("trash can", "garbage can", "bin", "trash bin", "dustbin"),
    ("phone", "mobile phone", "cell phone", "mobile"),
    ("cup", "mug"),
    ("road", "street"),
    ("truck", "lorry"),
    ("motorcycle", "motorbike"),
    ("big", "large"),
    ("small", "little", "tiny"),
    ("sunny", "clear sky", "sunshine"),
    ("rain", "wet"),
    ("day", "daylight"),
    ("night", "dark"),
    ("clockwise", "clock wise"),
    ("counterclockwise", "anticlockwise", "counter clockwise", "anti clockwise"),
    ("parallel", "same direction"),
    ("perpendicular", "right angle", "90 degree"),
    ("same direction", "same way", "parallel"),
    ("opposite direction", "opposite way", "opposite"),
    ("closer", "less far"),
    ("equal", "same distance", "equally far", "equally close", "same"),
    ("none", "0", "no"),
    ("television", "monitor", "screen"),
    ("child", "boy"),
    ("child", "girl"),
    ("bag", "backpack"),
    ("glass", "wine glass"),
    ("bathroom", "restroom", "washroom"),
    ("happy", "smile", "joyful"),
    ("sad", "unhappy"),
    ("angry", "mad"),
    ("walk", "stroll"),
    ("talk", "speak", "chat"),
    ("newspaper", "paper"),
    ("stop", "stationary", "not move"),
    ("upper half", "top half", "up there"),
    ("lower half", "bottom half", "down there"),
    ("next to each other", "side by side", "close together", "touching"),
    ("far apart", "a long way apart", "far from each other"),
)

# What an option that declines to choose is called, and what a chain that cannot decide says.
_ABSTAIN = """not sure; unsure; cannot be determined; can't be determined; cannot determine; can't determine;
cannot tell; can't tell; unable to determine; unable to tell; not enough information; insufficient information;
don't know; do not know; impossible to tell; impossible to determine; impossible to say; hard to tell; hard to say;
difficult to tell; difficult to say; not possible to determine; not possible to tell; unclear; cannot say;
can't say; uncertain; cannot decide; can't decide; not determinable; undetermined; cannot be answered;
can't be answered; not certain; no way to tell; difficult to determine; hard to determine; too blurry;
cannot be sure; can't be sure; unknown; ambiguous to decide; cannot answer; can't answer; not clear;
nothing to go by; nothing to go on; back and forth; remain open; remains open; no way of knowing;
no way of telling; no way to know; may or may not; might or might not; toss-up; torn between; coin flip;
anyone's guess; can't settle; cannot settle; can't make up my mind; could go either way; could be either;
equally plausible; equally likely"""
ABSTAIN = tuple(phrase.strip() for phrase in _ABSTAIN.split(";"))

# Words of one family exclude each other: a statement with one denies a statement with another.
_CONTRASTS = """left right
above below
front behind
front back
top bottom
upper lower
up down
closer farther
near far
higher lower
taller shorter
larger smaller
big small
large small
longer shorter
wider narrower
heavier lighter
older younger
faster slower
more fewer
more less
open closed
open close
inside outside
indoor outdoor
toward away
same opposite
same different
empty full
day night
stand sit
stand lie
sit lie
walk sit
move park
move stationary
on off
clockwise counterclockwise
wet dry
horizontal vertical
male female
sunny cloudy
lit unlit
awake asleep
empty occupied
empty crowded
dead alive
hot cold
old new
rough smooth
tidy messy
straight curved
straight bent
clean dirty
even odd
raised lowered
locked unlocked
thick thin
deep shallow
bright dark
sunny rain
high low
first last
round square
smile frown
black white red green blue yellow brown gray orange purple pink beige silver gold cyan magenta
wood metal plastic glass leather rubber ceramic stone paper cloth concrete
0 1 2 3 4 5 6 7 8 9 10 11 12
"""
CONTRASTS = tuple(frozenset(line.split()) for line in _CONTRASTS.strip().splitlines())

# Words without content of their own: not counted when two texts are compared.
_STOPWORDS = """a an the is are was were be been being am do does did has have had of to in on at by for with from and
or as it its this that these those there here i we you he she they them his her their my our your what which
who whom whose where when why how image shown show shows see seen visible can could would should will may
might must question answer option options correct following located location position positioned placed
if so then than not no any some all relation respect relative relatively compared considering consider
please determine side direction real world 3d d s t true false statement look looking view viewed into
onto about also very just only one scene appear appears appearing seem seems color"""
STOPWORDS = frozenset(_STOPWORDS.split())
