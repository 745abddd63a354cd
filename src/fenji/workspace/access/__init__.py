"""What do the doors of fenji stand on? Secrets as they are made and compared, attempts that are counted, and rights that are asked for.

key        the key beside the state: what it seals, and what it hashes
secrets    ids of logins, tokens and links
passwords  hashes of passwords, and which may be chosen
codes      the codes of a second factor
attempts   who has to wait before trying again
asking     whether somebody may do what they ask for
links      what lets somebody in once
sessions   how a login begins, and whose it is
identity   what the company's own login says of somebody
"""
