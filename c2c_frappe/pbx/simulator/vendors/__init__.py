"""The simulator's own reading of each vendor's manual; it imports no provider, or it could not catch a misreading."""
