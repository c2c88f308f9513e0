"""Draws docs/images/first-run.webp from what `make demo` has saved. Run it with the project's Python."""

import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

HERE = Path(__file__).parent
MADE = HERE.parents[1] / "demo-output"
PAPER, CARD, INK, SOFT = (17, 19, 26), (29, 32, 43), (236, 238, 244), (150, 156, 172)
COLOURS = {"text": (240, 180, 80), "image": (110, 160, 250), "output": (120, 210, 150)}
PICTURE = (560, 315)
MARGIN, HEAD, GAP, WORDS = 40, 44, 70, 320


def main() -> None:
    """Four cards in the order in which they were made, wired as in examples/main.json."""
    width = 2 * MARGIN + WORDS + 2 * GAP + 2 * PICTURE[0]
    height = 2 * MARGIN + 2 * (HEAD + PICTURE[1]) + GAP
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    middle, right = MARGIN + WORDS + GAP, MARGIN + WORDS + 2 * GAP + PICTURE[0]
    low = MARGIN + HEAD + PICTURE[1] + GAP
    words(draw, (MARGIN, MARGIN, WORDS, 220), "Prompt", (MADE / "prompt.txt").read_text(), 26)
    picture(sheet, (middle, MARGIN), "Generate image", MADE / "image.png")
    words(draw, (middle, low, PICTURE[0], PICTURE[1]), "Describe image", (MADE / "description.txt").read_text(), 21)
    picture(sheet, (right, MARGIN), "Generate variation", MADE / "variation.png")
    wire(draw, (MARGIN + WORDS, MARGIN + 110), (middle, MARGIN + 110), COLOURS["text"])
    wire(draw, (middle + PICTURE[0], MARGIN + 110), (right, MARGIN + 110), COLOURS["image"])
    wire(draw, (middle + PICTURE[0] // 2, low - GAP), (middle + PICTURE[0] // 2, low), COLOURS["image"])
    wire(draw, (middle + PICTURE[0], low + 110), (right + 280, low - GAP), COLOURS["text"])
    sheet.save(HERE / "first-run.webp", quality=88, method=6)


def card(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], title: str, colour: tuple[int, int, int]) -> None:
    x, y, width, height = box
    draw.rounded_rectangle((x, y, x + width, y + HEAD + height), 14, fill=CARD)
    draw.ellipse((x + 16, y + 16, x + 28, y + 28), fill=colour)
    draw.text((x + 40, y + 10), title, INK, ImageFont.load_default(20))


def words(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], title: str, text: str, size: int) -> None:
    card(draw, box, title, COLOURS["text"])
    columns = int((box[2] - 40) / (size * 0.52))
    lines = "\n".join(textwrap.wrap(text.strip(), columns))
    draw.multiline_text((box[0] + 20, box[1] + HEAD + 12), lines, SOFT, ImageFont.load_default(size), spacing=8)


def picture(sheet: Image.Image, at: tuple[int, int], title: str, path: Path) -> None:
    card(ImageDraw.Draw(sheet), (*at, *PICTURE), title, COLOURS["image"])
    sheet.paste(ImageOps.fit(Image.open(path), PICTURE), (at[0], at[1] + HEAD))


def wire(draw: ImageDraw.ImageDraw, start: tuple[int, int], end: tuple[int, int], colour: tuple[int, int, int]) -> None:
    draw.line((start, end), fill=colour, width=4)
    for x, y in (start, end):
        draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=colour)


if __name__ == "__main__":
    main()
