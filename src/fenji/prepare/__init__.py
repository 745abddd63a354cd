"""From raw to clean: one customer, one order, one currency, one calendar; every row left out has a reason.

ports           what preparation needs from outside
nobody          which ids, phones and e-mails stand for nobody
cells           what the text of one cell says
dates           which moment a cell says
currency_marks  which currency a sign beside an amount means
amounts         what amount or number a cell says
scores          what score a cell says
stripping       the wrapping taken off whole columns
statuses        whether an order was paid, called off or taken back
readings        all that a text could be, before anybody knows its column
plain_columns   which columns are written plainly and need no patterns
rows            every field of every row read, and why a row cannot be used
duplicates      which rows came in more than once
currencies      what an amount is worth in the workspace's currency
identity        which ids mean the same customer
erased          which rows are about somebody who was erased
attribution     whose each row is
other_ids       which keys a list of customers resolves to a person
events          what customers did apart from buying
feedback        what customers said, on one scale
contracts       who is bound to us, from when to when, on what plan
campaigns       whom campaigns reached, and who used a coupon
referrals       who brought whom
latest_words    which of several rows on one thing is believed
products        what is sold
orders          which rows are one order, whose words on it count, and what each of its lines cost
payments        what was paid for which order
status_words    which words of a status nothing explains
returns         what came back, by the lists of returns
balances        what customers have spent, where only totals are known
regions         which spellings are one province
points          whose points and vouchers the ledger speaks of
contact_points  by which phones, e-mails and names they are known
customers       who the customers are, and what is known of each
column_quality  what is missing, unreadable, impossible or far from everything else
accounts        what became of every record that came in
"""
