"""What can be said in a scenario, by subject: each module declares sentences of one grammar."""
