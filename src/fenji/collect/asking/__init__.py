"""What must a person decide, and what have they decided before? Questions with the effect of every option, and remembered answers.

questions  the records of a question
columns    what people have said about single columns
refusals   why files are not used, and what to do about each
deciding   which questions understood tables raise, and what follows from each answer
"""
