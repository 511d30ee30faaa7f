"""Who may do what: roles, actions, who acts, and what becomes of a refusal."""
