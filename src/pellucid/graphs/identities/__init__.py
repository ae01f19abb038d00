"""The table of identities: naive formulas, and what is right in their place."""

from pellucid.graphs.identities import exponentials, powers, sums
from pellucid.graphs.identities.identity import IDENTITIES, Identity

__all__ = ["IDENTITIES", "Identity", "exponentials", "powers", "sums"]
