"""Operations: campaigns, key areas, operation files, raids. What is secret stays outside."""
