"""What people look at: one page of figures and samples, and a leaderboard."""
