"""Engines: `insight` needs weights, `baseline` needs none and only plays the part."""
