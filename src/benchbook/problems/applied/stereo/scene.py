"""Scenes: a textured surface in front of the cameras whose depth is known everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.typing import FloatArray

_TEXTURE_WAVES = 60
_SHORTEST_MM, _LONGEST_MM = 55.0, 420.0  # of the texture: at least about five pixels, at most half of a picture
_CONTRAST = 0.16  # standard deviation of the brightness


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """A sum of plane waves over the plane of the cameras.

    Attributes:
        amplitudes: Height of each wave, shape `(n,)`.
        frequencies_per_mm: Its angular frequency along x and y, shape `(n, 2)`.
        phases: Its phase, shape `(n,)`.
    """

    amplitudes: FloatArray
    frequencies_per_mm: FloatArray
    phases: FloatArray

    def at(self, x_mm: FloatArray, y_mm: FloatArray) -> FloatArray:
        """Return the sum at places, shape as given."""
        total = np.zeros_like(x_mm)
        for amplitude, (k_x, k_y), phase in zip(self.amplitudes, self.frequencies_per_mm, self.phases, strict=True):
            total += amplitude * np.sin(k_x * x_mm + k_y * y_mm + phase)
        return total

    def slopes(self, x_mm: FloatArray, y_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the derivatives along x and y at places, shapes as given."""
        along_x, along_y = np.zeros_like(x_mm), np.zeros_like(x_mm)
        for amplitude, (k_x, k_y), phase in zip(self.amplitudes, self.frequencies_per_mm, self.phases, strict=True):
            rise = amplitude * np.cos(k_x * x_mm + k_y * y_mm + phase)
            along_x += k_x * rise
            along_y += k_y * rise
        return along_x, along_y


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A surface `z = depth + slope . (x, y) + waves(x, y)` with a texture that is painted on it.

    Attributes:
        depth_mm: Depth of its plane on the optical axis of the reference.
        slopes: Rise of its plane along x and y, in mm per mm.
        relief: What undulates on the plane, in mm.
        texture: Brightness about one half, from 0 (black) to 1 (white).
    """

    depth_mm: float
    slopes: tuple[float, float]
    relief: Waves
    texture: Waves

    def depth_at(self, x_mm: FloatArray, y_mm: FloatArray) -> FloatArray:
        """Return the depth of the surface in mm over places of the cameras' plane, shape as given."""
        return self.depth_mm + self.slopes[0] * x_mm + self.slopes[1] * y_mm + self.relief.at(x_mm, y_mm)

    def slopes_at(self, x_mm: FloatArray, y_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the slopes of the surface along x and y at places, shapes as given."""
        along_x, along_y = self.relief.slopes(x_mm, y_mm)
        return self.slopes[0] + along_x, self.slopes[1] + along_y

    def brightness_at(self, x_mm: FloatArray, y_mm: FloatArray) -> FloatArray:
        """Return the brightness of the surface at places, from 0 to 1, shape as given."""
        brightness: FloatArray = np.clip(0.5 + self.texture.at(x_mm, y_mm), 0.0, 1.0)
        return brightness


def draw_plane(rng: np.random.Generator) -> Scene:
    """Draw a textured plane, tilted by up to 17 degrees along either axis."""
    return Scene(
        depth_mm=float(rng.uniform(950.0, 1200.0)),
        slopes=(_either_sign(rng, 0.1, 0.3), _either_sign(rng, 0.1, 0.3)),
        relief=Waves(amplitudes=np.empty(0), frequencies_per_mm=np.empty((0, 2)), phases=np.empty(0)),
        texture=_texture(rng),
    )


def draw_undulating(rng: np.random.Generator) -> Scene:
    """Draw a textured surface that undulates by some centimetres on a slightly tilted plane."""
    angle = rng.uniform(0.0, np.pi)
    return Scene(
        depth_mm=float(rng.uniform(1000.0, 1150.0)),
        slopes=(_either_sign(rng, 0.02, 0.1), _either_sign(rng, 0.02, 0.1)),
        relief=_waves(
            rng,
            amplitudes=rng.uniform(30.0, 50.0, 2),
            lengths_mm=rng.uniform(700.0, 1000.0, 2),
            angles=np.array([angle, angle + np.pi / 2]),
        ),
        texture=_texture(rng),
    )


def _texture(rng: np.random.Generator) -> Waves:
    lengths_mm = np.exp(rng.uniform(np.log(_SHORTEST_MM), np.log(_LONGEST_MM), _TEXTURE_WAVES))
    amplitudes = np.sqrt(lengths_mm)
    amplitudes *= _CONTRAST / np.sqrt(np.sum(amplitudes**2) / 2)
    return _waves(rng, amplitudes=amplitudes, lengths_mm=lengths_mm, angles=rng.uniform(0.0, 2 * np.pi, _TEXTURE_WAVES))


def _waves(rng: np.random.Generator, *, amplitudes: FloatArray, lengths_mm: FloatArray, angles: FloatArray) -> Waves:
    frequencies = (2 * np.pi / lengths_mm)[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Waves(
        amplitudes=amplitudes, frequencies_per_mm=frequencies, phases=rng.uniform(0.0, 2 * np.pi, len(amplitudes))
    )


def _either_sign(rng: np.random.Generator, least: float, most: float) -> float:
    return float(rng.choice((-1.0, 1.0)) * rng.uniform(least, most))
