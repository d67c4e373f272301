"""Does the reasoning of a response end on the option that the response answers?

``rules`` decides one response, ``filters`` offers that to the harnesses' filter lists, ``batch`` to files of responses.
"""

from __future__ import annotations
