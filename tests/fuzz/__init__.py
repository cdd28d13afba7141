"""What providers bring, bent and broken: every way in, its documented webhooks as seeds, and what may come of them."""
