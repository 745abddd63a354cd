"""How does somebody at the terminal let others in? Words of ``fenji person`` and ``fenji token``.

people   the words of fenji person that are about people who work with fenji
showing  people, links and tokens as the screen shows them
"""
