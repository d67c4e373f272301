"""Word lists for :mod:`lmms_robust.statements.grammar`: what a rule cannot know about English words."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words(
    "the a an this that these those my your his her its our their some any each every both all no another one two "
    "three four five six seven eight nine ten several many most few what which whose someone's"
)
PERSONAL = _words("i you he she it we they")
PRONOUNS = _words("i you he she it we they me him us them himself herself itself who someone somebody nobody everyone")
COLOURS = _words(
    "red orange yellow green blue purple pink brown black white gray grey beige gold golden silver tan violet cyan "
    "maroon navy turquoise cream khaki teal olive magenta"
)
SHADES = _words("dark light bright pale deep sky")

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

BE = _words("is are was were isn't aren't wasn't weren't am")
HAVE = _words("has have had hasn't haven't hadn't does do did doesn't don't didn't")
MODALS = _words("can could will would may might must shall should can't cannot won't")
SUBORDINATORS = _words(
    "that which who whose whom while when where because as if although though until since unless whether so than"
)
# What they say may be a clause: "a sign saying the road is closed".
SAYING = _words("say state read indicate mean show tell suggest claim explain ask think warn announce declare")

# A head noun ends before one of these.
BREAKS = _words(
    "alongside amid beyond within throughout "
    "of in on at with without to from by for near under underneath beneath below above over behind beside between "
    "against along across around inside outside into onto next through among toward towards before after atop than "
    "that which who whose where when whom is are was were has have wearing holding sitting standing walking carrying "
    "riding lying looking facing hanging playing eating driving running leaning located placed positioned parked "
    "dressed covered surrounded worn made seen shown visible closest nearest furthest there"
)

PREPOSITIONS = _words(
    "alongside amid beyond within throughout "
    "of in on at with to from by for near under underneath beneath below above over behind beside between against "
    "along across around inside outside into onto through among toward towards before after atop about like as during"
)
# As many of these as one: the lexicon also has "fishes", "aircrafts".
UNMARKED = _words("fish sheep series species deer shrimp squid salmon trout bison aircraft spacecraft watercraft")
# Things of two halves: one of them is a pair, and the word takes "are".
PAIRS = _words(
    "scissors sunglasses eyeglasses pants jeans trousers shorts goggles binoculars pliers tongs tweezers headphones "
    "earphones leggings pajamas"
)
# Names that often stand alone as an option.
PROPER = _words(
    "Africa Antarctica Asia Australia Europe America Oceania Arctic Atlantic Pacific Indian Monday Tuesday Wednesday "
    "Thursday Friday Saturday Sunday January February April June July August September October November December "
    "Christmas Easter Halloween Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune Alabama Alaska Arizona "
    "Arkansas California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho Illinois Indiana Iowa Kansas "
    "Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana Nebraska Nevada "
    "Ohio Oklahoma Oregon Pennsylvania Tennessee Texas Utah Vermont Virginia Washington Wisconsin Wyoming Argentina "
    "Austria Bangladesh Belgium Brazil Britain Bulgaria Canada Chile China Colombia Cuba Denmark Egypt England "
    "Ethiopia Fiji Finland France Germany Ghana Greece Grenada Haiti Hungary India Indonesia Iran Iraq Ireland Israel "
    "Italy Jamaica Japan Kenya Korea Kuwait Malaysia Mexico Mongolia Morocco Nauru Nepal Netherlands Nigeria Norway "
    "Pakistan Palau Peru Philippines Poland Portugal Russia Samoa Scotland Singapore Spain Sweden Switzerland "
    "Thailand Tonga Turkey Tuvalu Ukraine Vanuatu Vietnam Wales English French German Spanish Italian Chinese "
    "Japanese Korean Russian Portuguese Dutch Roman Greek Arabic Latin American European Asian African British "
    "Christian Muslim Buddhist Jewish Hindu London Paris Rome Berlin Madrid Tokyo Beijing Shanghai Moscow Sydney "
    "Chicago Boston Seattle Houston Dallas Toronto Vancouver Montreal Dubai Bangkok Istanbul Cairo Athens Vienna "
    "Prague Amsterdam Dublin Lisbon Barcelona Venice Florence Milan Delhi Mumbai Seoul Taipei Kyoto Osaka Hollywood "
    "Manhattan Brooklyn Philadelphia Denver Miami Atlanta Detroit Phoenix Austin Portland Facebook Google Microsoft "
    "Amazon Python Java Photoshop YouTube Twitter Instagram Wikipedia Netflix Disney Lego Nike Adidas Puma Reebok "
    "Gucci Prada Chanel Rolex Toyota Honda Ford Tesla Ferrari Lamborghini Porsche Mercedes Audi Volkswagen Chevrolet "
    "Nissan Hyundai Mazda Subaru Volvo Jeep Lexus Suzuki Yamaha Kawasaki Starbucks McDonald's Pepsi Coca-Cola "
    "Heineken Budweiser Samsung Sony Canon Nikon Dell Lenovo Intel Nvidia Adobe Ikea Walmart Mastercard Everest Fuji "
    "Kilimanjaro Himalayas Alps Nile Ganges Danube Thames Sahara Antarctic Christianity Islam Buddhism Hinduism "
    "Judaism Jesus Buddha Shakespeare Einstein Newton Picasso Monet Rembrandt Michelangelo Mozart Beethoven Dalmatian "
    "Labrador Chihuahua Rottweiler Doberman Siamese Persian Swiss Swedish Norwegian Danish Finnish Scottish Irish "
    "Welsh Egyptian Indonesian Thai Vietnamese Mexican Brazilian Canadian Australian Victorian Gothic Renaissance "
    "Baroque Caucasian Hispanic"
)
# "What is the … shown?" is answered by a name or by words as they are written, so that capitals stay.
NAMING = re.compile(
    r"\b(?:names?|capital|country|countries|city|cities|colony|continent|ocean|river|brands?|make|model|manufacturer"
    r"|company|title|author|artist|painter|director|actor|actress|celebrity|player|team|band|nationality|language"
    r"|religion|planet|month|holiday|street|airline|university|words?|text|slogan|message|letters?|inscription"
    r"|software|landmark|monument|numbers?|dates?|day|logo|address|contact|contact information|website|email|content"
    r"|state)$",
    re.IGNORECASE,
)
# Short words that the lexicon of nouns and verbs lacks.
CLOSED_CLASS = _words("and or but not if because how why then than both either neither nor as about like yes no to be")
# Where things that are counted may be, or what they may do: "on the road", "wearing hats".
SITUATED = (
    r"(?:in|on|at|near|under|behind|next to|along|inside|outside|parked|docked|moored|visible|shown|located|placed"
    r"|seated|\w+ing)\b"
)
SHAPES = _words(
    "circle triangle square rectangle oval sphere cube cone cylinder hexagon pentagon octagon diamond star heart "
    "ellipse trapezoid pyramid cross crescent"
)
# One of these is something done: its value may be "to cut paper".
ACTS = _words(
    "function functions purpose purposes use uses aim goal intention intent action behavior behaviour task step plan "
    "move activity"
)
# One of these is named without an article: "the weather is rain", "the style is sketch".
ABSTRACT = _words(
    "category categories type types kind kinds sort name names style styles term terms genre topic theme emotion "
    "emotions feeling feelings mood atmosphere weather season time color colour colors colours material materials "
    "pattern texture taste flavor size shape language sport brand class label word phase status state condition "
    "direction gender sex nationality religion breed species model make genre subject expression tone scene "
    "profession occupation job role"
)
# One of these is a thing or someone: a noun that is its value takes an article.
CONCRETE = _words(
    "object item thing animal creature bird insect fruit vegetable instrument tool vehicle device machine food dish "
    "toy plant flower tree building place person man woman boy girl pet utensil appliance "
    "organism part stage structure organ component layer room"
)
# What these are may be stuff: "the object is wood".
STUFF = _words("object item thing food dish part layer")
# Of these there is one in what is asked about: "the part is the stem".
ONE_EACH = _words("part stage layer structure organ component region organelle phase side corner")
# Stuff that the lexicon also counts: "breads".
MASS = _words(
    "water milk wine juice coffee tea rice bread food soup salt sugar butter cheese meat cream fruit wood cutlery "
    "parsley grass clothing sauce honey beer garlic corn pasta hair snow sand money sunlight light air dioxide ice "
    "oil paper"
)
ORDINAL = r"(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)"
SIDES = r"(?:upper|lower|top|bottom|left|right|middle|cent(?:er|re)|central)\b"
# "None" and the like are no values of anything.
NO_VALUES = _words("none nothing nobody other others all both neither either any yes no unsure n/a na nan maybe - --")
# A clause or an order is no value either.
NO_VALUE = re.compile(
    r"^(?:both(?!.* and )|because|turn|go|keep|move|walk|drive|reverse|wait|slow)\b",
    re.IGNORECASE,
)
WITH_ARTICLE = re.compile(
    r"USA?|UK|UAE|.*Republic of .+|United \w+(?: \w+)?|Netherlands|Philippines|Bahamas|Maldives"
    r"|\w+ (?:Republic|Islands)"
)
# The name of one of these is a common noun.
KINDS = _words(
    "animal bird object fruit vegetable shape sport color colour instrument tool food dish plant flower tree insect "
    "fish vehicle item device material gesture emotion structure organ part activity"
)

# For yes/no questions: what a word of the predicate, or of what is said of the subject, can be.
PLACES = _words(
    "above below underneath beneath under behind beside between near inside outside over opposite past across"
)
PHRASES = _words(
    "alongside amid among beyond within throughout "
    "in on at with to from by for against along around through during without toward towards into onto upon"
)
DONE = _words("written seen shown taken hung built drawn lit kept put thrown hidden driven ridden used")
# Who or what can itself do or wear something, and what cannot: "the man with the dog | sitting" is open to both.
ANIMATE = _words(
    "man men woman women boy boys girl girls child children kid kids baby babies person people lady guy player "
    "players one dog dogs cat cats horse horses bird birds cow cows sheep animal animals elephant bear giraffe zebra "
    "monkey duck deer goat lion tiger rabbit him her them it another other others friend mother father"
)
LIFELESS = _words(
    "table desk chair sofa couch bed bench house building tree trees wall door window counter fence sign lamp shelf "
    "box cabinet refrigerator fridge stove sink mirror painting picture road street sidewalk grass rug carpet plant "
    "bush rock stone water bridge tower pole hydrant laptop computer monitor television screen keyboard cup mug "
    "bottle plate bowl book bag backpack suitcase ladder stairs statue"
)
LOCATED = _words("located placed positioned situated")
DOING = _words(
    "parked seated facing looking pointing touching turned oriented sitting standing lying laying walking running "
    "moving leaning hanging driving eating drinking playing flying swimming jumping sleeping smiling talking going "
    "coming heading resting crossing kneeling bending skiing surfing skating raining snowing working waiting"
)
# These describe the subject wherever a clearer predicate follows: "the man wearing a hat behind the car".
ATTACHING = _words("wearing holding carrying riding having containing with showing saying reading using")
ADVERBS = _words(
    "directly immediately completely partially slightly currently mostly also more less very really quite fully "
    "almost entirely partly mainly clearly too so just exactly nearly far right well"
)
PARTICLES = _words(
    "up down out away back forward forwards backward backwards still upright alone together straight left off right "
    "ahead around"
)
STATES = _words(
    "tall short long big large small huge tiny wide narrow thick thin high low heavy old young new open closed shut "
    "full empty wet dry clean dirty dark bright pale hot cold warm cool asleep awake alive dead visible invisible "
    "happy sad angry afraid calm tired busy free available ready safe dangerous male female bald blond blonde "
    "pregnant barefoot naked shirtless alone upright vertical horizontal diagonal flat straight curved bent round "
    "square rectangular circular triangular oval spherical symmetrical transparent opaque shiny smooth rough soft "
    "hard solid liquid wooden metallic plastic metal leather striped checkered plaid spotted patterned plain colorful "
    "colourful monochrome blurry sharp clear cloudy sunny rainy foggy ripe unripe fresh rotten raw cooked edible "
    "broken intact damaged cut whole lit unlit on off functional operational natural artificial real fake expensive "
    "cheap crowded deserted fluffy furry hairy curly identical similar different equal present absent possible true "
    "false correct motionless stationary still upside sweet "
    "parallel perpendicular adjacent"
)
# As the last word these may just as well be the noun that a place is named by: "next to the blood orange".
EITHER = _words("orange square round male female adult blond blonde gold silver cream olive plastic metal")
LIGHTS = _words("traffic street stop head tail lamp brake signal ceiling night warning")
NOT_DOING = _words(
    "building ceiling clothing railing awning pudding string king ring wing thing something anything nothing "
    "everything morning evening wedding stuffing dumpling duckling earring painting drawing crossing dressing icing "
    "lighting parking dining living cutting frying swimming"
)
# "Are all X Y?" is not denied by "all X are not Y".
QUANTIFIERS = _words("all both every each any some most many several no only")
RELATED = r"(?:(?:in|with) (?:regards?|respect) to|in (?:the )?relation(?:ship)? to|relative to|compared (?:to|with))"
TURNED = re.compile(
    r"\b(?:not|n't|incorrect|false|wrong(?! with)|except|least|cannot|never|without|neither)\b", re.IGNORECASE
)
"""Questions whose right option is the one that does not hold, so that an option is no statement about the picture."""
