"""What do use-cases stand on? The opened folder, sessions, what past runs followed, and the steps that several of them take.

folder             the files of a workspace and what they say
state              the state database, read without writing, written when something is
memory             what is remembered of published runs between questions
session            where to compute, where tables stand, which runs there are
whole              files of the store that are what was published
inventory          what should stand in the store, and what is damaged
verifying          whether a workspace is whole
opening            who uses a session now
version            whether what questions are answered from is still the same
sending            how what has happened reaches those who want to hear of it
progress           who is told how far a step is
beginning          on which day the history of tiers begins
dates              which day is yesterday for the company, and how old the data are
preparing          from raw to clean, in the order of the steps
preparing_orders   heads, lines, payments and returns put together
clean_base         the clean tables that analysis reads
report_files  the monthly reports that are kept
reviews            what happens to every customer, review after review
overrides          tiers that a person has decided, at the reviews of a run
tiering            from the clean base to tiers at a date, published or computed
trials             what a run keeps so that its policy can be tried at once
trying             what is at hand when a policy is tried
compared           how one of two compared policies is told
past_run           what a run followed
fitting            which models order histories give
standing           what an analysis stands on
churn_ranking      whether names may be taken from a ranking of churn
bug_reports        what a developer needs to mend an error
known_secrets      passwords, and files that others may read
access             secrets, attempts and rights at the doors
job_files          what jobs leave behind, and for how long
job_problems       why a job failed, as plain JSON
acting             who acts where nobody is named
sharing            which clean tables of the run before are those of this run too
running            one run of the whole thread, from sources to published tiers
rebuilding         a past run, computed again
pruning            which runs are old, and what goes with them
archive            what a backup is
templates          the files with which a company begins
mapping            how files become a proposal for sources.yaml
cell_reading       reads cells for the proposal by the parsers of a run
fresh_files        what is new in a folder, or about to stand in it
taking_in          how new files enter sources.yaml
amending           how a sources.yaml that people have worked on comes to name what is new
source_databases   which databases may be read over the network
uploads            where files stand that were sent and are not accepted yet
id_spaces          in which id spaces the ids of sources stand
importing          what accepting an import would write
previewing         how the rows of an import will be read
looking            how the files of an import are understood, column by column
rehearsing         tries a proposal with the steps of a run
prepared_warnings  what a run says of what it made of the data
arriving           what came in with a run, from its clean tables
arrival_warnings   what nobody must overlook about it
unread_files       data files that no source reads
drafts             what the tiers of a draft would hold
drafting           what a draft is as people see it, and what may be done with it
approving          whether somebody may approve what somebody else proposes
publishing         how a text becomes a version
versions           which versions there are, and who approved each
policy_words       what a policy says and changes, as answers tell it
override_requests  what somebody means who gives a tier by hand
persons            who is one person in all published runs
erasure_key        how an erased person is known again without being known
erasing            how a person leaves the store
keeping_out        how rows of erased persons stay out of files that come later
person_rows        in which rows of the store a person stands
customers          which customer is meant by an id, a phone, an e-mail or a name
headlines          what must be known before any figure of the tiers is read
products           what products are called
phones             under which ids a phone is known
customer_columns  what a list of customers may show, and where it is stored
customer_choice   who belongs on a list
counted_customers whom a figure of an answer counts
uploaded_list     who is on a list that a person brings along
paging            how a long list goes on from page to page
listing           how all rows of a list are handed over
table_masks       how rows of stored tables look with personal values masked
often              what is asked for again and again
limits             whose rows the one who asks may see
limited_moves      tiers and movements of customers within limits
narrowing          the session of a question, narrowed to the customers who meet some conditions
counted_customers  whom a figure of an answer counts
loyalty            how use-cases reach members and points
"""
