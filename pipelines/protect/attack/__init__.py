"""An attacker who knows every rule and every published number, and what he can work out.

He forgets nothing, guesses nothing and uses no chances: for each number that was not published
he finds the smallest and the largest value that fits everything else.
"""

from pipelines.protect.attack.dimension import At, Dimension
from pipelines.protect.attack.model import Model, model_of
from pipelines.protect.attack.ranges import System, ranges

__all__ = ["At", "Dimension", "Model", "System", "model_of", "ranges"]
