"""The REST API: parse, one use-case, render. The only room, with ``web``, that imports FastAPI.

app          all routes, one way to fail, one description
asking       who asks, what they may see, and how they get their answer
bodies       what requests bring along
editions     whether somebody else has changed what the caller changes
metrics      what those who watch over the server read
once         doing something once though it is asked for twice
parameters   what several routes take
problems     how something that is wrong is said
routes       the routes, by subject
schemas      what answers look like
starting     what is left to a worker
streams      rows for programs
uploading    how a file comes in
strict_json  JSON that can be read in one way only
"""
