"""In what order does the work flow? One file per use-case; the entrances call these and render what they return.

results      what every use-case answers with
workspace    the folder that a company works in: settings, sources, metrics, policies
wiring       joins the ports of the stages to engines and state
progress     how far a use-case has come
dates        which day is yesterday, and whether the data is old
initiating   makes a workspace from a template
mapping      proposes sources.yaml from files
running      collects, prepares, analyses and publishes
preparing    composes the steps of prepare
analyzing    composes the steps of analyze
quality      reads back what became of every row
tiers        the tiers at a date
policies     shows and lints a policy
demo         the whole thread on a shipped data set
"""
