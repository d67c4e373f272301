"""From a question and its options to one declarative sentence each.

``state`` tries patterns, ``generic`` has those for any benchmark; the other modules are families of patterns and the
grammar under them.
"""

from lmms_robust.statements.state import FALLBACK, Pattern, Statements, state

__all__ = ["FALLBACK", "Pattern", "Statements", "state"]
