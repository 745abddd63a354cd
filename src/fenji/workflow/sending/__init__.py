"""Who hears of what has happened? Webhooks of other systems, channels for people, and the pass that sends what is due.

due       one pass over everything that is due
webhooks  adds, lists, removes and rotates webhooks, and sends events again
alerts    tests channels, and lists who is told of what and what was told
"""
