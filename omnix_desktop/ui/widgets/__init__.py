"""The design system: button, field, list, badge, empty state; knows no model."""
