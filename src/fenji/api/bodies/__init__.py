"""What may a request bring along? Each body as a model, read strictly; everything wrong is told at once, with its place.

reading   from bytes to a model
sources   answers to questions of an import, and its acceptance
"""
