"""The words the painter knows. Several words mean one thing; the thing is what the scene is built from."""

from typing import Final

from providers.local.color import Lch

PHRASES: Final = {
    "golden gate": "gate", "golden retriever": "dog",
    "golden hour": "goldenhour", "magic hour": "goldenhour", "blue hour": "dusk", "northern lights": "aurora",
    "southern lights": "aurora", "milky way": "stars", "hot air": "balloon", "hot-air": "balloon",
    "close up": "closeup", "close-up": "closeup", "from above": "aerial", "top down": "aerial", "top-down": "aerial",
    "bird's eye": "aerial", "birds eye": "aerial", "low poly": "lowpoly", "low-poly": "lowpoly",
    "paper cut": "papercut", "paper-cut": "papercut", "oil painting": "oil", "black and white": "noir",
    "pixel art": "pixel", "8 bit": "pixel", "8-bit": "pixel", "line art": "ink", "north star": "stars",
    "outer space": "space", "cherry blossom": "blossom", "cherry blossoms": "blossom", "rain forest": "forest",
    "shooting star": "stars", "full moon": "moonlight", "wide shot": "wide", "wide angle": "wide", "palm tree": "palm",
    "palm trees": "palm", "pine tree": "forest", "pine trees": "forest", "sail boat": "sailboat", "sky scraper": "city",
    "snow capped": "snowcapped", "snow-capped": "snowcapped", "double exposure": "portrait", "sci fi": "scifi",
    "sci-fi": "scifi", "light house": "lighthouse", "hot air balloon": "balloon", "snowy owl": "owl",
}  # fmt: skip
"""Longer names of one thing, folded into one word before reading."""

SUBJECTS: Final = {
    "lighthouse": "lighthouse beacon",
    "mountain": "mountain mountains peak peaks summit alps alpine himalaya range everest matterhorn ridge snowcapped",
    "volcano": "volcano volcanic lava eruption vesuvius fuji",
    "hills": "hill hills valley highlands downs countryside rolling landscape",
    "forest": "forest forests woods woodland pine pines trees spruce taiga redwood grove jungle fir firs conifer",
    "tree": "tree oak willow baobab maple birch elm",
    "blossom": "blossom blossoms sakura",
    "palm": "palm palms tropical tropics coconut oasis caribbean hawaii",
    "sea": "sea ocean coast coastline seascape shore seaside waves wave bay harbor harbour pacific atlantic marine",
    "beach": "beach sand lagoon",
    "lake": "lake pond fjord loch reservoir mere",
    "river": "river stream creek brook canal",
    "waterfall": "waterfall waterfalls cascade falls",
    "island": "island islands isle archipelago islet",
    "cliff": "cliff cliffs headland bluff promontory",
    "desert": "desert dune dunes sahara gobi arid sahel",
    "canyon": "canyon mesa gorge badlands butte",
    "field": "field fields meadow wheat farm prairie grassland grass steppe pasture lavender barley",
    "flower": "flower flowers garden rose roses tulip tulips poppy poppies "
    "daisy daisies sunflower sunflowers petals bouquet wildflowers orchid lily lotus",
    "city": "city skyline cityscape tower towers skyscraper skyscrapers downtown "
    "metropolis urban manhattan tokyo york megacity street buildings building",
    "village": "village town hamlet",
    "house": "house cabin cottage home hut barn farmhouse chalet lodge",
    "castle": "castle fortress palace citadel kingdom fairytale",
    "temple": "temple pagoda shrine torii kyoto japan japanese",
    "windmill": "windmill windmills mill",
    "bridge": "bridge viaduct",
    "boat": "boat boats sail sails sailboat sailboats sailing yacht ship ships dinghy regatta fishing vessel galleon",
    "balloon": "balloon balloons airship zeppelin",
    "rocket": "rocket rockets spaceship spacecraft launch starship shuttle",
    "ufo": "ufo saucer alien aliens",
    "moon": "moon crescent lunar",
    "planet": "planet planets saturn jupiter mars rings exoplanet",
    "space": "space galaxy nebula cosmos cosmic universe stars starry astronaut interstellar",
    "bird": "bird birds gull gulls seagull seagulls geese swallows flock crane raven crow eagle",
    "owl": "owl owls",
    "fox": "fox foxes vixen",
    "cat": "cat cats kitten kitty",
    "wolf": "wolf wolves dog dogs puppy husky coyote",
    "deer": "deer stag elk moose reindeer doe fawn antler antlers",
    "horse": "horse horses pony stallion mustang unicorn",
    "bear": "bear bears grizzly",
    "whale": "whale whales orca dolphin dolphins",
    "fish": "fish underwater reef coral aquarium shark",
    "dragon": "dragon dragons wyvern",
    "butterfly": "butterfly butterflies moth",
    "person": "person man woman girl boy hiker wanderer traveler traveller figure "
    "silhouette child someone people couple samurai knight wizard monk hero explorer",
    "portrait": "portrait face headshot bust selfie queen king",
    "robot": "robot robots android mech droid cyborg automaton",
    "tent": "tent camp camping campfire campsite",
    "train": "train railway locomotive",
    "car": "car truck van jeep road highway drive",
    "mushroom": "mushroom mushrooms toadstool",
    "campfire": "campfire fire bonfire flames",
}  # fmt: skip

