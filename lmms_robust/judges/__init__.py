"""Judges that are asked, per logged response, for the option that its reasoning ends on.

``naming`` reads what a user names, ``server`` asks an OpenAI-compatible server, ``local`` a transformers checkpoint;
``run`` asks them about sample logs, keeps what they reply, and writes their verdicts beside the logs.
"""

from __future__ import annotations
