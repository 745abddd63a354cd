"""What have the people of the company written down? YAML documents as records of the domain, every problem at its line.

reader         a YAML document that knows the line of each of its values
sources        sources.yaml: where data comes from and what its columns mean
answers        answers.yaml: what people have answered about their files
amending       one value of such a document changed in its place
writing        a text into a file, all of it or nothing
recording      what runs keep of a document
source_links   whether the sources fit together
metrics        metrics.yaml: the company's own metrics
metric_checks  whether a declared metric can be computed
basket_rules   analyses/rules.yaml: which orders count, how strong a rule must be
recommendations  analyses/recommend.yaml: what may be recommended to whom
value          analyses/value.yaml: value classes, discount, hold-out
churn          analyses/churn.yaml: when a customer has left
priority       analyses/priority.yaml: weights, capacity, marks and lists
policies       policies/*.yaml: tiers and their rules
policy_edits   other rules in the text of a policy, with its comments
segments       analyses/segments.yaml: the cuts of segments
schedule       schedule.yaml: what begins by itself, and when
report         report.yaml: sections, company and own texts of the monthly report
alerts         alerts.yaml: who is told of what, and when not
loyalty        loyalty.yaml: how points are earned, kept and spent
offers         offers.yaml: what is offered to whom, up to which limits
benefits       benefits.yaml: what each tier gives, and what it costs
"""
