"""Long runs of the real server as a process of its own, which is killed meanwhile; then every promise is looked up."""
