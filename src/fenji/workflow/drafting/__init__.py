"""How do several people work on the rules? One file per use-case.

writing    drafts are made, changed, withdrawn, listed and shown
deciding   a draft is submitted, approved or refused, and becomes a version
differing  what a version changes, rule by rule
proposing  tiers by hand, proposed by one and approved by another
"""
