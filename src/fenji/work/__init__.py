"""Who works while nobody waits? Jobs are asked for, done by workers in the name of those who asked, and begun by the schedule.

asking      asks for a job, lists jobs, cancels one; needs no use-case
arguments   what each kind of job may be told, checked before it is queued
kinds       what each kind of job does: one declaration each, the only place where a job meets its use-case
importing   a step of files that come over the network, done by a worker
imports     how far an import has come that workers do
attempt     one worker's try at one job: heartbeat, progress, and what becomes of it
watching    which workers are dead
worker      takes job after job
scheduling  which slots of schedule.yaml are due, each once
schedule_changes  how schedule.yaml is changed by people who do not see the file
history     runs beside the jobs that made them
telling     how a job is told to people and scripts
processes   several workers side by side
waiting     waits for a job, for those who want to see its end
"""
