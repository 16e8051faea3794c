"""Defects: the reference client with one mistake each, and the null clients.

A harness is only as good as what it catches. Each defect here is one class that takes the place of
the class it inherits from; :mod:`scenarios.zoo.defects` lists them all.
"""
