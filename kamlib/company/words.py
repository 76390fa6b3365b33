"""Invented words: names, places, products. No real person or firm is meant."""

FIRST = (
    "Anna", "Bruno", "Carla", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luca",
    "Marta", "Nils", "Olga", "Pavel", "Rosa", "Sven", "Teresa", "Viktor", "Zoë",
)  # fmt: skip
LAST = (
    "Abel", "Brandt", "Costa", "Dahl", "Ebner", "Falk", "Grün", "Hansen", "Ivanova", "Jansen", "Keller",
    "Lopes", "Moreau", "Novák", "Olsen", "Peters", "Quist", "Rossi", "Silva", "Thoma", "Urban", "Weiss",
)  # fmt: skip
HEAD = (
    "Alder", "Birch", "Bright", "Castle", "Clear", "Cross", "Dale", "East", "Elm", "Fair", "Ford", "Golden",
    "Green", "Harbour", "High", "Iron", "Lake", "Linden", "Marble", "Mill", "North", "Oak", "Old", "Pine",
    "River", "Rose", "Silver", "South", "Stone", "Summer", "Swan", "West", "White", "Wind", "Winter", "Wood",
)  # fmt: skip
TAIL = (
    "bridge", "brook", "field", "gate", "grove", "haven", "hill", "house", "land", "mark", "moor", "point",
    "port", "side", "stead", "ton", "vale", "view", "ward", "water", "way", "well", "wick", "yard",
)  # fmt: skip
FORM = ("GmbH", "SA", "BV", "Ltd", "AB", "SpA", "& Co", "Group")
INDUSTRY = (
    "department stores", "garden centres", "hotels", "museums", "online shops", "stationers",
    "supermarkets", "theme parks", "toy shops", "wholesalers",
)  # fmt: skip
# region, country, language
REGION = (
    ("North", "Germany", "de"), ("South", "Germany", "de"), ("Alps", "Austria", "de"), ("Benelux", "Netherlands", "nl"),
    ("France", "France", "fr"), ("Iberia", "Spain", "es"), ("Italy", "Italy", "it"), ("Nordics", "Sweden", "sv"),
)  # fmt: skip
COMPETITOR = ("Brillant", "Donata", "Gifta", "Kadoor", "Noveltis", "Presento", "Regalia", "Surprisa")
# In the order in which accounts usually take them up.
CATEGORY = (
    "gift wrap", "cards", "candles", "mugs", "bags", "tins", "frames", "clocks", "lights", "cushions",
    "garlands", "toys", "baking", "garden", "lunch", "umbrellas", "jewellery", "textiles", "vases", "signs",
    "stationery", "travel", "furniture", "seasonal",
)  # fmt: skip
# What is said of an account; it hints at its type, and now and then at a wrong one.
HINT = {
    "prospect": ("opening new shops", "looking for a second supplier", "taken over last year, new buyers"),
    "image": ("the best-known name of its trade", "often in the press", "others follow its choice"),
    "expert": ("runs its own test laboratory", "buyers with long experience", "strict incoming inspection"),
}
TITLE = {
    "decides": "head of purchasing", "influences": "category manager", "uses": "shop manager",
    "guards": "office manager", "signs": "managing director",
}  # fmt: skip
TASK = ("send price list", "call back", "send samples", "check complaint", "prepare offer", "plan assortment")
TOPIC = ("delivery", "quality", "price", "service", "assortment")
LOST = ("price", "delivery time", "no budget", "decided elsewhere", "quality doubts")
WON = ("price", "relationship", "quality", "range", "delivery time")
