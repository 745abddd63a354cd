"""How is a proposal written down? As a sources.yaml that a person can read and change.

sources_yaml  the proposal as a commented document
"""
