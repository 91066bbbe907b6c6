"""Regression against references: files that say what a result has to be, and how nearly.

Lives here: what can be compared, reference files, the policy for what changed, pictures, reports.
``neuromix.testing`` (pytest) and ``neuromix check`` are two doors to it; ``docs/regression.md``
says what they do and ``docs/decisions/0006-reference-policy.md`` why. May import: characterization
and all below. Never comes in: pytest, click.
"""