LIGHTS: Final = {
    "sunset": "sunset sundown evening",
    "sunrise": "sunrise morning",
    "dawn": "dawn daybreak",
    "golden": "goldenhour golden-hour",
    "day": "noon day daylight midday sunny daytime clear bright summer spring",
    "dusk": "dusk twilight gloaming",
    "night": "night nighttime midnight nocturnal starlight stars starry",
    "moonlight": "moonlight moonlit",
    "storm": "storm stormy thunder thunderstorm lightning tempest hurricane",
    "overcast": "overcast cloudy grey gray rain rainy drizzle",
    "fog": "fog foggy mist misty haze hazy",
    "neon": "neon cyberpunk synthwave vaporwave retrowave scifi futuristic",
    "aurora": "aurora borealis",
}

WEATHER: Final = {
    "rain": "rain rainy drizzle downpour storm stormy thunderstorm tempest",
    "snow": "snow snowy snowfall snowing winter wintry blizzard frost frosty ice icy frozen arctic antarctic christmas",
    "fog": "fog foggy mist misty haze hazy",
    "lightning": "lightning thunder thunderstorm",
    "aurora": "aurora borealis",
    "stars": "stars starry starlight",
    "clouds": "cloud clouds cloudy cloudscape dramatic overcast",
    "rainbow": "rainbow",
    "autumn": "autumn autumnal fall-colors october foliage",
    "wind": "wind windy rough choppy gale",
    "calm": "calm still serene tranquil mirror glassy peaceful quiet",
    "sun": "sun sunlight sunbeam",
    "moon": "moon crescent moonlight moonlit lunar",
    "birds": "birds gulls seagulls flock",
    "fireflies": "fireflies firefly magical enchanted fairytale lanterns",
}

STYLES: Final = {
    "watercolor": "watercolor watercolour aquarelle gouache",
    "oil": "oil impasto painterly impressionist impressionism monet gogh canvas",
    "ink": "ink sketch pencil drawing engraving etching linework sumi",
    "poster": "poster flat vector screenprint travel-poster lithograph risograph",
    "pixel": "pixel pixelated pixelart 8bit retro-game",
    "lowpoly": "lowpoly polygonal origami geometric",
    "papercut": "papercut papercraft cutout collage",
    "film": "film analog analogue kodak vintage retro polaroid 35mm",
    "noir": "noir monochrome grayscale greyscale blackandwhite",
    "cinematic": "cinematic anamorphic movie epic blockbuster",
}

FRAMING: Final = {
    "wide": "wide panorama panoramic vast establishing sweeping",
    "closeup": "closeup macro detail detailed",
    "minimal": "minimal minimalist minimalistic simple sparse",
    "symmetrical": "symmetrical symmetric symmetry centered centred",
    "aerial": "aerial overhead drone",
}

MOODS: Final = {
    "vivid": "vivid vibrant colorful colourful saturated bold bright rich",
    "pastel": "pastel soft delicate gentle dreamy tender whimsical",
    "muted": "muted desaturated melancholy melancholic lonely sad sombre somber bleak",
    "dark": "dark gloomy moody ominous eerie spooky haunted mysterious brooding",
    "warm": "warm cozy cosy hot fiery summer romantic nostalgic",
    "cool": "cool cold chilly icy frozen winter crisp",
    "dramatic": "dramatic epic intense powerful cinematic majestic",
}

COLORS: Final[dict[str, Lch]] = {
    "red": (0.58, 0.21, 27), "crimson": (0.50, 0.19, 20), "scarlet": (0.60, 0.22, 30), "orange": (0.73, 0.17, 55),
    "amber": (0.79, 0.16, 75), "gold": (0.80, 0.15, 86), "golden": (0.80, 0.15, 86), "yellow": (0.88, 0.17, 100),
    "lime": (0.85, 0.20, 125), "green": (0.63, 0.16, 146), "emerald": (0.62, 0.14, 160), "olive": (0.58, 0.11, 115),
    "teal": (0.60, 0.10, 192), "turquoise": (0.76, 0.12, 190), "cyan": (0.80, 0.13, 205), "azure": (0.68, 0.14, 240),
    "blue": (0.55, 0.18, 258), "navy": (0.34, 0.12, 262), "indigo": (0.42, 0.17, 278), "violet": (0.55, 0.19, 295),
    "purple": (0.50, 0.18, 306), "magenta": (0.62, 0.24, 335), "pink": (0.78, 0.13, 355), "rose": (0.70, 0.15, 10),
    "coral": (0.72, 0.15, 35), "peach": (0.85, 0.09, 55), "brown": (0.48, 0.08, 55), "sepia": (0.60, 0.07, 70),
    "beige": (0.86, 0.04, 85), "silver": (0.80, 0.01, 250), "black": (0.16, 0.01, 270), "white": (0.97, 0.005, 90),
    "grey": (0.60, 0.01, 250), "gray": (0.60, 0.01, 250), "monochrome": (0.60, 0.005, 250),
    "mint": (0.88, 0.08, 165), "lilac": (0.78, 0.09, 310),
}  # fmt: skip
