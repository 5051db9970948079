"""Orders against human trafficking: directives, their tasks, report lines and targets.

Owns what a steering committee or a People's Committee orders in writing, who received it, and what
became of each line of it. Never decides on a single matter: tips, raids, prosecutions and people in
need of help belong to other services, which point here by the id of a task.
"""
