"""What another person approves: computed anew before they do, and done at once where their word is all that lacks."""
