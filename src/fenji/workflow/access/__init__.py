"""Who may come in, how, and what may they do? One file per use-case.

people      adds people, gives roles, disables, makes links for new passwords and second factors
tokens      makes, lists and revokes tokens
callers     who asks, by a token or a login
logging_in  password, second factor, one-time link, and out again
company     in by the company's own login (OpenID Connect)
unmasking   writes down who opened or saw whom in plain, and why
"""
