"""A plan as a page of HTML: one file that fetches nothing, runs nothing, and can be kept beside the plan."""
