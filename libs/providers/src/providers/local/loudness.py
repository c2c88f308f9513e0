"""How loud a sound is to the ear, and made as loud as wanted. float32, samples by two sides, 48 kHz."""

from typing import Final

import numpy as np

from kit.sounds import RATE, Sound

TARGET_LUFS: Final = -16.0
PEAK: Final = 0.89
"""About -1 dB: what encoders need to stay below full scale."""
_SILENT: Final = -70.0
_SHELF_HZ, _SHELF = 1_500.0, 1.58
"""The head lifts what is higher by 4 dB (ITU-R BS.1770, the K curve)."""
_RUMBLE_HZ: Final = 38.0


def loudness(sound: Sound) -> float:
    """LUFS of the whole, ungated: about what a meter shows for steady sounds."""
    if not len(sound):
        return _SILENT
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    lift = 1 + (_SHELF - 1) / (1 + (_SHELF_HZ / np.maximum(hertz, 1e-3)) ** 4)
    weight = lift * hertz**2 / (hertz**2 + _RUMBLE_HZ**2)
    energy = 0.0
    for side in (0, 1):
        spectrum = np.abs(np.fft.rfft(sound[:, side])) * weight
        energy += 2 * float(np.sum(spectrum**2)) / len(sound) ** 2
    return -0.691 + 10 * np.log10(energy) if energy > 10 ** (_SILENT / 10) else _SILENT


def normalised(sound: Sound, lufs: float = TARGET_LUFS) -> Sound:
    """As loud as wanted, its peaks rounded off below full scale. Silence stays silence."""
    now = loudness(sound)
    if now <= _SILENT:
        return sound
    louder = sound * np.float32(10 ** ((lufs - now) / 20))
    over = np.abs(louder).max() > PEAK
    limited: Sound = (PEAK * np.tanh(louder / PEAK)).astype(np.float32) if over else louder.astype(np.float32)
    return limited
