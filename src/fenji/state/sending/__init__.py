"""What has happened, who wants to hear of it, and has it been told? Written with the change itself, sent afterwards.

rows        the rows as they are stored
repositories  all of them on one session
outbox      events, and how far those of single customers are derived
webhooks    addresses of other systems
deliveries  what is to be sent, by whom it is being sent, and what came of it
"""
