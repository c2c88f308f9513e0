"""The node types. The canvas, the checks and the documentation are all made from this page."""

from contracts.nodes import InputPort, NodeType, OutputPort, Param, PortType

MAX_TEXT = 16_000
"""Characters of a prompt or a text node."""


def _in(name: str, type_: PortType | None = None, *, many: bool = False, optional: bool = False) -> InputPort:
    return InputPort(name=name, type=type_ or PortType(name), many=many, optional=optional or many)


def _out(name: str, type_: PortType | None = None) -> OutputPort:
    return OutputPort(name=name, type=type_ or PortType(name))


_PROMPT = Param(name="prompt", kind="string", default="", max_length=MAX_TEXT, multiline=True)
_NEGATIVE = Param(
    name="negative_prompt", kind="string", default="", max_length=4_000, multiline=True, help="What to keep out."
)
_PICK = Param(
    name="pick",
    kind="integer",
    default=0,
    minimum=0,
    maximum=63,
    help="Which element to take when a list arrives where one value is wanted. Counts from 0.",
)
_PROVIDER = Param(name="provider", kind="string", max_length=64, help="Chosen when the run starts if left empty.")
_MODEL = Param(name="model", kind="string", max_length=128, help="Chosen when the run starts if left empty.")
_SEED = Param(name="seed", kind="integer", default=0, minimum=0, maximum=2_147_483_647)
_COUNT = Param(name="count", kind="integer", default=1, minimum=1, maximum=8, help="How many to make.")
_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
_RATIO = Param(name="aspect_ratio", kind="string", default="1:1", choices=_RATIOS)
_SIZE = Param(name="resolution", kind="string", default="1K", choices=("512", "1K", "2K", "4K"))
_STRENGTH = Param(
    name="strength", kind="number", default=0.6, minimum=0, maximum=1, help="0 keeps the picture, 1 repaints it."
)
_VIDEO_SIZE = Param(name="resolution", kind="string", default="480p", choices=("360p", "480p", "720p", "1080p"))
_VIDEO_RATIO = Param(name="aspect_ratio", kind="string", default="16:9", choices=("16:9", "9:16", "1:1"))
_DURATION = Param(name="duration_s", kind="number", default=4, minimum=1, maximum=20, title="Duration (seconds)")
_AUDIO = Param(name="audio", kind="boolean", default=True, title="With sound")
_MAKER = (_PROVIDER, _MODEL, _SEED, _COUNT, _PICK)
_IDENTITY = (
    Param(
        name="min_identity",
        kind="number",
        minimum=-1,
        maximum=1,
        help="How alike the characters must be, by the face engine's score; below it, it is made again.",
    ),
    Param(
        name="identity_retries",
        kind="integer",
        minimum=0,
        maximum=5,
        help="How often it may be made again for that, each time at its price. The best is kept.",
    ),
)
"""Of nodes that take characters. Without defaults: recipes of nodes that do not set them stay what they were."""
_VOICE = Param(name="voice", kind="string", default="", max_length=100, help="A name the model knows; empty: its own.")
JUDGE = "identity"
"""What the face service is asked about what was made with characters. No node type: nobody draws it."""
JUDGED = frozenset({"text_to_image", "image_to_image", "text_to_video", "image_to_video"})

PROMPT = _in("prompt", PortType.TEXT, optional=True)
IMAGE = _in("image")
CHARACTERS = _in("character", many=True)
REFERENCES = _in("reference", PortType.IMAGE, many=True)

_SOURCES = (
    NodeType(
        name="text",
        title="Text",
        help="A piece of text. {{variable}} is filled in from the project's variables when the run starts.",
        category="source",
        outputs=(_out("text"),),
        params=(Param(name="text", kind="string", required=True, max_length=MAX_TEXT, multiline=True),),
    ),
    NodeType(
        name="asset",
        title="Asset",
        help="An uploaded or earlier generated picture, sound or film.",
        category="source",
        params=(Param(name="asset_id", kind="string", required=True, max_length=64),),
    ),
    NodeType(
        name="character",
        title="Character",
        help="A saved character.",
        category="source",
        outputs=(_out("character"),),
        params=(Param(name="character_id", kind="string", required=True, max_length=64),),
    ),
    NodeType(
        name="output",
        title="Output",
        help="Marks the final results of a graph.",
        category="result",
        inputs=(InputPort(name="value", type=PortType.ANY, many=True),),
        params=(Param(name="label", kind="string", default="", max_length=200),),
    ),
)

