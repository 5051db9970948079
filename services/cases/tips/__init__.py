"""Tips (nguồn tin về tội phạm): received, classified, passed on, verified, ended."""
