"""The procedural media engine of the `local` provider: what the rest of the code may call."""

from providers.local.describe import describe
from providers.local.edit import edit
from providers.local.enhance import enhance
from providers.local.paint import paint
from providers.local.storyboard import storyboard
from providers.local.upscale import upscale
from providers.local.write import write

__all__ = ["describe", "edit", "enhance", "paint", "storyboard", "upscale", "write"]
