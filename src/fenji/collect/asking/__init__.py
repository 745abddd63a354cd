"""What must a person decide, and what have they decided before? Questions with the effect of every option, and remembered answers."""
