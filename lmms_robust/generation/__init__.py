"""Responses from transformers models, with letter probabilities. Knows no harness.

``plain`` is transformers' own ``generate``. ``engine`` computes what the variants of an item share once; ``encoding``
finds that part, ``scheduling`` fills its rows, ``attention`` and ``cache`` are what it hands to transformers.
"""
