# ruff: noqa: PLR2004 - thresholds of what is said about a picture, each beside its words
"""Any picture as plain RGB."""

import numpy as np
from PIL import Image


def flatten(image: Image.Image) -> Image.Image:
    """RGB of whatever mode it came in; transparency is laid on white, 16-bit and float are brought into range."""
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        data = np.asarray(image, dtype=np.float32)
        top = 65535.0 if image.mode.startswith("I") and data.max(initial=0) > 255 else 255.0
        if image.mode == "F" and data.max(initial=0) <= 1:
            top = 1.0
        return Image.fromarray((np.clip(data / top, 0, 1) * 255 + 0.5).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, layered).convert("RGB")
    return image.convert("RGB")
