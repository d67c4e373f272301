"""Does the reasoning of a response end on the option that the response answers?

``explicit`` decides one response, ``filters`` offers that to the harnesses' filter lists, ``batch`` to files of
responses; ``error`` measures it against labels.
"""

from __future__ import annotations