_TEXTS = (
    NodeType(
        name="text_to_text",
        title="Write",
        help="Generate text from a prompt and other texts.",
        category="text",
        inputs=(PROMPT, _in("context", PortType.TEXT, many=True)),
        outputs=(_out("text"),),
        params=(
            _PROMPT,
            Param(name="max_words", kind="integer", default=200, minimum=1, maximum=4_000),
            Param(name="temperature", kind="number", default=1, minimum=0, maximum=2),
            *_MAKER,
        ),
        queue="text",
        prompted=True,
    ),
    NodeType(
        name="prompt_enhance",
        title="Enhance prompt",
        help="Refine a prompt for a target model, keeping its intent.",
        category="text",
        inputs=(PROMPT, _in("image", optional=True)),
        outputs=(_out("text"),),
        params=(_PROMPT, Param(name="target_model", kind="string", default="", max_length=128), *_MAKER),
        queue="text",
        prompted=True,
    ),
    NodeType(
        name="image_to_text",
        title="Describe image",
        help="Describe or analyse an image.",
        category="text",
        inputs=(IMAGE, PROMPT),
        outputs=(_out("text"),),
        params=(_PROMPT, Param(name="max_words", kind="integer", default=120, minimum=1, maximum=2_000), *_MAKER),
        queue="text",
    ),
    NodeType(
        name="storyboard",
        title="Storyboard",
        help="Structured scenes with frames, motion and a style guide.",
        category="text",
        inputs=(PROMPT, CHARACTERS),
        outputs=(_out("storyboard"),),
        params=(
            _PROMPT,
            Param(name="scenes", kind="integer", default=4, minimum=1, maximum=24),
            Param(name="style", kind="string", default="", max_length=2_000),
            *_MAKER,
        ),
        queue="text",
        prompted=True,
    ),
    NodeType(
        name="storyboard_scene",
        title="Scene",
        help="Picks one scene of a storyboard.",
        category="text",
        inputs=(_in("storyboard"),),
        outputs=(_out("start", PortType.TEXT), _out("end", PortType.TEXT), _out("motion", PortType.TEXT)),
        params=(Param(name="index", kind="integer", default=0, minimum=0, maximum=63), _PICK),
    ),
)

_IMAGES = (
    NodeType(
        name="text_to_image",
        title="Generate image",
        help="Paint a picture from a prompt.",
        category="image",
        inputs=(PROMPT, CHARACTERS),
        outputs=(_out("image"),),
        params=(_PROMPT, _NEGATIVE, _RATIO, _SIZE, *_IDENTITY, *_MAKER),
        queue="image",
        prompted=True,
    ),
    NodeType(
        name="image_to_image",
        title="Vary image",
        help="Modify a picture by a prompt.",
        category="image",
        inputs=(IMAGE, PROMPT, REFERENCES, CHARACTERS),
        outputs=(_out("image"),),
        params=(_PROMPT, _NEGATIVE, _STRENGTH, *_IDENTITY, *_MAKER),
        queue="image",
        prompted=True,
    ),
    NodeType(
        name="upscale",
        title="Enlarge",
        help="Enlarge a picture.",
        category="image",
        inputs=(IMAGE,),
        outputs=(_out("image"),),
        params=(
            Param(name="factor", kind="integer", default=2, choices=(2, 4)),
            _PROVIDER,
            _MODEL,
            _SEED,
            _PICK,
        ),
        queue="image",
    ),
)

