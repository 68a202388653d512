"""The autograder of the vanishing-gradient course kit."""

__version__ = "0.1.0"
