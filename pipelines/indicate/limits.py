"""95 % confidence limits, as the public health methods guides define them; arrays in and out."""

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Floats = npt.NDArray[np.float64]

Z_95 = 1.959963984540054


def wilson(count: npt.ArrayLike, denominator: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Wilson score limits of a proportion, 0 to 1; not a number where the denominator is 0."""
    x, n = _floats(count), _floats(denominator)
    n = np.where(n > 0, n, np.nan)
    centre = 2 * x + Z_95**2
    spread = Z_95 * np.sqrt(Z_95**2 + 4 * x * (1 - x / n))
    scale = 2 * (n + Z_95**2)
    return (centre - spread) / scale, (centre + spread) / scale


def mean_limits(
    total: npt.ArrayLike, total_squares: npt.ArrayLike, n: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Student's t limits of a mean, from sums; not a number for fewer than two people."""
    total, squares, n = _floats(total), _floats(total_squares), _floats(n)
    n = np.where(n > 1, n, np.nan)
    mean = total / n
    # Rounded sums may be a hair inconsistent: a variance is never below zero.
    variance = np.maximum(squares - n * mean**2, 0) / (n - 1)
    half_width = stdtrit(n - 1, 0.975) * np.sqrt(variance / n)
    return mean - half_width, mean + half_width


def _floats(values: npt.ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