_VIDEOS = (
    NodeType(
        name="text_to_video",
        title="Generate video",
        help="Generate a clip from a prompt.",
        category="video",
        inputs=(PROMPT, REFERENCES, CHARACTERS),
        outputs=(_out("video"),),
        params=(_PROMPT, _NEGATIVE, _VIDEO_RATIO, _VIDEO_SIZE, _DURATION, _AUDIO, *_IDENTITY, *_MAKER),
        queue="video",
        prompted=True,
    ),
    NodeType(
        name="image_to_video",
        title="Animate image",
        help="Animate from a first (and to a last) frame, or fuse references.",
        category="video",
        inputs=(IMAGE, _in("last_image", PortType.IMAGE, optional=True), PROMPT, REFERENCES, CHARACTERS),
        outputs=(_out("video"),),
        params=(_PROMPT, _NEGATIVE, _VIDEO_SIZE, _DURATION, _AUDIO, *_IDENTITY, *_MAKER),
        queue="video",
    ),
    NodeType(
        name="video_extend",
        title="Extend video",
        help="Continue a clip from its last frame.",
        category="video",
        inputs=(_in("video"), PROMPT),
        outputs=(_out("video"),),
        params=(
            _PROMPT,
            _DURATION,
            Param(name="mode", kind="string", default="joined", choices=("joined", "alone")),
            *_MAKER,
        ),
        queue="video",
    ),
    NodeType(
        name="extract_frame",
        title="Extract frame",
        help="The first or last frame, or the one at a time.",
        category="video",
        inputs=(_in("video"),),
        outputs=(_out("image"),),
        params=(
            Param(name="at", kind="string", default="last", choices=("first", "last", "time")),
            Param(name="time_s", kind="number", default=0, minimum=0, maximum=86_400, title="Time (seconds)"),
            _PICK,
        ),
        queue="video",
    ),
    NodeType(
        name="stitch",
        title="Stitch",
        help="Join clips of any size and rate, with crossfades and a music bed.",
        category="video",
        inputs=(
            InputPort(name="clips", type=PortType.VIDEO, many=True),
            _in("audio", optional=True),
        ),
        outputs=(_out("video"),),
        params=(
            Param(name="crossfade_s", kind="number", default=0.5, minimum=0, maximum=3),
            Param(
                name="audio_role",
                kind="string",
                default="music",
                choices=("music", "narration"),
                help="Music lies under the clips' own sound and is as long as the film; narration is heard above it.",
            ),
            Param(name="resolution", kind="string", default="first", choices=("first", "480p", "720p", "1080p")),
            _PICK,
        ),
        queue="video",
    ),
)

_SOUNDS = (
    NodeType(
        name="text_to_speech",
        title="Speak",
        help="Narration from text.",
        category="audio",
        inputs=(_in("text"),),
        outputs=(_out("audio"),),
        params=(_VOICE, *_MAKER),
        queue="audio",
    ),
    NodeType(
        name="text_to_audio",
        title="Music or ambience",
        help="Music or ambience from a prompt.",
        category="audio",
        inputs=(PROMPT,),
        outputs=(_out("audio"),),
        params=(
            _PROMPT,
            Param(name="duration_s", kind="number", default=8, minimum=1, maximum=120, title="Duration (seconds)"),
            *_MAKER,
        ),
        queue="audio",
        prompted=True,
    ),
)

_FACES = (
    NodeType(
        name="face_analysis",
        title="Analyse faces",
        help="Detect faces and store their embeddings.",
        category="character",
        inputs=(IMAGE,),
        outputs=(_out("character"), _out("text")),
        params=(_PICK,),
        queue="face",
    ),
    NodeType(
        name="face_match",
        title="Match face",
        help="How much an image shows a character.",
        category="character",
        inputs=(IMAGE, _in("character")),
        outputs=(_out("text"),),
        params=(_PICK,),
        queue="face",
    ),
)

NODE_TYPES: dict[str, NodeType] = {
    node_type.name: node_type for node_type in (*_SOURCES, *_TEXTS, *_IMAGES, *_VIDEOS, *_SOUNDS, *_FACES)
}
