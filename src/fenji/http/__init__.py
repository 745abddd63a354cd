"""What the entrances that speak HTTP stand on: the API and the pages let the same people in, count the same requests and keep the same answers.

admitting       whether somebody may make a request
authentication  who sends a request
conditional     whether an answer has changed
failing         what a failure is answered with
observing       one log line and one count for every request
rates           how often somebody may ask
receiving       how long a body may take to come
serving         what one server process serves
speaking        in which language the caller reads
"""
