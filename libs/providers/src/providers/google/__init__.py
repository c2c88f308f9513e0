"""Google's Gemini models through google-genai: the Gemini API, or Vertex."""

from providers.google.provider import GoogleProvider

__all__ = ["GoogleProvider"]
