"""How long a request takes: the median, or a draw from the lognormal distribution around it. May change while serving."""

from __future__ import annotations

import math
import random


class Latency:
    """The latency in force. The same seed draws the same times."""

    def __init__(self, median_ms: float, sigma: float, seed: int) -> None:
        self.median_ms = median_ms
        self.sigma = sigma
        self._random = random.Random(seed)

    def draw_s(self) -> float:
        """The time of one request, in seconds."""
        return spread_s(self.median_ms, self.sigma, self._random)


def spread_s(median_ms: float, sigma: float, source: random.Random) -> float:
    """Seconds around a median in milliseconds; `sigma` 0 is the median itself."""
    if median_ms <= 0:
        return 0.0
    factor = math.exp(source.gauss(0.0, sigma)) if sigma > 0 else 1.0
    return median_ms * factor / 1000
