"""What every request passes before it reaches an application, a middleware each."""
