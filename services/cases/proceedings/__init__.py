"""Criminal cases: from the decision to institute one to the court that has its file."""
