"""Frozen values that everything to the right of a capture speaks in. They know no text formats and no I/O."""
