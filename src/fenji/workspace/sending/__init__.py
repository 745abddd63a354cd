"""How does what has happened reach those who want to hear of it? What sending, testing and listing stand on.

keys        the secrets of webhooks
choices     alerts.yaml, and the secrets that it names
news        what a run has changed
spreading   who is to hear of an event
deriving    the events of single customers, batch after batch
webhooks    what is due is sent to other systems
channels    what is due is told to people
"""
