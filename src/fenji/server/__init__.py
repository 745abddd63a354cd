"""What runs under ``fenji serve``? The entrances that speak HTTP, in worker processes over one workspace.

app          the application of one worker process
warming      what is loaded before the first request
running      the processes, their addresses and their end
connections  how many may be open, and how long one may say nothing
"""
