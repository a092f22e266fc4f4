//! The desk, on a small town and a real store.
