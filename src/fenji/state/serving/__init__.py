"""What several server processes must count and remember together.

rows         how it is stored
rates        how often somebody has asked in the last seconds
repositories  all of them in one transaction
repetitions  which requests have been answered already
"""
