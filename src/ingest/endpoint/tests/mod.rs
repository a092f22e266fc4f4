//! The endpoint tested.
