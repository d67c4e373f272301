"""Statements of items of the fixtures, as they should read: benchmark -> id -> one sentence per option."""

CAMERA = "From the camera's perspective,"
MAN = "From the man's perspective,"
PAN = "From the perspective of the woman using a pan, the woman holding a knife"

GOLDEN: dict[str, dict[str, tuple[str, ...]]] = {
    "3dsrbench": {
        "VIN6MS3J": (
            "The baseball glove has a higher location than the red hats.",
            "The red hats have a higher location than the baseball glove.",
        ),
        "H1GH0002": (
            "The SUV has a lower location than the street sign.",
            "The street sign has a lower location than the SUV.",
        ),
        "Y6LOQHT1": ("The airplane is directly above the chair.", "The airplane is not directly above the chair."),
        "AB0VE002": ("The books are not directly underneath the lamp.", "The books are directly underneath the lamp."),
        "CAM00001": (
            "The man in red is closer to the camera than the dogs.",
            "The dogs are closer to the camera than the man in red.",
        ),
        "NEXT0001": (
            "The cup and the laptop are next to each other.",
            "The cup and the laptop are far away from each other.",
        ),
        "01H3EK4T": (
            "Seen from the position and facing direction of the dog, the man is in front of the dog.",
            "Seen from the position and facing direction of the dog, the man is behind the dog.",
        ),
        "FRONT002": (
            "Seen from the position and facing direction of the bus, the people are behind the bus.",
            "Seen from the position and facing direction of the bus, the people are in front of the bus.",
        ),
        "0BGU2CVW-flip": (
            "Seen from the position and facing direction of the car, the sign is on the left of the car.",
            "Seen from the position and facing direction of the car, the sign is on the right of the car.",
        ),
        "VIEW0002": tuple(
            f"The {side} side of the horse is facing the camera." for side in ("front", "left", "back", "right")
        ),
        "NEAR0001": (
            "The towels are closer to the sink than the soap.",
            "The soap is closer to the sink than the towels.",
        ),
        "FACE0001": ("The woman is facing towards the clock.", "The woman is facing towards the door."),
        "T0WARD02": tuple(
            f"The {side} side of the sofa is facing the television." for side in ("front", "left", "back", "right")
        ),
        "PARA0001": (
            "The orientations of the truck and the van are parallel to each other.",
            "The orientations of the truck and the van are perpendicular to each other.",
        ),
        "SAME0001": (
            "The kid and the teddy bear are facing the same or similar directions.",
            "The kid and the teddy bear are facing very different directions.",
        ),
    },
    "cv_bench": {
        "2D-0": (
            "There are 3 organs in the image.",
            "There are 2 organs in the image.",
            "There is 1 organ in the image.",
            "There are 0 organs in the image.",
        ),
        "2D-2": ("There is 1 wine glass in the image.", "There are 2 wine glasses in the image."),
        "2D-5": (
            "The cushion in the red box is located to the left of the sofa.",
            "The cushion in the red box is located to the right of the sofa.",
        ),
        "2D-6": ("The pictures are located above the lamp.", "The pictures are located below the lamp."),
        "2D-7": (
            "The person in the red box is located to the left of the person in the blue box.",
            "The person in the red box is located to the right of the person in the blue box.",
        ),
        "3D-8": (
            "The desk in the red box is closer to the camera than the bookcase in the blue box.",
            "The bookcase in the blue box is closer to the camera than the desk in the red box.",
        ),
        "3D-9": (
            "The chair in the blue box is closer to the camera than the books in the red box.",
            "The books in the red box are closer to the camera than the chair in the blue box.",
        ),
        "3D-11": (
            "The pillows in the blue box are closer to the door in the red box than the TV in the green box.",
            "The TV in the green box is closer to the door in the red box than the pillows in the blue box.",
        ),
    },
    "vstar": {
        "direct_attributes-0": tuple(
            f"The material of the glove is {x}." for x in ("rubber", "cotton", "kevlar", "leather")
        ),
        "direct_attributes-2": tuple(
            f"The color of the woman's shoes is {x}." for x in ("red", "black", "black and white", "gray")
        ),
        "direct_attributes-4": ("The color of the cup is red.", "The color of the cup is blue."),
        "direct_attributes-9": ("The color of the SUV is white.", "The color of the SUV is black."),
        "relative_position-5": (
            "The motorcycle is on the right side of the dog.",
            "The motorcycle is on the left side of the dog.",
        ),
        "relative_position-6": (
            "The flags are on the left side of the red umbrella.",
            "The flags are on the right side of the red umbrella.",
        ),
        "relative_position-7": (
            "The cat is on the left side of the man in blue.",
            "The cat is on the right side of the man in blue.",
        ),
    },
    "spatial_mm_obj": {
        "obj-0000": (
            f"{CAMERA} the cat is looking towards the bottom left.",
            f"{CAMERA} the cat is looking left.",
            f"{CAMERA} the cat is looking right.",
            f"{CAMERA} the cat is looking upwards.",
        ),
        "obj-0016": (
            f"{MAN} the boy is behind.",
            f"{MAN} the boy is on the right.",
            f"{MAN} the boy is in front.",
            f"{MAN} the boy is on the left.",
        ),
    },
    "spatial_mm_multihop": {
        "multihop-0002": (f"{PAN} is on the left.", f"{PAN} is on the right."),
        "multihop-0015": tuple(
            f"The color of the mug behind the kettle is {x}." for x in ("orange", "purple", "white", "blue")
        ),
    },
    "whatsup": {
        "whatsup-00000": (
            "A beer bottle is on an armchair.",
            "A beer bottle is to the right of an armchair.",
            "A beer bottle is under an armchair.",
            "A beer bottle is to the left of an armchair.",
        ),
        "whatsup-00004": ("A dining table is at the top.", "A dining table is at the bottom."),
        "whatsup-00009": ("A cart is behind green trees.", "A cart is in front of green trees."),
    },
    "mme_realworld_lite": {
        "4": (
            "There are 22 people in the picture.",
            "There is 1 person in the picture.",
            "There are 24 people in the picture.",
            "There are 13 people in the picture.",
            "The image does not feature the people.",
        ),
    },
    "mmbench": {
        "302": tuple(
            f"The scene category of this image is {x}." for x in ("bakery/shop", "playground", "bus interior", "street")
        ),
    },
}
