"""Bitmaps of frames beside the catalogue's rows, which answer in microseconds what the rows answer in a second.

A bitmap holds the numbers of the frames that have something: `lake.index.keys` lists what. It is stored by chunks of
65,536 numbers, each a few rows that are read together by exclusive or: the first holds all, each later one the numbers
that came or went. Rows have lives as all others, so a bitmap can be read at any revision. The rows of frames, tags and
annotations stay the truth: the index says nothing that they do not, and `lake.index.rebuild` makes it from them.
"""
